// Labels, milestones and members of projects and groups, and protected branches.
#include <algorithm>

#include "base/strings.h"
#include "sandbox/gitlab/entities.h"
#include "sandbox/gitlab/paging.h"
#include "sandbox/gitlab/routes.h"

namespace davit::sandbox::gitlab {
namespace {

using enum http::Method;

// Those whose text contains what is wanted.
template <class Rows, class Text>
auto search_rows(const Rows& all, std::optional<std::string_view> wanted, Text text) {
  auto const needle = to_lower(wanted.value_or(""));
  std::vector<const typename Rows::value_type*> rows;
  for (auto const& row : all) {
    if (to_lower(text(row)).find(needle) != std::string::npos) rows.push_back(&row);
  }
  return rows;
}

std::vector<const Label*> labels_found(const Call& call, const std::vector<Label>& all) {
  return search_rows(all, call.text("search"), [](const Label& one) {
    return one.name + '\n' + one.description;
  });
}

constexpr Param kLabels[] = {
    {"search"},
    {"with_counts", Kind::flag},
    {"include_ancestor_groups", Kind::flag, Need::optional, "", "true"},
};

// A label, and whether it is the project's own or a group's.
struct LabelRow {
  const Label* label;
  bool is_own;
};

json::Object show_label_row(const Call& call, const Project& project, const LabelRow& row) {
  auto shown = show_label(*row.label);
  if (call.flag("with_counts")) {
    auto const count = [&](auto const& all, std::string_view state) {
      return std::ranges::count_if(all, [&](auto const& entry) {
        auto const& names = entry.second.labels;
        return entry.second.state == state &&
               std::ranges::find(names, row.label->name) != names.end();
      });
    };
    shown["open_issues_count"] = count(project.issues, "opened");
    shown["closed_issues_count"] = count(project.issues, "closed");
    shown["open_merge_requests_count"] = count(project.merge_requests, "opened");
  }
  shown["subscribed"] = false;
  shown["priority"] = nullptr;
  shown["is_project_label"] = row.is_own;
  return shown;
}

http::Response list_labels(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  std::vector<LabelRow> rows;
  for (auto const* label : labels_found(call, project->labels)) rows.push_back({label, true});
  for (auto id = project->group; id != 0 && call.flag("include_ancestor_groups");) {
    auto const& group = call.store.groups.at(id);
    for (auto const* label : labels_found(call, group.labels)) rows.push_back({label, false});
    id = group.parent;
  }
  std::ranges::sort(rows, {}, [](const LabelRow& row) { return to_lower(row.label->name); });
  return paged(call, rows, [&](const LabelRow& row) {
    return show_label_row(call, *project, row);
  });
}

http::Response list_group_labels(Call& call) {
  DAVIT_TRY(auto* group, call.group());
  return paged(call, labels_found(call, group->labels), [](const Label* label) {
    auto shown = show_label(*label);
    shown["subscribed"] = false;
    return shown;
  });
}

constexpr Param kMilestones[] = {
    {"state", Kind::text, Need::optional, "all|active|closed", "all"},
    {"iids", Kind::integers},
    {"title"},
    {"search"},
    {"include_ancestors", Kind::flag},
    {"include_parent_milestones", Kind::flag},
};

std::vector<const Milestone*> milestones_found(
    const Call& call, const std::vector<Milestone>& all
) {
  auto rows = search_rows(all, call.text("search"), [](const Milestone& one) {
    return one.title + '\n' + one.description;
  });
  auto const state = call.text("state");
  auto const title = call.text("title");
  auto const iids = call.integers("iids");
  std::erase_if(rows, [&](const Milestone* one) {
    return (state != "all" && one->state != state) || (title && one->title != *title) ||
           (!iids.empty() && std::ranges::find(iids, one->iid) == iids.end());
  });
  std::ranges::reverse(rows);
  return rows;
}

http::Response list_milestones(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  return paged(call, milestones_found(call, project->milestones), [&](const Milestone* one) {
    return show_milestone(call, *project, *one);
  });
}

http::Response list_group_milestones(Call& call) {
  DAVIT_TRY(auto* group, call.group());
  return paged(call, milestones_found(call, group->milestones), [&](const Milestone* one) {
    return show_milestone(call, *group, *one);
  });
}

constexpr Param kMembers[] = {
    {"query"},
    {"user_ids", Kind::integers},
    {"state", Kind::text, Need::optional, "awaiting|active"},
};

http::Response list_some_members(const Call& call, const std::map<Id, Role>& all, Time since) {
  auto const ids = call.integers("user_ids");
  auto rows = search_rows(all, call.text("query"), [&](auto const& member) {
    auto const& user = call.store.user(member.first);
    return user.name + '\n' + user.username;
  });
  std::erase_if(rows, [&](auto const* member) {
    return !ids.empty() && std::ranges::find(ids, member->first) == ids.end();
  });
  return paged(call, rows, [&](auto const* member) {
    return show_member(call, member->first, member->second, since);
  });
}

http::Response list_members(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  return list_some_members(call, project->members, project->created);
}

http::Response list_group_members(Call& call) {
  DAVIT_TRY(auto* group, call.group());
  return list_some_members(call, group->members, group->created);
}

http::Response one_member(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  auto const found = project->members.find(call.id_arg("user_id"));
  if (found == project->members.end()) return no_record();
  return answer(show_member(call, found->first, found->second, project->created));
}

json::Object show_protected(const ProtectedBranch& branch) {
  auto const levels = [&](Id id, Role role) {
    auto const text = role == Role::none         ? "No one"
                      : role == Role::maintainer ? "Maintainers"
                                                 : "Developers + Maintainers";
    return json::Array{json::Object{
        {"id", id},
        {"access_level", static_cast<int>(role)},
        {"access_level_description", text},
        {"deploy_key_id", nullptr},
        {"user_id", nullptr},
        {"group_id", nullptr}
    }};
  };
  return {
      {"id", branch.id},
      {"name", branch.name},
      {"push_access_levels", levels(branch.id * 10 + 1, branch.push)},
      {"merge_access_levels", levels(branch.id * 10 + 2, branch.merge)},
      {"allow_force_push", false},
      {"unprotect_access_levels", json::Array()},
      {"code_owner_approval_required", false},
      {"inherited", false},
  };
}

constexpr Param kSearch[] = {{"search"}};

// Who may not push sees none of the rules: 403 in GitLab.
http::Response list_protected(Call& call) {
  DAVIT_TRY(auto* project, call.project(Role::developer));
  auto const rows = search_rows(
      project->protected_branches, call.text("search"), [](auto const& one) { return one.name; }
  );
  return paged(call, rows, [](const ProtectedBranch* branch) { return show_protected(*branch); });
}

http::Response one_protected(Call& call) {
  DAVIT_TRY(auto* project, call.project(Role::developer));
  auto const& all = project->protected_branches;
  auto const found = std::ranges::find(all, call.arg("name"), &ProtectedBranch::name);
  if (found == all.end()) return no_record();
  return answer(show_protected(*found));
}

constexpr Route kRoutes[] = {
    {get, "/projects/:id/labels", list_labels, kLabels},
    {get, "/projects/:id/milestones", list_milestones, kMilestones},
    {get, "/projects/:id/members", list_members, kMembers},
    {get, "/projects/:id/members/all", list_members, kMembers},
    {get, "/projects/:id/members/all/#user_id", one_member},
    {get, "/projects/:id/members/#user_id", one_member},
    {get, "/projects/:id/protected_branches", list_protected, kSearch},
    {get, "/projects/:id/protected_branches/:name", one_protected},
    {get, "/groups/:id/labels", list_group_labels, kLabels},
    {get, "/groups/:id/milestones", list_group_milestones, kMilestones},
    {get, "/groups/:id/members", list_group_members, kMembers},
    {get, "/groups/:id/members/all", list_group_members, kMembers},
};

}  // namespace

std::span<const Route> planning_routes() { return kRoutes; }

}  // namespace davit::sandbox::gitlab

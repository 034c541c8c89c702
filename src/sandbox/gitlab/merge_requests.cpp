// Merge requests: lists, one, create, update, and what they change.
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/gitlab/entities.h"
#include "sandbox/gitlab/issuables.h"
#include "sandbox/gitlab/lookup.h"
#include "sandbox/gitlab/merging.h"
#include "sandbox/gitlab/paging.h"
#include "sandbox/gitlab/quick_actions.h"
#include "sandbox/gitlab/routes.h"

namespace davit::sandbox::gitlab {
namespace {

using enum http::Method;

constexpr Param kFilters[] = {
    {"state", Kind::text, Need::optional, "opened|closed|locked|merged|all", "all"},
    {"order_by",
     Kind::text,
     Need::optional,
     "created_at|label_priority|milestone_due|popularity|priority|title|updated_at|merged_at",
     "created_at"},
    {"reviewer_id", Kind::id_or_word},
    {"reviewer_username"},
    {"source_branch"},
    {"target_branch"},
    {"wip", Kind::text, Need::optional, "yes|no"},
    {"view", Kind::text, Need::optional, "simple"},
    {"approved", Kind::text, Need::optional, "yes|no"},
    {"approved_by_usernames", Kind::list},
};

bool has_reviewer(const Call& call, const MergeRequest& mr) {
  if (auto const name = call.text("reviewer_username")) {
    auto const* user = call.store.find_user(*name);
    if (user == nullptr) return false;
    if (std::ranges::find(mr.reviewers, user->id) == mr.reviewers.end()) return false;
  }
  auto const* wanted = call.params.if_contains("reviewer_id");
  if (wanted == nullptr || wanted->is_null()) return true;
  if (wanted->is_string()) return (wanted->get_string() == "None") == mr.reviewers.empty();
  return std::ranges::find(mr.reviewers, wanted->get_int64()) != mr.reviewers.end();
}

bool has_approvals(const Call& call, const MergeRequest& mr) {
  auto const wanted = call.text("approved");
  if (wanted && (*wanted == "yes") == mr.approvals.empty()) return false;
  return std::ranges::all_of(call.list("approved_by_usernames"), [&](auto const& name) {
    return std::ranges::any_of(mr.approvals, [&](const Approval& approval) {
      return iequals(call.store.user(approval.user).username, name);
    });
  });
}

bool fits(const Call& call, const Project& project, const MergeRequest& mr, bool is_global) {
  auto const scope = call.text("scope").value_or("");
  if (scope == "reviews_for_me") {
    if (std::ranges::find(mr.reviewers, call.user_id()) == mr.reviewers.end()) return false;
  } else if (!is_in_scope(call, mr, is_global ? "created_by_me" : "all")) {
    return false;
  }
  if (auto const branch = call.text("source_branch"); branch && mr.source_branch != *branch) {
    return false;
  }
  if (auto const branch = call.text("target_branch"); branch && mr.target_branch != *branch) {
    return false;
  }
  if (auto const wip = call.text("wip"); wip && (*wip == "yes") != mr.is_draft()) return false;
  return has_reviewer(call, mr) && has_approvals(call, mr) && matches(call, project, mr);
}

// Those of the projects whose full path starts with `below`.
http::Response list_below(Call& call, std::string_view below, bool is_global) {
  if (auto refused = conflicting_filters(call)) return *std::move(refused);
  std::vector<std::pair<std::string, const MergeRequest*>> rows;
  for (auto& [id, project] : call.store.projects) {
    auto const path = call.store.full_path(project);
    auto const is_below =
        below.empty() || path == below || path.starts_with(std::string(below) + "/");
    if (!is_below || !call.can_see(project)) continue;
    for (auto& [iid, mr] : project.merge_requests) {
      refresh(project, mr);
      if (!fits(call, project, mr, is_global)) continue;
      auto key = sort_key(call, project, mr);
      if (call.text("order_by") == "merged_at") {
        key = mr.merged_at ? to_text(*mr.merged_at) : std::string();
      }
      rows.emplace_back(std::move(key), &mr);
    }
  }
  std::ranges::sort(rows, {}, [](auto const& row) { return row.first; });
  if (call.text("sort") != "asc") std::ranges::reverse(rows);
  auto const is_simple = call.text("view") == "simple";
  return paged(call, rows, [&](auto const& row) {
    return is_simple ? show_merge_request_simple(call, *row.second)
                     : show_merge_request(call, *row.second, below);
  });
}

http::Response list_global(Call& call) { return list_below(call, "", true); }

http::Response list_group(Call& call) {
  DAVIT_TRY(auto* group, call.group());
  return list_below(call, group->full_path, false);
}

http::Response list_project(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  return list_below(call, call.store.full_path(*project), false);
}

constexpr Param kGet[] = {
    {"render_html", Kind::flag},
    {"include_diverged_commits_count", Kind::flag},
    {"include_rebase_in_progress", Kind::flag},
};

http::Response get_one(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  return answer(show_merge_request_detail(call, *found.mr));
}

constexpr Param kCreate[] = {
    {"title", Kind::text, Need::required},
    {"source_branch", Kind::text, Need::required},
    {"target_branch", Kind::text, Need::required},
    {"target_project_id", Kind::integer},
    {"reviewer_ids", Kind::integers},
    {"remove_source_branch", Kind::flag},
    {"squash", Kind::flag},
    {"allow_collaboration", Kind::flag},
};

void set_reviewers(Call& call, MergeRequest& mr) {
  if (!call.has("reviewer_ids")) return;
  auto wanted = call.integers("reviewer_ids");
  std::erase_if(wanted, [&](Id id) { return !call.store.users.contains(id); });
  for (auto const id : wanted) {
    if (std::ranges::find(mr.reviewers, id) != mr.reviewers.end()) continue;
    auto const note = fmt::format("requested review from @{}", call.store.user(id).username);
    add_system_note(call.store, mr, call.user_id(), call.now, note);
    mr.reviewer_states[id] = "unreviewed";
  }
  mr.reviewers = std::move(wanted);
}

std::optional<http::Response> check_branches(
    const Project& project, std::string_view source, std::string_view target, Id own_iid
) {
  if (source == target) {
    return messages(422, json::Array{"You can't use same project/branch for source and target"});
  }
  for (auto const& [name, branch] :
       {std::pair("source_branch", source), {"target_branch", target}}) {
    if (branch.empty()) {
      return messages(400, json::Object{{name, json::Array{"can't be blank", "is invalid"}}});
    }
    if (!project.repository.branches.contains(branch)) return invalid(name, "does not exist");
  }
  for (auto const& [iid, other] : project.merge_requests) {
    auto const is_same = other.state == "opened" && other.source_branch == source &&
                         other.target_branch == target && iid != own_iid;
    if (!is_same) continue;
    auto const text =
        fmt::format("Another open merge request already exists for this source branch: !{}", iid);
    return messages(409, json::Array{json::String(text)});
  }
  return std::nullopt;
}

// GitLab carries out quick actions in descriptions as well.
void run_description(Call& call, Project& project, MergeRequest& mr) {
  if (!call.text("description")) return;
  Noteable const on{.project = &project, .base = &mr, .mr = &mr};
  mr.description = run_quick_actions(call, on, mr.description).rest;
}

http::Response create(Call& call) {
  DAVIT_TRY(auto* project, call.project(Role::developer));
  MergeRequest mr;
  mr.source_branch = call.text("source_branch").value_or("");
  mr.target_branch = call.text("target_branch").value_or("");
  if (auto refused = check_branches(*project, mr.source_branch, mr.target_branch, 0)) {
    return *std::move(refused);
  }
  if (auto refused = apply_edits(call, *project, mr)) return *std::move(refused);
  mr.id = call.store.next_id();
  mr.iid = project->merge_requests.empty() ? 1 : project->merge_requests.rbegin()->first + 1;
  mr.project = project->id;
  mr.author = call.user_id();
  mr.created = call.now;
  mr.prepared_at = call.now;
  mr.squash = call.flag("squash");
  mr.remove_source_branch = call.flag("remove_source_branch");
  set_reviewers(call, mr);
  refresh(*project, mr);
  auto& stored = project->merge_requests.emplace(mr.iid, std::move(mr)).first->second;
  run_description(call, *project, stored);
  return created(show_merge_request_detail(call, stored));
}

constexpr Param kUpdate[] = {
    {"title", Kind::text, Need::not_blank},
    {"target_branch", Kind::text, Need::not_blank},
    {"state_event", Kind::text, Need::optional, "close|reopen"},
    {"reviewer_ids", Kind::integers},
    {"remove_source_branch", Kind::flag},
    {"squash", Kind::flag},
    {"allow_collaboration", Kind::flag},
};

http::Response update(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  auto& mr = *found.mr;
  auto const is_author = mr.author == call.user_id();
  if (call.role_in(*found.project) < Role::developer && !is_author) return forbidden();
  if (call.params.empty()) {
    return error(
        400,
        "assignee_id, assignee_ids, reviewer_ids, description, labels, add_labels, remove_labels, "
        "milestone_id, remove_source_branch, allow_collaboration, allow_maintainer_to_push, "
        "squash, target_branch, title, state_event, discussion_locked are missing, at least one "
        "parameter must be provided"
    );
  }
  auto const target = call.text("target_branch").value_or(mr.target_branch);
  auto const stays_open = mr.state == "opened" || call.text("state_event") == "reopen";
  if (stays_open && call.text("state_event") != "close") {
    if (auto refused = check_branches(*found.project, mr.source_branch, target, mr.iid);
        refused && (target != mr.target_branch || mr.state != "opened")) {
      return *std::move(refused);
    }
  }
  if (auto refused = apply_edits(call, *found.project, mr)) return *std::move(refused);
  mr.target_branch = target;
  if (call.has("squash")) mr.squash = call.flag("squash");
  if (call.has("remove_source_branch")) {
    mr.remove_source_branch = call.flag("remove_source_branch");
  }
  set_reviewers(call, mr);
  run_description(call, *found.project, mr);
  apply_state_event(call, mr, call.text("state_event").value_or(""));
  refresh(*found.project, mr);
  return answer(show_merge_request_detail(call, mr));
}

http::Response remove(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  if (call.role_in(*found.project) < Role::owner) return forbidden();
  found.project->merge_requests.erase(found.mr->iid);
  return no_content();
}

http::Response participants(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  std::vector<Id> users{found.mr->author};
  auto const add = [&](Id id) {
    if (std::ranges::find(users, id) == users.end()) users.push_back(id);
  };
  for (auto const id : found.mr->assignees) add(id);
  for (auto const& discussion : found.mr->discussions) {
    for (auto const& note : discussion.notes) add(note.author);
  }
  return paged(call, users, [&](Id id) { return show_user_basic(call, id); });
}

http::Response reviewers(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  json::Array rows;
  for (auto const id : found.mr->reviewers) {
    auto const state = found.mr->reviewer_states.find(id);
    rows.push_back(json::Object{
        {"user", show_user_basic(call, id)},
        {"state",
         state == found.mr->reviewer_states.end() ? std::string("unreviewed") : state->second},
        {"created_at", to_text(found.mr->created)}
    });
  }
  return answer(rows);
}

constexpr Route kRoutes[] = {
    {get, "/merge_requests", list_global, kFilters, kIssuableFilters, Who::signed_in},
    {get, "/groups/:id/merge_requests", list_group, kFilters, kIssuableFilters},
    {get, "/projects/:id/merge_requests", list_project, kFilters, kIssuableFilters},
    {post, "/projects/:id/merge_requests", create, kCreate, kIssuableEdits},
    {get, "/projects/:id/merge_requests/#merge_request_iid", get_one, kGet},
    {put, "/projects/:id/merge_requests/#merge_request_iid", update, kUpdate, kIssuableEdits},
    {del, "/projects/:id/merge_requests/#merge_request_iid", remove},
    {get, "/projects/:id/merge_requests/#merge_request_iid/participants", participants},
    {get, "/projects/:id/merge_requests/#merge_request_iid/reviewers", reviewers},
};

}  // namespace

std::span<const Route> merge_request_routes() { return kRoutes; }

}  // namespace davit::sandbox::gitlab

// Branches and tags.
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/gitlab/commit_writer.h"
#include "sandbox/gitlab/entities.h"
#include "sandbox/gitlab/paging.h"
#include "sandbox/gitlab/routes.h"

namespace davit::sandbox::gitlab {
namespace {

using enum http::Method;

json::Object show_branch(const Call& call, const Project& project, const std::string& name) {
  auto const& repository = project.repository;
  auto const* head = repository.resolve(name);
  auto const* main = repository.resolve("HEAD");
  auto const is_default = name == repository.default_branch;
  return {
      {"name", name},
      {"commit", show_commit(call, project, *head)},
      {"merged", !is_default && repository.reaches(*main, *head)},
      {"protected", is_protected(project, name)},
      {"developers_can_push", false},
      {"developers_can_merge", is_protected(project, name)},
      {"can_push", may_push(call, project, name)},
      {"default", is_default},
      {"web_url", fmt::format("{}/-/tree/{}", web_url(call, project), name)},
  };
}

// "^feature" looks at the beginning, "fix$" at the end.
bool fits(std::string_view name, std::string_view search) {
  if (search.starts_with('^')) return name.starts_with(search.substr(1));
  if (search.ends_with('$')) return name.ends_with(search.substr(0, search.size() - 1));
  return to_lower(name).find(to_lower(search)) != std::string::npos;
}

constexpr Param kBranches[] = {
    {"search"},
    {"regex"},
    {"sort", Kind::text, Need::optional, "name_asc|updated_asc|updated_desc", "name_asc"},
};

http::Response list_branches(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  std::vector<std::string> rows;
  for (auto const& [name, id] : project->repository.branches) {
    if (fits(name, call.text("search").value_or(""))) rows.push_back(name);
  }
  auto const sort = call.text("sort");
  if (sort != "name_asc") {
    std::ranges::sort(rows, {}, [&](const std::string& name) {
      return std::pair(project->repository.resolve(name)->committer.when, name);
    });
    if (sort == "updated_desc") std::ranges::reverse(rows);
  }
  return paged(call, rows, [&](const std::string& name) {
    return show_branch(call, *project, name);
  });
}

struct FoundBranch {
  Project* project;
  std::string name;
};

Or<FoundBranch> find_branch(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  std::string name(call.arg("branch"));
  if (!project->repository.branches.contains(name)) return not_found("Branch");
  return FoundBranch{project, std::move(name)};
}

http::Response get_branch(Call& call) {
  DAVIT_TRY(auto const found, find_branch(call));
  return answer(show_branch(call, *found.project, found.name));
}

http::Response head_branch(Call& call) {
  DAVIT_TRY(auto const found, find_branch(call));
  static_cast<void>(found);
  return no_content();
}

bool is_valid_name(std::string_view name) {
  // git-check-ref-format(1), the rules that people meet.
  return !name.empty() && !name.starts_with('-') && !name.starts_with('/') &&
         !name.ends_with('/') && !name.ends_with('.') && !name.ends_with(".lock") &&
         name.find("..") == std::string_view::npos &&
         name.find_first_of(" ~^:?*[\\\x7F") == std::string_view::npos;
}

constexpr Param kCreateBranch[] = {
    {"branch", Kind::text, Need::required_not_blank},
    {"ref", Kind::text, Need::required_not_blank},
};

http::Response create_branch(Call& call) {
  DAVIT_TRY(auto* project, call.project(Role::developer));
  std::string const name(call.text("branch").value_or(""));
  auto const ref = call.text("ref").value_or("");
  auto& repository = project->repository;
  if (repository.branches.contains(name)) return message(400, "Branch already exists");
  if (!is_valid_name(name)) return message(400, "Branch name is invalid");
  auto const* start = repository.resolve(ref);
  if (start == nullptr) return message(400, fmt::format("Invalid reference name: {}", ref));
  repository.branches[name] = start->id;
  return created(show_branch(call, *project, name));
}

http::Response delete_branch(Call& call) {
  DAVIT_TRY(auto const found, find_branch(call));
  if (call.role_in(*found.project) < Role::developer) return forbidden();
  if (found.name == found.project->repository.default_branch) {
    return message(405, "Cannot remove HEAD branch");
  }
  if (is_protected(*found.project, found.name)) {
    return message(403, "403 Forbidden - You are not allowed to delete protected branches");
  }
  found.project->repository.branches.erase(found.name);
  return no_content();
}

json::Object show_tag(const Call& call, const Project& project, const Tag& tag) {
  auto const release = std::ranges::find(project.releases, tag.name, &Release::tag);
  json::Value shown_release;
  if (release != project.releases.end()) {
    shown_release = json::Object{{"tag_name", tag.name}, {"description", release->description}};
  }
  return {
      {"name", tag.name},
      {"message", tag.message},
      {"target", tag.target},
      {"commit", show_commit(call, project, *project.repository.find(tag.target))},
      {"release", std::move(shown_release)},
      {"protected", false},
      {"created_at", tag.message.empty() ? json::Value() : json::Value(to_text(tag.created))},
  };
}

constexpr Param kTags[] = {
    {"search"},
    {"order_by", Kind::text, Need::optional, "name|updated|version", "updated"},
    {"sort", Kind::text, Need::optional, "asc|desc", "desc"},
};

http::Response list_tags(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  std::vector<const Tag*> rows;
  for (auto const& [name, tag] : project->repository.tags) {
    if (fits(name, call.text("search").value_or(""))) rows.push_back(&tag);
  }
  if (call.text("order_by") == "updated") std::ranges::sort(rows, {}, &Tag::created);
  if (call.text("sort") == "desc") std::ranges::reverse(rows);
  return paged(call, rows, [&](const Tag* tag) { return show_tag(call, *project, *tag); });
}

http::Response get_tag(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  auto const found = project->repository.tags.find(call.arg("tag_name"));
  if (found == project->repository.tags.end()) return not_found("Tag");
  return answer(show_tag(call, *project, found->second));
}

constexpr Param kCreateTag[] = {
    {"tag_name", Kind::text, Need::required},
    {"ref", Kind::text, Need::required},
    {"message"},
};

http::Response create_tag(Call& call) {
  DAVIT_TRY(auto* project, call.project(Role::developer));
  auto& repository = project->repository;
  Tag tag{
      .name = std::string(*call.text("tag_name")),
      .message = std::string(call.text("message").value_or(""))
  };
  if (!is_valid_name(tag.name)) return message(400, "Tag name invalid");
  if (repository.tags.contains(tag.name)) {
    return message(400, fmt::format("Tag {} already exists", tag.name));
  }
  auto const* target = repository.resolve(*call.text("ref"));
  if (target == nullptr)
    return message(400, fmt::format("Target {} is invalid", *call.text("ref")));
  tag.target = target->id;
  tag.created = call.now;
  auto const& stored = repository.tags.emplace(tag.name, tag).first->second;
  return created(show_tag(call, *project, stored));
}

constexpr Route kRoutes[] = {
    {get, "/repository/branches", list_branches, kBranches},
    {post, "/repository/branches", create_branch, kCreateBranch},
    {head, "/repository/branches/:branch", head_branch},
    {get, "/repository/branches/:branch", get_branch},
    {del, "/repository/branches/:branch", delete_branch},
    {get, "/repository/tags", list_tags, kTags},
    {post, "/repository/tags", create_tag, kCreateTag},
    {get, "/repository/tags/:tag_name", get_tag},
};

}  // namespace

std::span<const Route> branch_routes() { return kRoutes; }

}  // namespace davit::sandbox::gitlab

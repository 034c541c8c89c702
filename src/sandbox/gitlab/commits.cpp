// Commits: history, one with its diff, what belongs to it, and new ones.
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/gitlab/commit_writer.h"
#include "sandbox/gitlab/entities.h"
#include "sandbox/gitlab/issuables.h"
#include "sandbox/gitlab/merging.h"
#include "sandbox/gitlab/paging.h"
#include "sandbox/gitlab/routes.h"

namespace davit::sandbox::gitlab {
namespace {

using enum http::Method;

std::vector<FileDiff> diffs_of(const Project& project, const Commit& commit) {
  auto const* parent =
      commit.parents.empty() ? nullptr : project.repository.find(commit.parents.front());
  return diff_snapshots(parent == nullptr ? Snapshot() : parent->files, commit.files);
}

json::Object show_stats(const Project& project, const Commit& commit) {
  int additions = 0;
  int deletions = 0;
  for (auto const& diff : diffs_of(project, commit)) {
    additions += diff.additions;
    deletions += diff.deletions;
  }
  return {{"additions", additions}, {"deletions", deletions}, {"total", additions + deletions}};
}

json::Object show_detail(const Call& call, const Project& project, const Commit& commit) {
  auto shown = show_commit(call, project, commit);
  const Pipeline* last = nullptr;
  for (auto const& [id, pipeline] : project.pipelines) {
    if (pipeline.sha == commit.id) last = &pipeline;
  }
  if (call.flag("stats", true)) shown["stats"] = show_stats(project, commit);
  shown["status"] = last == nullptr ? json::Value() : json::Value(last->status);
  shown["project_id"] = project.id;
  shown["last_pipeline"] =
      last == nullptr ? json::Value() : json::Value(show_pipeline_basic(call, project, *last));
  return shown;
}

// True when the commit changed something at or below the path.
bool touches(const Project& project, const Commit& commit, std::string_view path) {
  return std::ranges::any_of(diffs_of(project, commit), [&](const FileDiff& diff) {
    auto const is_below = [&](std::string_view changed) {
      return changed == path || changed.starts_with(std::string(path) + "/");
    };
    return is_below(diff.old_path) || is_below(diff.new_path);
  });
}

constexpr Param kList[] = {
    {"ref_name"},
    {"since", Kind::time},
    {"until", Kind::time},
    {"path"},
    {"follow", Kind::flag},
    {"author"},
    {"all", Kind::flag},
    {"with_stats", Kind::flag},
    {"first_parent", Kind::flag},
    {"order", Kind::text, Need::optional, "default|topo", "default"},
    {"trailers", Kind::flag},
};

std::vector<const Commit*> reachable(const Call& call, const Project& project) {
  auto const& repository = project.repository;
  // "a..b" is what b has and a has not.
  auto const ref = call.text("ref_name").value_or("HEAD");
  auto const dots = ref.find("..");
  auto const* to = repository.resolve(
      dots == std::string_view::npos ? (ref.empty() ? "HEAD" : ref) : ref.substr(dots + 2)
  );
  auto const* from =
      dots == std::string_view::npos ? nullptr : repository.resolve(ref.substr(0, dots));
  if (!call.flag("all"))
    return to == nullptr ? std::vector<const Commit*>() : repository.log(*to, from);
  std::set<const Commit*> all;
  for (auto const& [name, id] : repository.branches) {
    for (auto const* commit : repository.log(*repository.find(id))) all.insert(commit);
  }
  std::vector<const Commit*> rows(all.begin(), all.end());
  std::ranges::sort(rows, is_newer);
  return rows;
}

http::Response list_commits(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  auto rows = reachable(call, *project);
  auto const since = call.time("since");
  auto const until = call.time("until");
  auto const path = call.text("path").value_or("");
  auto const author = to_lower(call.text("author").value_or(""));
  std::erase_if(rows, [&](const Commit* commit) {
    auto const who = to_lower(fmt::format("{} <{}>", commit->author.name, commit->author.email));
    return (since && commit->committer.when < *since) ||
           (until && commit->committer.when > *until) || who.find(author) == std::string::npos ||
           (!path.empty() && !touches(*project, *commit, path));
  });
  // Commits are not counted, and a full page promises a next one, which may be empty.
  auto page = offset_page(call, rows.size(), false);
  if (page.end == rows.size() && page.end - page.begin == per_page(call)) {
    page.headers = offset_page(call, rows.size() + 1, false).headers;
  }
  json::Array shown;
  for (auto i = page.begin; i < page.end; ++i) {
    auto commit = show_commit(call, *project, *rows[i]);
    if (call.flag("with_stats")) commit["stats"] = show_stats(*project, *rows[i]);
    shown.push_back(std::move(commit));
  }
  return page_answer(page, std::move(shown));
}

struct FoundCommit {
  Project* project;
  const Commit* commit;
};

Or<FoundCommit> find_commit(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  auto const* commit = project->repository.resolve(call.arg("sha"));
  if (commit == nullptr) return not_found("Commit");
  return FoundCommit{project, commit};
}

constexpr Param kGet[] = {{"stats", Kind::flag, Need::optional, "", "true"}};

http::Response get_one(Call& call) {
  DAVIT_TRY(auto const found, find_commit(call));
  return answer(show_detail(call, *found.project, *found.commit));
}

constexpr Param kDiff[] = {{"unidiff", Kind::flag}};

http::Response diff(Call& call) {
  DAVIT_TRY(auto const found, find_commit(call));
  DiffForm const form{.has_header = call.flag("unidiff"), .is_expanded = true};
  return paged(call, diffs_of(*found.project, *found.commit), [&](const FileDiff& one) {
    return show_diff(one, form);
  });
}

constexpr Param kRefs[] = {{"type", Kind::text, Need::optional, "branch|tag|all", "all"}};

http::Response refs(Call& call) {
  DAVIT_TRY(auto const found, find_commit(call));
  auto const& repository = found.project->repository;
  auto const type = call.text("type");
  std::vector<std::pair<std::string_view, std::string>> rows;
  for (auto const& [name, id] : repository.branches) {
    if (type != "tag" && repository.reaches(*repository.find(id), *found.commit)) {
      rows.emplace_back("branch", name);
    }
  }
  for (auto const& [name, tag] : repository.tags) {
    if (type != "branch" && repository.reaches(*repository.find(tag.target), *found.commit)) {
      rows.emplace_back("tag", name);
    }
  }
  return paged(call, rows, [](auto const& row) {
    return json::Object{{"type", row.first}, {"name", row.second}};
  });
}

http::Response merge_requests(Call& call) {
  DAVIT_TRY(auto const found, find_commit(call));
  std::vector<const MergeRequest*> rows;
  for (auto& [iid, mr] : found.project->merge_requests) {
    refresh(*found.project, mr);
    auto const* head = head_of(*found.project, mr);
    auto const* base = base_of(*found.project, mr);
    if (head == nullptr) continue;
    auto const log = found.project->repository.log(*head, base);
    if (std::ranges::find(log, found.commit) != log.end()) rows.push_back(&mr);
  }
  return paged(call, rows, [&](const MergeRequest* mr) {
    return show_merge_request(call, *mr, call.store.full_path(*found.project));
  });
}

constexpr Param kCreate[] = {
    {"branch", Kind::text, Need::required_not_blank},
    {"commit_message", Kind::text, Need::required_not_blank},
    {"actions", Kind::objects, Need::required},
    {"start_branch"},
    {"start_sha"},
    {"author_email"},
    {"author_name"},
    {"stats", Kind::flag, Need::optional, "", "true"},
    {"force", Kind::flag},
};

// One element of `actions`; refuses as the framework would.
Or<FileAction> read_action(const json::Value& given, std::size_t index) {
  auto const text = [&](std::string_view name) {
    return std::string(json::find_string(given, name).value_or(""));
  };
  FileAction action{.action = text("action"), .path = text("file_path")};
  for (auto const* name : {"action", "file_path"}) {
    if (text(name).empty())
      return error(400, fmt::format("actions[{}][{}] is missing", index, name));
  }
  constexpr std::array kActions{"create", "delete", "move", "update", "chmod"};
  if (std::ranges::find(kActions, action.action) == kActions.end()) {
    return error(400, fmt::format("actions[{}][action] does not have a valid value", index));
  }
  if (action.action == "move" && text("previous_path").empty()) {
    return error(400, fmt::format("actions[{}][previous_path] is missing", index));
  }
  action.previous_path = text("previous_path");
  action.last_commit_id = text("last_commit_id");
  if (auto const flag = json::find_bool(given, "execute_filemode")) action.is_executable = *flag;
  if (auto const content = json::find_string(given, "content")) {
    DAVIT_TRY(action.content, decode_content(*content, text("encoding")));
  } else if (action.action == "update" || action.action == "create") {
    return error(400, fmt::format("actions[{}][content] is missing", index));
  }
  return action;
}

http::Response create(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  std::vector<FileAction> actions;
  auto const& given = call.params.at("actions").get_array();
  for (auto const& one : given) {
    DAVIT_TRY(auto action, read_action(one, actions.size()));
    actions.push_back(std::move(action));
  }
  auto const text = call.text("commit_message").value_or("");
  DAVIT_TRY(auto const* commit, write_commit(call, *project, text, actions));
  return created(show_detail(call, *project, *commit));
}

NoteContext context_of(const FoundCommit& found) {
  return {.project = found.project->id, .type = "Commit", .commit = found.commit->id};
}

http::Response list_discussions(Call& call) {
  DAVIT_TRY(auto const found, find_commit(call));
  auto const& all = found.project->commit_discussions[found.commit->id];
  return paged(call, all, [&](const Discussion& one) {
    return show_discussion(call, context_of(found), one);
  });
}

constexpr Param kBody[] = {{"body", Kind::text, Need::required_not_blank}};

http::Response create_discussion(Call& call) {
  DAVIT_TRY(auto const found, find_commit(call));
  Note note{.id = call.store.next_id(), .author = call.user_id()};
  note.body = *call.text("body");
  note.created = call.now;
  note.updated = call.now;
  Discussion discussion{.id = new_discussion_id(call.store)};
  discussion.notes.push_back(std::move(note));
  auto& all = found.project->commit_discussions[found.commit->id];
  all.push_back(std::move(discussion));
  return created(show_discussion(call, context_of(found), all.back()));
}

constexpr Route kRoutes[] = {
    {get, "/repository/commits", list_commits, kList},
    {post, "/repository/commits", create, kCreate},
    {get, "/repository/commits/:sha", get_one, kGet},
    {get, "/repository/commits/:sha/diff", diff, kDiff},
    {get, "/repository/commits/:sha/refs", refs, kRefs},
    {get, "/repository/commits/:sha/merge_requests", merge_requests},
    {get, "/repository/commits/:sha/discussions", list_discussions},
    {post, "/repository/commits/:sha/discussions", create_discussion, kBody},
};

}  // namespace

std::span<const Route> commit_routes() { return kRoutes; }

}  // namespace davit::sandbox::gitlab

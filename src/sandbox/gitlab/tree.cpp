// The repository as a whole: its tree, and comparing two revisions.
#include <algorithm>

#include "sandbox/gitlab/entities.h"
#include "sandbox/gitlab/paging.h"
#include "sandbox/gitlab/routes.h"

namespace davit::sandbox::gitlab {
namespace {

using enum http::Method;

constexpr Param kTree[] = {{"ref"}, {"path"}, {"recursive", Kind::flag}};

json::Object show_entry(const TreeEntry& entry) {
  return {
      {"id", entry.id},
      {"name", entry.name},
      {"type", entry.is_directory ? "tree" : "blob"},
      {"path", entry.path},
      {"mode", entry.mode},
  };
}

http::Response tree(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  auto const ref = call.text("ref").value_or("");
  auto const* commit = project->repository.resolve(ref.empty() ? "HEAD" : ref);
  if (commit == nullptr) return not_found("Tree");
  auto path = call.text("path").value_or("");
  if (path.ends_with('/')) path.remove_suffix(1);
  auto const rows = list_tree(commit->files, path, call.flag("recursive"));
  if (rows.empty() && !path.empty()) return not_found("invalid revision or path");
  if (call.text("pagination") != "keyset") return paged(call, rows, show_entry);

  std::vector<std::string> paths;
  for (auto const& row : rows) paths.push_back(row.path);
  auto const page = keyset_page(call, paths, "page_token");
  json::Array shown;
  for (auto i = page.begin; i < page.end; ++i) shown.push_back(show_entry(rows[i]));
  return page_answer(page, std::move(shown));
}

constexpr Param kCompare[] = {
    {"from", Kind::text, Need::required},
    {"to", Kind::text, Need::required},
    {"straight", Kind::flag},
    {"unidiff", Kind::flag},
};

http::Response compare(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  auto const& repository = project->repository;
  auto const* from = repository.resolve(call.text("from").value_or(""));
  auto const* to = repository.resolve(call.text("to").value_or(""));
  if (from == nullptr || to == nullptr) return not_found("Ref");
  // Three dots unless `straight`: what `to` brought since the histories parted.
  auto const* base = call.flag("straight") ? from : repository.merge_base(*from, *to);
  auto log = repository.log(*to, from);
  std::ranges::reverse(log);
  json::Array commits;
  for (auto const* commit : log) commits.push_back(show_commit(call, *project, *commit));
  json::Array diffs;
  for (auto const& diff : diff_snapshots(base == nullptr ? Snapshot() : base->files, to->files)) {
    diffs.push_back(show_diff(diff, {.has_header = call.flag("unidiff")}));
  }
  return answer(json::Object{
      {"commit", log.empty() ? json::Value() : json::Value(show_commit(call, *project, *to))},
      {"commits", std::move(commits)},
      {"diffs", std::move(diffs)},
      {"compare_timeout", false},
      {"compare_same_ref", from == to},
      {"web_url", web_url(call, *project) + "/-/compare/" + from->id + "..." + to->id},
  });
}

constexpr Route kRoutes[] = {
    {get, "/repository/tree", tree, kTree},
    {get, "/repository/compare", compare, kCompare},
};

}  // namespace

std::span<const Route> tree_routes() { return kRoutes; }

}  // namespace davit::sandbox::gitlab

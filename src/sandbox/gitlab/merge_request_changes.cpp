// What a merge request brings: commits, diffs, pipelines, and the issues it closes.
#include <algorithm>

#include <fmt/format.h>

#include "sandbox/gitlab/ci.h"
#include "sandbox/gitlab/entities.h"
#include "sandbox/gitlab/lookup.h"
#include "sandbox/gitlab/merging.h"
#include "sandbox/gitlab/paging.h"
#include "sandbox/gitlab/routes.h"

namespace davit::sandbox::gitlab {
namespace {

using enum http::Method;

std::vector<FileDiff> diffs_of(const FoundMergeRequest& found) {
  auto const* base = base_of(*found.project, *found.mr);
  auto const* head = head_of(*found.project, *found.mr);
  if (base == nullptr || head == nullptr) return {};
  return diff_snapshots(base->files, head->files);
}

http::Response commits(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  std::vector<const Commit*> rows;
  auto const* head = head_of(*found.project, *found.mr);
  if (head != nullptr)
    rows = found.project->repository.log(*head, base_of(*found.project, *found.mr));
  return paged(call, rows, [&](const Commit* commit) {
    return show_commit(call, *found.project, *commit);
  });
}

constexpr Param kUnidiff[] = {{"unidiff", Kind::flag}, {"access_raw_diffs", Kind::flag}};

http::Response diffs(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  DiffForm const form{.has_header = call.flag("unidiff")};
  return paged(call, diffs_of(found), [&](const FileDiff& diff) { return show_diff(diff, form); });
}

http::Response raw_diffs(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  std::string patch;
  for (auto const& diff : diffs_of(found)) patch += to_patch(diff);
  return plain(std::move(patch));
}

http::Response changes(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  auto shown = show_merge_request_detail(call, *found.mr);
  DiffForm form{.has_header = call.flag("unidiff")};
  form.is_expanded = call.flag("access_raw_diffs");
  json::Array rows;
  for (auto const& diff : diffs_of(found)) rows.push_back(show_diff(diff, form));
  shown["changes"] = std::move(rows);
  shown["overflow"] = false;
  return answer(shown);
}

http::Response versions(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  json::Array rows;
  rows.push_back(json::Object{
      {"id", found.mr->id * 10},
      {"head_commit_sha", found.mr->head_sha},
      {"base_commit_sha", found.mr->base_sha},
      {"start_commit_sha", found.mr->start_sha},
      {"created_at", to_text(found.mr->created)},
      {"merge_request_id", found.mr->id},
      {"state", "collected"},
      {"real_size", fmt::format("{}", diffs_of(found).size())},
      {"patch_id_sha", nullptr}
  });
  return answer(rows);
}

http::Response list_pipelines(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  std::vector<const Pipeline*> rows;
  auto const* head = head_of(*found.project, *found.mr);
  auto const* base = base_of(*found.project, *found.mr);
  for (auto const& [id, pipeline] : found.project->pipelines) {
    auto const* commit = found.project->repository.find(pipeline.sha);
    auto const is_of_branch = pipeline.ref == found.mr->source_branch && commit != nullptr &&
                              head != nullptr && base != nullptr && commit != base &&
                              found.project->repository.reaches(*head, *commit);
    if (pipeline.merge_request == found.mr->iid || is_of_branch) rows.push_back(&pipeline);
  }
  std::ranges::reverse(rows);
  return paged(call, rows, [&](const Pipeline* pipeline) {
    return show_pipeline_basic(call, *found.project, *pipeline);
  });
}

http::Response create_pipeline(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call, Role::developer));
  auto& pipeline = start_pipeline(
      call.store,
      *found.project,
      fmt::format("refs/merge-requests/{}/head", found.mr->iid),
      found.mr->head_sha,
      call.user_id(),
      call.now
  );
  pipeline.source = "merge_request_event";
  pipeline.merge_request = found.mr->iid;
  return created(show_pipeline(call, *found.project, pipeline));
}

std::vector<const Issue*> closing_issues(const FoundMergeRequest& found) {
  std::vector<const Issue*> rows;
  for (auto const iid : issues_to_close(*found.mr)) {
    auto const issue = found.project->issues.find(iid);
    if (issue != found.project->issues.end()) rows.push_back(&issue->second);
  }
  return rows;
}

http::Response list_closing_issues(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  return paged(call, closing_issues(found), [&](const Issue* issue) {
    return show_issue(call, *issue, call.store.full_path(*found.project));
  });
}

constexpr Route kRoutes[] = {
    {get, "/commits", commits},
    {get, "/diffs", diffs, kUnidiff},
    {get, "/raw_diffs", raw_diffs},
    {get, "/changes", changes, kUnidiff},
    {get, "/versions", versions},
    {get, "/pipelines", list_pipelines},
    {post, "/pipelines", create_pipeline},
    {get, "/closes_issues", list_closing_issues},
};

}  // namespace

std::span<const Route> merge_request_change_routes() { return kRoutes; }

}  // namespace davit::sandbox::gitlab

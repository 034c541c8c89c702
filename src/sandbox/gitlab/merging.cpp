#include "sandbox/gitlab/merging.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/gitlab/issuables.h"

namespace davit::sandbox::gitlab {
namespace {

const Commit* branch_head(const Project& project, std::string_view branch) {
  auto const found = project.repository.branches.find(branch);
  return found == project.repository.branches.end() ? nullptr
                                                    : project.repository.find(found->second);
}

std::optional<Snapshot> merged_files(const Project& project, const MergeRequest& mr) {
  auto const* source = head_of(project, mr);
  auto const* target = branch_head(project, mr.target_branch);
  if (source == nullptr || target == nullptr) return std::nullopt;
  auto const* base = project.repository.merge_base(*target, *source);
  if (base == nullptr) return std::nullopt;
  return merge_snapshots(base->files, target->files, source->files);
}

bool is_finished_well(const Pipeline& pipeline) {
  return pipeline.status == "success" || pipeline.status == "manual";
}

Signature signature_of(const Store& store, Id user, Time when) {
  auto const& who = store.user(user);
  return {who.name, who.email, when};
}

}  // namespace

void refresh(const Project& project, MergeRequest& mr) {
  if (mr.state != "opened") return;
  auto const* source = branch_head(project, mr.source_branch);
  auto const* target = branch_head(project, mr.target_branch);
  if (source == nullptr || target == nullptr) return;
  auto const* base = project.repository.merge_base(*target, *source);
  mr.head_sha = source->id;
  mr.base_sha = base == nullptr ? target->id : base->id;
  mr.start_sha = mr.base_sha;
}

const Commit* head_of(const Project& project, const MergeRequest& mr) {
  return project.repository.find(mr.head_sha);
}

const Commit* base_of(const Project& project, const MergeRequest& mr) {
  return project.repository.find(mr.base_sha);
}

const Pipeline* head_pipeline(const Project& project, const MergeRequest& mr) {
  const Pipeline* newest = nullptr;
  for (auto const& [id, pipeline] : project.pipelines) {
    auto const is_its = pipeline.merge_request == mr.iid || pipeline.ref == mr.source_branch;
    if (is_its && pipeline.sha == mr.head_sha) newest = &pipeline;
  }
  return newest;
}

bool has_conflicts(const Project& project, const MergeRequest& mr) {
  return mr.state == "opened" && !merged_files(project, mr);
}

bool has_unresolved_threads(const MergeRequest& mr) {
  for (auto const& discussion : mr.discussions) {
    for (auto const& note : discussion.notes) {
      if (note.is_resolvable && !note.is_resolved) return true;
    }
  }
  return false;
}

std::size_t count_behind(const Project& project, const MergeRequest& mr) {
  auto const* source = head_of(project, mr);
  auto const* target = branch_head(project, mr.target_branch);
  if (source == nullptr || target == nullptr) return 0;
  return project.repository.log(*target, source).size();
}

std::string_view merge_obstacle(const Project& project, const MergeRequest& mr, bool with_ci) {
  if (mr.state != "opened") return "not_open";
  if (mr.is_draft()) return "draft_status";
  if (branch_head(project, mr.source_branch) == nullptr) return "commits_status";
  if (project.needs_resolved_threads && has_unresolved_threads(mr)) {
    return "discussions_not_resolved";
  }
  auto const* pipeline = head_pipeline(project, mr);
  if (with_ci && project.needs_pipeline) {
    auto const is_active = pipeline != nullptr && !pipeline->finished;
    if (is_active && !is_finished_well(*pipeline)) return "ci_still_running";
    if (pipeline == nullptr || !is_finished_well(*pipeline)) return "ci_must_pass";
  }
  for (auto const& [user, state] : mr.reviewer_states) {
    if (state == "requested_changes") return "requested_changes";
  }
  if (static_cast<int>(mr.approvals.size()) < project.approvals_required) return "not_approved";
  if (has_conflicts(project, mr)) return "conflict";
  if (project.merge_method == "ff" && count_behind(project, mr) > 0) return "need_rebase";
  return "mergeable";
}

void merge_now(
    Store& store,
    Project& project,
    MergeRequest& mr,
    Id by,
    Time now,
    std::string_view commit_message
) {
  auto& repository = project.repository;
  auto const* target = branch_head(project, mr.target_branch);
  auto const* source = head_of(project, mr);
  auto files = merged_files(project, mr);
  if (target == nullptr || source == nullptr || !files) return;
  auto source_id = source->id;
  if (mr.squash) {
    mr.squash_commit_sha =
        repository.add_commit({target->id}, mr.title, signature_of(store, by, now), *files);
    source_id = mr.squash_commit_sha;
  }
  auto new_head = source_id;
  if (project.merge_method != "ff") {
    auto text = commit_message.empty()
                    ? fmt::format(
                          "Merge branch '{}' into '{}'\n\n{}\n\nSee merge request {}!{}",
                          mr.source_branch,
                          mr.target_branch,
                          mr.title,
                          store.full_path(project),
                          mr.iid
                      )
                    : std::string(commit_message);
    new_head = repository.add_commit(
        {target->id, source_id}, std::move(text), signature_of(store, by, now), *std::move(files)
    );
    mr.merge_commit_sha = new_head;
  }
  repository.branches[mr.target_branch] = new_head;
  if (mr.remove_source_branch) repository.branches.erase(mr.source_branch);
  mr.state = "merged";
  mr.has_auto_merge = false;
  mr.merge_user = by;
  mr.merged_at = now;
  mr.updated = now;
  add_system_note(store, mr, by, now, "merged");
  if (mr.target_branch != repository.default_branch) return;
  for (auto const iid : issues_to_close(mr)) {
    auto const found = project.issues.find(iid);
    if (found == project.issues.end() || found->second.state != "opened") continue;
    set_state(
        store,
        found->second,
        by,
        now,
        "closed",
        fmt::format("closed with merge request !{}", mr.iid)
    );
  }
}

bool rebase(Project& project, MergeRequest& mr, Time now) {
  auto files = merged_files(project, mr);
  auto const* source = head_of(project, mr);
  auto const* target = branch_head(project, mr.target_branch);
  if (!files || source == nullptr || target == nullptr) {
    mr.merge_error = "Rebase failed: Rebase locally, resolve all conflicts, then push the branch.";
    return false;
  }
  mr.merge_error.clear();
  if (project.repository.reaches(*source, *target)) return true;
  auto author = source->author;
  author.when = now;
  project.repository.branches[mr.source_branch] =
      project.repository.add_commit({target->id}, source->message, author, *std::move(files));
  refresh(project, mr);
  return true;
}

std::vector<Id> issues_to_close(const MergeRequest& mr) {
  // A part of GitLab's default issue closing pattern: the usual verbs, one number each.
  constexpr std::array kVerbs{
      "close",
      "closes",
      "closed",
      "fix",
      "fixes",
      "fixed",
      "resolve",
      "resolves",
      "resolved",
      "implements"
  };
  std::vector<Id> iids;
  auto const text = to_lower(mr.description);
  for (auto mark = text.find(" #"); mark != std::string::npos; mark = text.find(" #", mark + 1)) {
    auto const before = std::string_view(text).substr(0, mark);
    auto const word = before.substr(before.find_last_of(" \n(") + 1);
    if (std::ranges::find(kVerbs, word) == kVerbs.end()) continue;
    Id iid = 0;
    std::from_chars(text.data() + mark + 2, text.data() + text.size(), iid);
    if (iid != 0) iids.push_back(iid);
  }
  return iids;
}

std::vector<const MergeRequest*> related_merge_requests(const Project& project, Id issue) {
  std::vector<const MergeRequest*> rows;
  auto const mention = fmt::format("#{}", issue);
  for (auto const& [iid, mr] : project.merge_requests) {
    auto const found = mr.description.find(mention);
    if (found == std::string::npos) continue;
    auto const after = found + mention.size();
    auto const goes_on = after < mr.description.size() && mr.description[after] >= '0' &&
                         mr.description[after] <= '9';
    if (!goes_on) rows.push_back(&mr);
  }
  return rows;
}

}  // namespace davit::sandbox::gitlab

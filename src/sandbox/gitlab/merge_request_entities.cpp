#include <fmt/format.h>

#include "sandbox/gitlab/entities.h"
#include "sandbox/gitlab/merging.h"

namespace davit::sandbox::gitlab {
namespace {

json::Value user_or_null(const Call& call, std::optional<Id> user) {
  return user ? json::Value(show_user_basic(call, *user)) : json::Value();
}

// The older field beside detailed_merge_status: knows only of conflicts.
std::string_view merge_status(const Project& project, const MergeRequest& mr) {
  if (mr.state == "closed") return "unchecked";
  return has_conflicts(project, mr) ? "cannot_be_merged" : "can_be_merged";
}

// "4", and "1000+" for a diff beyond GitLab's limit; null while there is no diff.
json::Value changes_count(const Project& project, const MergeRequest& mr) {
  auto const* base = base_of(project, mr);
  auto const* head = head_of(project, mr);
  if (base == nullptr || head == nullptr) return nullptr;
  auto const count = diff_snapshots(base->files, head->files).size();
  return count == 0 ? json::Value() : json::Value(fmt::format("{}", count));
}

}  // namespace

json::Object show_merge_request_simple(const Call& call, const MergeRequest& mr) {
  auto const& project = call.store.projects.at(mr.project);
  return {
      {"id", mr.id},
      {"iid", mr.iid},
      {"project_id", mr.project},
      {"title", mr.title},
      {"description", or_null(mr.description)},
      {"state", mr.state},
      {"created_at", to_text(mr.created)},
      {"updated_at", to_text(mr.updated)},
      {"web_url", fmt::format("{}/-/merge_requests/{}", web_url(call, project), mr.iid)},
  };
}

json::Object show_merge_request(
    const Call& call, const MergeRequest& mr, std::string_view relative_to
) {
  auto const& project = call.store.projects.at(mr.project);
  auto const url = fmt::format("{}/-/merge_requests/{}", web_url(call, project), mr.iid);
  auto shown = show_merge_request_simple(call, mr);
  shown.erase("web_url");
  shown.insert({
      {"merged_by", user_or_null(call, mr.state == "merged" ? mr.merge_user : std::nullopt)},
      {"merge_user", user_or_null(call, mr.merge_user)},
      {"merged_at", to_json(mr.merged_at)},
      {"closed_by", user_or_null(call, mr.closed_by)},
      {"closed_at", to_json(mr.closed_at)},
      {"target_branch", mr.target_branch},
      {"source_branch", mr.source_branch},
      {"user_notes_count", count_user_notes(mr)},
      {"upvotes", mr.upvotes},
      {"downvotes", mr.downvotes},
      {"author", show_user_basic(call, mr.author)},
      {"assignees", show_users(call, mr.assignees)},
      {"assignee",
       mr.assignees.empty() ? json::Value()
                            : json::Value(show_user_basic(call, mr.assignees.front()))},
      {"reviewers", show_users(call, mr.reviewers)},
      {"source_project_id", mr.project},
      {"target_project_id", mr.project},
      {"labels", show_issuable_labels(call, project, mr)},
      {"draft", mr.is_draft()},
      {"imported", false},
      {"imported_from", "none"},
      {"work_in_progress", mr.is_draft()},
      {"milestone", show_milestone(call, project, mr.milestone)},
      {"merge_when_pipeline_succeeds", mr.has_auto_merge},
      {"merge_status", merge_status(project, mr)},
      {"detailed_merge_status", merge_obstacle(project, mr)},
      {"merge_after", nullptr},
      {"sha", or_null(mr.head_sha)},
      {"merge_commit_sha", or_null(mr.merge_commit_sha)},
      {"squash_commit_sha", or_null(mr.squash_commit_sha)},
      {"discussion_locked", mr.is_locked ? json::Value(true) : json::Value()},
      {"should_remove_source_branch", nullptr},
      {"force_remove_source_branch", mr.remove_source_branch},
      {"prepared_at", to_json(mr.prepared_at)},
      {"reference", fmt::format("!{}", mr.iid)},
      {"references", show_references(call, mr, '!', relative_to)},
      {"web_url", url},
      {"time_stats", show_time_stats(mr)},
      {"squash", mr.squash},
      {"squash_on_merge", mr.squash},
      {"task_completion_status", show_task_completion(mr)},
      {"has_conflicts", has_conflicts(project, mr)},
      {"blocking_discussions_resolved", !has_unresolved_threads(mr)},
      {"approvals_before_merge", nullptr},
  });
  return shown;
}

json::Object show_merge_request_detail(const Call& call, const MergeRequest& mr) {
  auto const& project = call.store.projects.at(mr.project);
  auto shown = show_merge_request(call, mr, call.store.full_path(project));
  auto const* pipeline = head_pipeline(project, mr);
  shown.insert({
      {"subscribed", mr.author == call.user_id()},
      {"changes_count", changes_count(project, mr)},
      {"latest_build_started_at", pipeline == nullptr ? nullptr : to_json(pipeline->started)},
      {"latest_build_finished_at", pipeline == nullptr ? nullptr : to_json(pipeline->finished)},
      {"first_deployed_to_production_at", nullptr},
      {"pipeline",
       pipeline == nullptr ? json::Value()
                           : json::Value(show_pipeline_basic(call, project, *pipeline))},
      {"head_pipeline",
       pipeline == nullptr ? json::Value() : json::Value(show_pipeline(call, project, *pipeline))},
      {"diff_refs",
       json::Object{
           {"base_sha", or_null(mr.base_sha)},
           {"head_sha", or_null(mr.head_sha)},
           {"start_sha", or_null(mr.start_sha)}
       }},
      {"merge_error", or_null(mr.merge_error)},
      {"first_contribution", false},
      {"user", json::Object{{"can_merge", call.role_in(project) >= Role::developer}}},
  });
  if (call.flag("include_diverged_commits_count")) {
    shown["diverged_commits_count"] = count_behind(project, mr);
  }
  if (call.flag("include_rebase_in_progress")) {
    shown["rebase_in_progress"] = mr.rebases_until && *mr.rebases_until > call.now;
  }
  return shown;
}

}  // namespace davit::sandbox::gitlab

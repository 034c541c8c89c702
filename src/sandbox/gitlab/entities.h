// How records look on the wire: GitLab's entities, nulls included (docs.gitlab.com/api, the
// response of each endpoint).
#pragma once

#include "sandbox/gitlab/call.h"
#include "sandbox/gitlab/diff.h"

namespace davit::sandbox::gitlab {

json::Value to_json(std::optional<Time> time);
json::Array to_json(const std::vector<std::string>& texts);
json::Value or_null(std::string_view text);

json::Object show_user_basic(const Call& call, Id user);
json::Array show_users(const Call& call, const std::vector<Id>& users);
json::Object show_user(const Call& call, const User& user);
json::Object show_current_user(const Call& call, const User& user);

json::Object show_group(const Call& call, const Group& group);
json::Object show_project_simple(const Call& call, const Project& project);
json::Object show_project(const Call& call, const Project& project);
std::string web_url(const Call& call, const Project& project);

json::Object show_label(const Label& label);
json::Object show_milestone(const Call& call, const Project& project, const Milestone& one);
json::Object show_milestone(const Call& call, const Group& group, const Milestone& one);
// By id; null for none.
json::Value show_milestone(const Call& call, const Project& project, Id milestone);
json::Object show_member(const Call& call, Id user, Role role, Time since);

// `relative_to` is the full path of the group or project that was asked; empty for the whole
// instance.
json::Object show_references(
    const Call& call, const Issuable& of, char sigil, std::string_view relative_to
);
json::Object show_time_stats(const Issuable& of);
int count_user_notes(const Issuable& of);
json::Object show_task_completion(const Issuable& of);
json::Array show_issuable_labels(const Call& call, const Project& project, const Issuable& of);

json::Object show_merge_request_simple(const Call& call, const MergeRequest& mr);
json::Object show_merge_request(
    const Call& call, const MergeRequest& mr, std::string_view relative_to
);
// With what only the single answer has.
json::Object show_merge_request_detail(const Call& call, const MergeRequest& mr);

json::Object show_issue(const Call& call, const Issue& issue, std::string_view relative_to);

json::Value show_position(const std::optional<Position>& position);
// What a note hangs on.
struct NoteContext {
  Id id = 0;
  Id iid = 0;  // 0 for a commit
  Id project = 0;
  std::string_view type;    // MergeRequest, Issue, Commit
  std::string_view commit;  // id, for a commit
  bool is_individual = true;
};
json::Object show_note(const Call& call, const NoteContext& on, const Note& note);
json::Object show_discussion(const Call& call, NoteContext on, const Discussion& discussion);

json::Object show_pipeline_basic(const Call& call, const Project& project, const Pipeline& one);
json::Object show_pipeline(const Call& call, const Project& project, const Pipeline& one);
json::Object show_job(const Call& call, const Project& project, const Job& job);
json::Object show_bridge(const Call& call, const Project& project, const Bridge& bridge);

json::Object show_commit(const Call& call, const Project& project, const Commit& commit);
struct DiffForm {
  bool has_header = false;   // "--- a/x" and "+++ b/x" in front, with `unidiff`
  bool is_expanded = false;  // large patches too
};
json::Object show_diff(const FileDiff& diff, DiffForm form);

}  // namespace davit::sandbox::gitlab

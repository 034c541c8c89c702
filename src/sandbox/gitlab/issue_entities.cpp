#include <fmt/format.h>

#include "sandbox/gitlab/entities.h"
#include "sandbox/gitlab/merging.h"

namespace davit::sandbox::gitlab {
namespace {

// GitLab sends the type twice, once shouted.
std::string shouted(std::string_view text) {
  std::string upper(text);
  for (auto& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return upper;
}

}  // namespace

json::Object show_issue(const Call& call, const Issue& issue, std::string_view relative_to) {
  auto const& project = call.store.projects.at(issue.project);
  auto const api =
      fmt::format("{}/api/v4/projects/{}/issues/{}", call.base_url, project.id, issue.iid);
  auto const assignees = show_users(call, issue.assignees);
  return {
      {"id", issue.id},
      {"iid", issue.iid},
      {"project_id", issue.project},
      {"title", issue.title},
      {"description", or_null(issue.description)},
      {"state", issue.state},
      {"created_at", to_text(issue.created)},
      {"updated_at", to_text(issue.updated)},
      {"closed_at", to_json(issue.closed_at)},
      {"closed_by",
       issue.closed_by ? json::Value(show_user_basic(call, *issue.closed_by)) : json::Value()},
      {"labels", show_issuable_labels(call, project, issue)},
      {"milestone", show_milestone(call, project, issue.milestone)},
      {"assignees", assignees},
      {"author", show_user_basic(call, issue.author)},
      {"type", shouted(issue.type)},
      {"assignee", assignees.empty() ? json::Value() : assignees.front()},
      {"user_notes_count", count_user_notes(issue)},
      {"merge_requests_count", related_merge_requests(project, issue.iid).size()},
      {"upvotes", issue.upvotes},
      {"downvotes", issue.downvotes},
      {"start_date", nullptr},
      {"due_date", or_null(issue.due_date)},
      {"confidential", issue.is_confidential},
      {"discussion_locked", issue.is_locked ? json::Value(true) : json::Value()},
      {"issue_type", issue.type},
      {"web_url", fmt::format("{}/-/issues/{}", web_url(call, project), issue.iid)},
      {"time_stats", show_time_stats(issue)},
      {"task_completion_status", show_task_completion(issue)},
      {"weight", issue.weight ? json::Value(*issue.weight) : json::Value()},
      {"blocking_issues_count", 0},
      {"has_tasks", issue.description.find("- [") != std::string::npos},
      {"task_status", ""},
      {"_links",
       json::Object{
           {"self", api},
           {"notes", api + "/notes"},
           {"award_emoji", api + "/award_emoji"},
           {"project", fmt::format("{}/api/v4/projects/{}", call.base_url, project.id)},
           {"closed_as_duplicate_of", nullptr}
       }},
      {"references", show_references(call, issue, '#', relative_to)},
      {"severity", "UNKNOWN"},
      {"moved_to_id", nullptr},
      {"imported", false},
      {"imported_from", "none"},
      {"service_desk_reply_to", nullptr},
      {"epic_iid", nullptr},
      {"epic", nullptr},
      {"iteration", nullptr},
      {"health_status", nullptr},
  };
}

}  // namespace davit::sandbox::gitlab

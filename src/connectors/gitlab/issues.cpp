#include <algorithm>

#include "connector/arguments.h"
#include "connectors/gitlab/quick_actions.h"
#include "connectors/gitlab/tables.h"
#include "connectors/gitlab/updates.h"

namespace davit::connectors::gitlab {
namespace {

// GitLab mixes what people wrote with its own "changed the label".
void drop_system_notes(const json::Object&, json::Object& answer) {
  auto* comments =
      json::find(answer, "comments") == nullptr ? nullptr : answer["comments"].if_array();
  if (comments == nullptr) return;
  json::Array kept(comments->storage());
  for (auto& comment : *comments) {
    if (!json::find_bool(comment, "system").value_or(false)) kept.push_back(std::move(comment));
  }
  *comments = std::move(kept);
}

// GitLab takes what is no date for none, and forgets the date that was there.
Result<> check_issue(const json::Object& arguments) {
  auto const date = text_of(arguments, "due_date");
  constexpr std::string_view kForm = "0000-00-00";
  auto const fits = [](char c, char form) { return form == '-' ? c == '-' : c >= '0' && c <= '9'; };
  if (!date.empty() && !std::ranges::equal(date, kForm, fits)) {
    return Error(ErrorKind::invalid_input, "due_date must be YYYY-MM-DD");
  }
  return refuse_quick_actions(arguments);
}

constexpr Param kIssueType{
    .name = "type",
    .choices = "issue|incident|task",
    .wire = "issue_type",
};

constexpr Tool kTools[] = {
    {
        .name = "gitlab_list_issues",
        .title = "List issues",
        .description = "Issues of a project or group, without both your own; last updated first.",
        .toolset = "issues",
        .call =
            {.path = "/projects/{project}/issues?scope=all&order_by=updated_at"
                     "|/groups/{group}/issues?scope=all&order_by=updated_at"
                     "|/issues?scope=assigned_to_me&order_by=updated_at"},
        .params =
            {
                kAnyProject,
                kAnyGroup,
                {.name = "state", .choices = "opened|closed|all", .fallback = "opened"},
                {.name = "scope", .choices = "all|assigned_to_me|created_by_me"},
                {.name = "author", .description = "Username.", .wire = "author_username"},
                {.name = "assignee", .wire = "assignee_username"},
                kLabels,
                {.name = "milestone", .description = "Title, None or Any."},
                kIssueType,
                kSearch,
                kUpdatedAfter,
                kLimit,
                kCursor,
            },
        .paging = kLinkHeader,
        .keep = "ref=references.full type=issue_type title~200 state author.username "
                "assignees.username labels~100 milestone=milestone.title~100 due=due_date "
                "confidential? updated=updated_at",
        .source = "https://docs.gitlab.com/api/issues/#list-issues",
    },
    {
        .name = "gitlab_get_issue",
        .title = "Get issue",
        .description = "An issue with its newest comments, and on request what it is linked to.",
        .toolset = "issues",
        .call = {.path = "/projects/{project}/issues/{issue}"},
        .params =
            {
                kIssue,
                kProjectOrUrl,
                {.name = "include",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .choices = "comments|links|mrs",
                 .fallback = "comments"},
            },
        .keep = "ref=references.full type=issue_type title~ state author.username "
                "assignees.username labels~100 milestone=milestone.title~100 due=due_date weight "
                "confidential? created=created_at updated=updated_at closed=closed_at "
                "description~4000 url=web_url",
        .parts =
            {
                {.name = "comments",
                 .path = "/projects/{project}/issues/{issue}/notes"
                         "?sort=desc&order_by=created_at&activity_filter=only_comments&per_page=10",
                 .keep = "id author.username at=created_at body~1000 system?"},
                {.name = "links",
                 .path = "/projects/{project}/issues/{issue}/links",
                 .keep = "ref=references.full title~200 state type=link_type"},
                {.name = "mrs",
                 .path = "/projects/{project}/issues/{issue}/related_merge_requests",
                 .keep = "ref=references.full title~200 state author.username"},
            },
        .source = "https://docs.gitlab.com/api/issues/#single-project-issue",
        .finish = drop_system_notes,
    },
    {
        .name = "gitlab_create_issue",
        .title = "Create issue",
        .description = "Open an issue, incident or task.",
        .toolset = "issues",
        .effect = Effect::write,
        .call = {.method = http::Method::post, .path = "/projects/{project}/issues"},
        .params =
            {
                kProject,
                {.name = "title", .in = In::body, .required = true},
                {.name = "description", .in = In::body},
                {.name = "type",
                 .in = In::body,
                 .choices = "issue|incident|task",
                 .wire = "issue_type"},
                {.name = "labels", .in = In::body, .kind = Kind::joined_list},
                kAssignees,
                kMilestone,
                {.name = "due_date", .description = "YYYY-MM-DD.", .in = In::body},
                {.name = "confidential", .in = In::body, .kind = Kind::boolean},
                {.name = "link_to", .description = "Related issue: number or a/b#7.", .in = In::none
                },
            },
        .foreign = "title labels milestone",
        .source = "https://docs.gitlab.com/api/issues/#new-issue",
        .check = check_issue,
        .run = create_issue,
    },
    {
        .name = "gitlab_update_issue",
        .title = "Update issue",
        .description = "Change an issue's fields, or close or reopen it.",
        .toolset = "issues",
        .effect = Effect::write,
        .idempotent = true,
        .call = {.method = http::Method::put, .path = "/projects/{project}/issues/{issue}"},
        .params =
            {
                kIssue,
                kProjectOrUrl,
                {.name = "title", .in = In::body},
                {.name = "description", .description = "All of it.", .in = In::body},
                kDescriptionEdit,
                {.name = "add_labels", .in = In::body, .kind = Kind::joined_list},
                {.name = "remove_labels", .in = In::body, .kind = Kind::joined_list},
                kAssignees,
                kMilestone,
                {.name = "due_date", .description = "YYYY-MM-DD.", .in = In::body},
                {.name = "state", .in = In::body, .choices = "close|reopen", .wire = "state_event"},
            },
        .foreign = "title labels milestone",
        .source = "https://docs.gitlab.com/api/issues/#edit-an-issue",
        .check = check_issue,
        .run = update_issue,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> issue_tools = kTools;

}  // namespace davit::connectors::gitlab

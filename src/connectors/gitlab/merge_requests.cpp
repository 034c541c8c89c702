#include "connectors/gitlab/merge_requests.h"

#include "connectors/gitlab/quick_actions.h"
#include "connectors/gitlab/tables.h"

namespace davit::connectors::gitlab {
namespace {

constexpr Tool kTools[] = {
    {
        .name = "gitlab_list_merge_requests",
        .title = "List merge requests",
        .description = "Merge requests of a project or group, without both your own; last updated "
                       "first.",
        .toolset = "merge_requests",
        .call =
            {.path = "/projects/{project}/merge_requests?scope=all&order_by=updated_at"
                     "|/groups/{group}/merge_requests?scope=all&order_by=updated_at"
                     "|/merge_requests?scope=assigned_to_me&order_by=updated_at"},
        .params =
            {
                kAnyProject,
                kAnyGroup,
                {.name = "state", .choices = "opened|closed|merged|all", .fallback = "opened"},
                {.name = "scope", .choices = "all|assigned_to_me|created_by_me|reviews_for_me"},
                {.name = "author", .description = "Username.", .wire = "author_username"},
                {.name = "assignee", .wire = "assignee_username"},
                {.name = "reviewer", .wire = "reviewer_username"},
                kLabels,
                {.name = "draft", .choices = "yes|no", .wire = "wip"},
                {.name = "source_branch"},
                {.name = "target_branch"},
                kSearch,
                kUpdatedAfter,
                kLimit,
                kCursor,
            },
        .paging = kLinkHeader,
        .keep = "ref=references.full title~200 author.username draft? state "
                "assignees.username reviewers.username labels~100 source=source_branch "
                "target=target_branch merge_status=detailed_merge_status updated=updated_at",
        .source = "https://docs.gitlab.com/api/merge_requests/#list-merge-requests",
    },
    {
        .name = "gitlab_get_merge_request",
        .title = "Get merge request",
        .description = "A merge request with approvals, its latest pipeline and whether it can be "
                       "merged; by number, or by source_branch.",
        .toolset = "merge_requests",
        .call = {.path = "/projects/{project}/merge_requests/{mr}"},
        .params =
            {
                {.name = "mr", .description = "Number, a/b!12 or URL.", .in = In::path},
                kProjectOrUrl,
                {.name = "source_branch", .in = In::none, .needs = "!mr"},
                {.name = "include",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .choices = "approvals|commits|unresolved|files",
                 .fallback = "approvals"},
            },
        .keep =
            "ref=references.full title~ state draft? author.username assignees.username "
            "reviewers.username labels~100 milestone=milestone.title~100 source=source_branch "
            "target=target_branch sha merge_status=detailed_merge_status conflicts=has_conflicts? "
            "threads_resolved=blocking_discussions_resolved changed_files=changes_count "
            "pipeline=head_pipeline{id status} auto_merge=merge_when_pipeline_succeeds? "
            "created=created_at updated=updated_at merged=merged_at "
            "merged_by=merge_user.username description~2000 url=web_url",
        .parts =
            {
                {.name = "approvals",
                 .path = "/projects/{project}/merge_requests/{mr}/approvals",
                 .keep = "needed=approvals_required left=approvals_left "
                         "by=approved_by.user.username"},
                {.name = "commits",
                 .path = "/projects/{project}/merge_requests/{mr}/commits",
                 .keep = "id=short_id title~200 author=author_name~100 at=created_at"},
                {.name = "unresolved",
                 .path = "/projects/{project}/merge_requests/{mr}/discussions?per_page=100",
                 .keep = "id notes{author.username body~300 resolvable? resolved? "
                         "file=position.new_path line=position.new_line}"},
                {.name = "files",
                 .path = "/projects/{project}/merge_requests/{mr}/diffs?per_page=100",
                 .keep = "path=new_path~300 new=new_file? deleted=deleted_file? "
                         "renamed=renamed_file?"},
            },
        .foreign = "unresolved.body",
        .source = "https://docs.gitlab.com/api/merge_requests/#get-single-mr",
        .check = check_overview,
        .make = find_merge_request,
        .finish = count_unresolved,
    },
    {
        .name = "gitlab_get_merge_request_diff",
        .title = "Get merge request diff",
        .description =
            "A merge request's changes: files with counts (stat) or numbered lines (patch).",
        .toolset = "merge_requests",
        .call = {.path = "/projects/{project}/merge_requests/{mr}/diffs?per_page=100"},
        .params =
            {
                kMergeRequest,
                kProjectOrUrl,
                {.name = "mode", .in = In::none, .choices = "stat|patch", .fallback = "stat"},
                {.name = "paths",
                 .description = "Files or folders.",
                 .in = In::none,
                 .kind = Kind::string_list},
                {.name = "max_bytes",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "40000",
                 .min = 1000,
                 .max = 40000},
                kCursor,
            },
        .timeout_s = 45,
        .foreign = "files.path files.patch",
        .source = "https://docs.gitlab.com/api/merge_requests/#list-merge-request-diffs",
        .run = get_merge_request_diff,
    },
    {
        .name = "gitlab_create_merge_request",
        .title = "Create merge request",
        .description = "Open a merge request; answers with the open one if there is one.",
        .toolset = "merge_requests",
        .effect = Effect::write,
        .call = {.method = http::Method::post, .path = "/projects/{project}/merge_requests"},
        .params =
            {
                kProject,
                {.name = "source_branch", .in = In::body, .required = true},
                {.name = "target_branch", .description = "Else the default branch.", .in = In::body
                },
                {.name = "title", .in = In::body, .required = true},
                {.name = "description", .in = In::body},
                {.name = "draft", .in = In::none, .kind = Kind::boolean},
                kAssignees,
                kReviewers,
                {.name = "labels", .in = In::body, .kind = Kind::joined_list},
                kMilestone,
                {.name = "squash", .in = In::body, .kind = Kind::boolean},
                {.name = "remove_source_branch", .in = In::body, .kind = Kind::boolean},
            },
        .foreign = "title",
        .source = "https://docs.gitlab.com/api/merge_requests/#create-mr",
        .check = refuse_quick_actions,
        .run = create_merge_request,
    },
    {
        .name = "gitlab_update_merge_request",
        .title = "Update merge request",
        .description = "Change a merge request's fields, or close or reopen it.",
        .toolset = "merge_requests",
        .effect = Effect::write,
        .idempotent = true,
        .call = {.method = http::Method::put, .path = "/projects/{project}/merge_requests/{mr}"},
        .params =
            {
                kMergeRequest,
                kProjectOrUrl,
                {.name = "title", .in = In::body},
                {.name = "description", .description = "All of it.", .in = In::body},
                kDescriptionEdit,
                {.name = "add_labels", .in = In::body, .kind = Kind::joined_list},
                {.name = "remove_labels", .in = In::body, .kind = Kind::joined_list},
                kAssignees,
                kReviewers,
                kMilestone,
                {.name = "target_branch", .in = In::body},
                {.name = "draft", .in = In::none, .kind = Kind::boolean},
                {.name = "state", .in = In::body, .choices = "close|reopen", .wire = "state_event"},
            },
        .foreign = "title labels milestone",
        .source = "https://docs.gitlab.com/api/merge_requests/#update-mr",
        .check = refuse_quick_actions,
        .run = update_merge_request,
    },
    {
        .name = "gitlab_merge_merge_request",
        .title = "Merge merge request",
        .description = "Merge now, or with auto_merge when all checks pass. Cannot be undone.",
        .toolset = "merge_requests",
        .effect = Effect::destroy,
        .idempotent = true,
        .call =
            {.method = http::Method::put, .path = "/projects/{project}/merge_requests/{mr}/merge"},
        .params =
            {
                kMergeRequest,
                kProjectOrUrl,
                {.name = "sha",
                 .description = "Reviewed head; another is refused.",
                 .in = In::body,
                 .required = true},
                {.name = "auto_merge", .in = In::body, .kind = Kind::boolean},
                {.name = "squash", .in = In::body, .kind = Kind::boolean},
                {.name = "remove_source_branch",
                 .in = In::body,
                 .kind = Kind::boolean,
                 .wire = "should_remove_source_branch"},
                {.name = "merge_message", .in = In::body, .wire = "merge_commit_message"},
            },
        .source = "https://docs.gitlab.com/api/merge_requests/#merge-a-merge-request",
        .run = merge_merge_request,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> merge_request_tools = kTools;

}  // namespace davit::connectors::gitlab

#include "connector/arguments.h"
#include "connectors/gitlab/merge_requests.h"
#include "connectors/gitlab/quick_actions.h"
#include "connectors/gitlab/tables.h"

namespace davit::connectors::gitlab {
namespace {

constexpr Str kCommentSchema =
    R"({"type":"object","properties":{"path":{"type":"string"},"line":{"type":"integer"},)"
    R"("end_line":{"type":"integer"},"side":{"type":"string","enum":["new","old"]},"body":{"type":"string"},)"
    R"("suggestion":{"type":"string"}},"required":["path","line","body"]})";

Result<> check_review(const json::Object& arguments) {
  auto const is_empty = !arguments.contains("comments") && !arguments.contains("summary");
  if (is_empty && text_of(arguments, "verdict") != "approve") {
    return Error(ErrorKind::invalid_input, "give comments or a summary");
  }
  return refuse_quick_actions(arguments);
}

Result<> check_approval(const json::Object& arguments) {
  if (text_of(arguments, "action") == "approve" && !arguments.contains("sha")) {
    return Error(ErrorKind::invalid_input, "approve needs sha, the head that was reviewed");
  }
  return {};
}

constexpr Tool kTools[] = {
    {
        .name = "gitlab_submit_review",
        .title = "Submit review",
        .description = "Comments on lines of the diff, a summary and a verdict, published at once. "
                       "suggestion replaces line to end_line.",
        .toolset = "merge_requests",
        .effect = Effect::write,
        .call =
            {.method = http::Method::post,
             .path = "/projects/{project}/merge_requests/{mr}/draft_notes"},
        .params =
            {
                kMergeRequest,
                kProjectOrUrl,
                {.name = "comments",
                 .in = In::none,
                 .kind = Kind::object_list,
                 .max = 50,
                 .schema = kCommentSchema},
                {.name = "summary", .in = In::none},
                {.name = "verdict",
                 .in = In::none,
                 .choices = "comment|approve|request_changes",
                 .fallback = "comment"},
                {.name = "sha", .description = "Reviewed head; another is refused.", .in = In::none
                },
            },
        .timeout_s = 60,
        .source = "https://docs.gitlab.com/api/draft_notes/",
        .check = check_review,
        .run = submit_review,
    },
    {
        .name = "gitlab_resolve_discussion",
        .title = "Resolve discussions",
        .description = "Resolve or reopen threads of a merge request.",
        .toolset = "merge_requests",
        .effect = Effect::write,
        .idempotent = true,
        .call =
            {.method = http::Method::put,
             .path = "/projects/{project}/merge_requests/{mr}/discussions/{discussions}"},
        .params =
            {
                kMergeRequest,
                kProjectOrUrl,
                {.name = "discussions",
                 .description = "Ids.",
                 .in = In::path,
                 .kind = Kind::string_list,
                 .required = true,
                 .max = 20},
                {.name = "resolved", .kind = Kind::boolean, .fallback = "true"},
            },
        .source = "https://docs.gitlab.com/api/discussions/#resolve-a-merge-request-thread",
        .run = resolve_discussions,
    },
    {
        .name = "gitlab_approve_merge_request",
        .title = "Approve merge request",
        .description = "Approve, or take your approval back.",
        .toolset = "merge_requests",
        .effect = Effect::write,
        .idempotent = true,
        .call =
            {.method = http::Method::post, .path = "/projects/{project}/merge_requests/{mr}/approve"
            },
        .params =
            {
                kMergeRequest,
                kProjectOrUrl,
                {.name = "action",
                 .in = In::none,
                 .choices = "approve|unapprove",
                 .fallback = "approve"},
                {.name = "sha", .description = "Reviewed head, needed to approve.", .in = In::body},
            },
        .source = "https://docs.gitlab.com/api/merge_request_approvals/#approve-merge-request",
        .check = check_approval,
        .run = approve_merge_request,
    },
    {
        .name = "gitlab_rebase_merge_request",
        .title = "Rebase merge request",
        .description = "Rebase the source branch onto the target; rewrites its commits.",
        .toolset = "merge_requests",
        .effect = Effect::destroy,
        .call =
            {.method = http::Method::put, .path = "/projects/{project}/merge_requests/{mr}/rebase"},
        .params =
            {
                kMergeRequest,
                kProjectOrUrl,
                {.name = "skip_ci", .in = In::body, .kind = Kind::boolean},
                {.name = "wait_s",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "15",
                 .min = 0,
                 .max = 25},
            },
        .timeout_s = 40,
        .source = "https://docs.gitlab.com/api/merge_requests/#rebase-a-merge-request",
        .run = rebase_merge_request,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> review_tools = kTools;

}  // namespace davit::connectors::gitlab

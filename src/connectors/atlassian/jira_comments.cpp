#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/arguments.h"
#include "connector/text.h"
#include "connectors/atlassian/adf/from_markdown.h"
#include "connectors/atlassian/jira_calls.h"
#include "connectors/atlassian/jira_changes.h"
#include "connectors/atlassian/jira_tables.h"

namespace davit::connectors::atlassian {
namespace {

constexpr Str kManual =
    "https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/";

void finish_comments(const json::Object& arguments, json::Object& answer) {
  auto const most = static_cast<std::size_t>(connector::integer_of(arguments, "max_chars_each"));
  auto* rows = answer["items"].if_array();
  for (auto& row : *rows) {
    if (!row.is_object()) continue;
    auto& comment = row.get_object();
    finish_comment(comment);
    auto* body = comment.if_contains("body");
    if (body == nullptr || !body->is_string()) continue;
    *body = connector::shortened(std::string(json::view(body->get_string())), most);
  }
}

// https://developer.atlassian.com/cloud/jira/platform/jira-service-desk-permissions/
json::Array internal_property() {
  json::Object const value{{"internal", true}};
  return json::Array{json::Object{{"key", "sd.public.comment"}, {"value", value}}};
}

// "role:Developers" or "group:jira-users".
Result<json::Object> visibility_of(Str text) {
  auto const colon = text.find(':');
  auto const type = text.substr(0, colon);
  if (colon == Str::npos || (type != "role" && type != "group")) {
    return Error(ErrorKind::invalid_input, "visibility must be role:NAME or group:NAME");
  }
  return json::Object{{"type", type}, {"value", text.substr(colon + 1)}};
}

Result<> check_body(const json::Object& arguments) {
  if (!trim(connector::text_of(arguments, "body")).empty()) return {};
  return Error(ErrorKind::invalid_input, "body is empty");
}

Async<json::Value> show_comment(Invocation call, json::Value comment) {
  DAVIT_CO_TRY(auto const site, co_await site_of(call));
  auto const id = json::find_string(comment, "id").value_or("");
  json::Object out{{"id", id}, {"issue", call.text("issue")}};
  if (!site.empty()) {
    out["url"] = fmt::format("{}/browse/{}?focusedCommentId={}", site, call.text("issue"), id);
  }
  if (auto const* visibility = json::find(comment, "visibility")) {
    out["visible_to"] = clean_text(json::find_string(*visibility, "value").value_or(""), 100);
  }
  if (json::find_bool(comment, "jsdPublic") == false) out["internal"] = true;
  co_return out;
}

Async<json::Value> add_comment(Invocation call) {
  json::Object body;
  DAVIT_CO_TRY(body["body"], adf::from_markdown(call.text("body")));
  if (call.flag("internal")) body["properties"] = internal_property();
  if (call.has("visibility")) {
    DAVIT_CO_TRY(body["visibility"], visibility_of(call.text("visibility")));
  }
  DAVIT_CO_TRY(
      auto const made,
      co_await call.request(
          http::Method::post, "/rest/api/3/issue/{issue}/comment", std::move(body)
      )
  );
  DAVIT_CO_TRY(auto out, co_await show_comment(call, made));
  auto const is_dropped = call.flag("internal") && json::find_bool(made, "jsdPublic") == true;
  if (is_dropped) out.get_object()["not_applied"] = "internal: only service projects have it";
  co_return out;
}

Async<json::Value> update_comment(Invocation call) {
  json::Object body;
  DAVIT_CO_TRY(body["body"], adf::from_markdown(call.text("body")));
  DAVIT_CO_TRY(
      auto const stored,
      co_await call.request(
          http::Method::put,
          "/rest/api/3/issue/{issue}/comment/{comment_id}?notifyUsers={notify}",
          std::move(body)
      )
  );
  co_return co_await show_comment(call, stored);
}

constexpr Tool kTools[] = {
    {
        .name = "jira_list_comments",
        .title = "List comments",
        .description = "Comments of an issue, newest first.",
        .toolset = "issues",
        .call = {.path = "/rest/api/3/issue/{issue}/comment?orderBy=-created"},
        .params =
            {
                kIssue,
                {.name = "limit",
                 .kind = Kind::integer,
                 .fallback = "10",
                 .min = 1,
                 .max = 100,
                 .wire = "maxResults"},
                {.name = "max_chars_each",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "1000",
                 .min = 100,
                 .max = 10000},
                kCursor,
            },
        .paging = kJiraOffset,
        .root = "comments",
        .keep = "id author=author.displayName~100 at=created edited=updated body~10000 jsdPublic",
        .source = "https://developer.atlassian.com/cloud/jira/platform/rest/v3/"
                  "api-group-issue-comments/#api-rest-api-3-issue-issueidorkey-comment-get",
        .finish = finish_comments,
    },
    {
        .name = "jira_add_comment",
        .title = "Add comment",
        .description = "Comment on an issue.",
        .toolset = "issues",
        .effect = Effect::write,
        .params =
            {
                kIssue,
                {.name = "body", .description = "Markdown.", .in = In::none, .required = true},
                {.name = "internal",
                 .description = "Hidden from customers of a service project.",
                 .in = In::none,
                 .kind = Kind::boolean},
                {.name = "visibility",
                 .description = "Only for role:NAME or group:NAME.",
                 .in = In::none},
            },
        .source = kManual,
        .check = check_body,
        .run = add_comment,
    },
    {
        .name = "jira_update_comment",
        .title = "Update comment",
        .description = "Replace the text of a comment.",
        .toolset = "issues",
        .effect = Effect::destroy,
        .idempotent = true,
        .params =
            {
                kIssue,
                {.name = "comment_id", .in = In::path, .required = true},
                {.name = "body", .description = "Markdown.", .in = In::none, .required = true},
                {.name = "notify", .in = In::none, .kind = Kind::boolean, .fallback = "true"},
            },
        .source = kManual,
        .check = check_body,
        .run = update_comment,
    },
};
static_assert(checked(kTools));

}  // namespace

void finish_comment(json::Object& comment) {
  auto* body = comment.if_contains("body");
  if (body != nullptr && body->is_string()) {
    auto& text = body->get_string();
    while (!text.empty() && text.back() == '\n') text.pop_back();
  }
  auto const* edited = comment.if_contains("edited");
  auto const* at = comment.if_contains("at");
  if (edited != nullptr && at != nullptr && *edited == *at) comment.erase("edited");
  auto const* is_public = comment.if_contains("jsdPublic");
  auto const is_internal = is_public != nullptr && *is_public == json::Value(false);
  comment.erase("jsdPublic");
  if (is_internal) comment["internal"] = true;
}

constinit const std::span<const Tool> jira_comment_tools = kTools;

}  // namespace davit::connectors::atlassian

#include "connectors/atlassian/jira_worklog.h"

#include <fmt/format.h>

#include "connector/arguments.h"
#include "connector/instance.h"
#include "connector/projection.h"
#include "connector/text.h"
#include "connectors/atlassian/adf/from_markdown.h"
#include "connectors/atlassian/jira_tables.h"
#include "connectors/atlassian/jira_values.h"

namespace davit::connectors::atlassian {
namespace {

constexpr Keep kLogged = "id time=timeSpent started by=author.displayName~100";
constexpr Keep kTotal = "spent=timeSpent remaining=remainingEstimate";

// Jira ignores an estimate that does not fit the way.
Result<> check_estimate(const json::Object& arguments) {
  auto const way = connector::text_of(arguments, "adjust_estimate");
  auto const needs_value = way == "new" || way == "manual";
  if (needs_value == arguments.contains("estimate")) return {};
  return Error(
      ErrorKind::invalid_input,
      needs_value ? "adjust_estimate new and manual need estimate, such as 2h"
                  : "estimate goes with adjust_estimate new or manual"
  );
}

Result<std::string> started(const Invocation& call) {
  if (!call.has("started")) {
    auto const now = call.instance().collaborators().clock.now();
    return to_worklog_time(std::chrono::floor<std::chrono::seconds>(now));
  }
  if (auto time = to_worklog_time(call.text("started"))) return *std::move(time);
  return Error(ErrorKind::invalid_input, "started must be a time such as 2026-11-20T14:00:00Z");
}

Str path_for(const Invocation& call) {
  auto const way = call.text("adjust_estimate");
  if (way == "new") {
    return "/rest/api/3/issue/{issue}/worklog?adjustEstimate=new&newEstimate={estimate}";
  }
  if (way == "manual") {
    return "/rest/api/3/issue/{issue}/worklog?adjustEstimate=manual&reduceBy={estimate}";
  }
  if (way == "leave") return "/rest/api/3/issue/{issue}/worklog?adjustEstimate=leave";
  return "/rest/api/3/issue/{issue}/worklog";
}

Async<json::Value> add_worklog(Invocation call) {
  json::Object body{{"timeSpent", call.text("time")}};
  DAVIT_CO_TRY(body["started"], started(call));
  if (call.has("comment")) {
    DAVIT_CO_TRY(body["comment"], adf::from_markdown(call.text("comment")));
  }
  DAVIT_CO_TRY(
      auto const made, co_await call.request(http::Method::post, path_for(call), std::move(body))
  );
  auto out = Projection(kLogged).apply(made, {}).get_object();
  auto const issue = co_await call.get("/rest/api/3/issue/{issue}?fields=timetracking");
  if (!issue && issue.error().kind() == ErrorKind::cancelled) co_return issue.error();
  auto const* total = issue ? json::find(*issue, "fields.timetracking") : nullptr;
  if (total != nullptr) out["total"] = Projection(kTotal).apply(*total, {});
  co_return out;
}

constexpr Tool kTools[] = {
    {
        .name = "jira_add_worklog",
        .title = "Add worklog",
        .description = "Log time on an issue; answers the total as well.",
        .toolset = "issues",
        .effect = Effect::write,
        .params =
            {
                kIssue,
                {.name = "time", .description = "Such as 1h 30m.", .in = In::none, .required = true
                },
                {.name = "started",
                 .description = "Without it, now.",
                 .in = In::none,
                 .kind = Kind::timestamp},
                {.name = "comment", .description = "Markdown.", .in = In::none},
                {.name = "adjust_estimate",
                 .in = In::none,
                 .choices = "auto|leave|new|manual",
                 .fallback = "auto"},
                {.name = "estimate",
                 .description = "What remains (new), or what to take off (manual).",
                 .in = In::path},
            },
        .foreign = "by",
        .source = "https://developer.atlassian.com/cloud/jira/platform/rest/v3/"
                  "api-group-issue-worklogs/#api-rest-api-3-issue-issueidorkey-worklog-post",
        .check = check_estimate,
        .run = add_worklog,
    },
};
static_assert(checked(kTools));

}  // namespace

std::string to_worklog_time(std::chrono::sys_seconds time) {
  auto text = connector::to_rfc3339(time);  // ends with "Z"
  text.pop_back();
  return text + ".000+0000";
}

std::optional<std::string> to_worklog_time(std::string_view rfc3339) {
  std::string text(rfc3339);
  if (text.size() == 10) text += "T00:00:00Z";
  auto const time = connector::from_rfc3339(text);
  if (!time) return std::nullopt;
  return to_worklog_time(*time);
}

constinit const std::span<const Tool> jira_worklog_tools = kTools;

}  // namespace davit::connectors::atlassian

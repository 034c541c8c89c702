#include <algorithm>

#include "connector/arguments.h"
#include "connector/invocation.h"
#include "connectors/atlassian/jira_tables.h"

namespace davit::connectors::atlassian {
namespace {

// https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint/
constexpr Keep kSprint =
    "id name~100 state board=originBoardId start=startDate end=endDate completed=completeDate "
    "goal~200";

constexpr Str kChanges[] = {"name", "goal", "start", "end", "state"};

Result<> check_move(const json::Object& arguments) {
  auto const to_backlog = connector::flag_of(arguments, "backlog");
  if (arguments.contains("sprint") != to_backlog) return {};
  return Error(ErrorKind::invalid_input, "give sprint, or backlog: true");
}

// The answer is empty.
void finish_move(const json::Object& arguments, json::Object& answer) {
  answer["moved"] = arguments.at("issues");
  if (arguments.contains("sprint")) {
    answer["sprint"] = arguments.at("sprint");
  } else {
    answer["to"] = "backlog";
  }
}

Result<> check_sprint(const json::Object& arguments) {
  auto const has = [&](Str name) { return arguments.contains(name); };
  if (has("sprint")) {
    if (std::ranges::any_of(kChanges, has)) return {};
    return Error(ErrorKind::invalid_input, "there is nothing to change: give a field");
  }
  if (arguments.contains("state")) {
    return Error(ErrorKind::invalid_input, "a new sprint is future; give sprint to change one");
  }
  if (arguments.contains("board") && arguments.contains("name")) return {};
  return Error(ErrorKind::invalid_input, "give board and name for a new sprint, or sprint");
}

// Jira wants the time of the day as well.
Async<ApiRequest> make_sprint(Invocation call) {
  for (auto const name : {"start", "end"}) {
    auto const text = call.text(name);
    constexpr std::size_t kDate = 10;
    if (text.size() == kDate) call.arguments()[name] = std::string(text) + "T00:00:00.000Z";
  }
  co_return build_request(call.tool(), call.arguments());
}

constexpr Tool kTools[] = {
    {
        .name = "jira_list_boards",
        .title = "List boards",
        .description = "Scrum and kanban boards.",
        .toolset = "agile",
        .call = {.path = "/rest/agile/1.0/board"},
        .params =
            {
                {.name = "project", .description = "Key or id.", .wire = "projectKeyOrId"},
                {.name = "name", .description = "A part of it."},
                {.name = "type", .choices = "scrum|kanban|simple"},
                {.name = "limit",
                 .kind = Kind::integer,
                 .fallback = "20",
                 .min = 1,
                 .max = 50,
                 .wire = "maxResults"},
                kCursor,
            },
        .paging = kJiraOffset,
        .root = "values",
        .keep = "id name~100 type project=location.projectKey",
        .source = "https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/"
                  "#api-rest-agile-1-0-board-get",
    },
    {
        .name = "jira_list_sprints",
        .title = "List sprints",
        .description = "Sprints of a board.",
        .toolset = "agile",
        .call = {.path = "/rest/agile/1.0/board/{board}/sprint"},
        .params =
            {
                {.name = "board",
                 .description = "Id or web address.",
                 .in = In::path,
                 .required = true},
                {.name = "state",
                 .kind = Kind::joined_list,
                 .choices = "active|future|closed",
                 .fallback = "active|future"},
                {.name = "limit",
                 .kind = Kind::integer,
                 .fallback = "20",
                 .min = 1,
                 .max = 50,
                 .wire = "maxResults"},
                kCursor,
            },
        .paging = kJiraOffset,
        .root = "values",
        .keep = kSprint,
        .source = "https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/"
                  "#api-rest-agile-1-0-board-boardid-sprint-get",
    },
    {
        .name = "jira_move_issues",
        .title = "Move issues",
        .description = "Put issues into a sprint, at a rank, or back into the backlog.",
        .toolset = "agile",
        .effect = Effect::write,
        .idempotent = true,
        .call =
            {.method = http::Method::post,
             .path = "/rest/agile/1.0/sprint/{sprint}/issue|/rest/agile/1.0/backlog/issue"},
        .params =
            {
                {.name = "issues",
                 .description = "Keys.",
                 .in = In::body,
                 .kind = Kind::string_list,
                 .required = true,
                 .max = 50},
                {.name = "sprint", .description = "Id.", .in = In::path},
                {.name = "backlog", .in = In::none, .kind = Kind::boolean},
                {.name = "rank_before",
                 .description = "Key.",
                 .in = In::body,
                 .needs = "sprint !rank_after",
                 .wire = "rankBeforeIssue"},
                {.name = "rank_after",
                 .description = "Key.",
                 .in = In::body,
                 .needs = "sprint",
                 .wire = "rankAfterIssue"},
            },
        .source = "https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint/"
                  "#api-rest-agile-1-0-sprint-sprintid-issue-post",
        .check = check_move,
        .finish = finish_move,
    },
    {
        .name = "jira_save_sprint",
        .title = "Save sprint",
        .description = "Create a sprint on a board, or change, start (state: active) or close one.",
        .toolset = "agile",
        .effect = Effect::destroy,
        .call =
            {.method = http::Method::post,
             .path = "/rest/agile/1.0/sprint/{sprint}|/rest/agile/1.0/sprint"},
        .params =
            {
                {.name = "sprint", .description = "Id.", .in = In::path},
                {.name = "board",
                 .description = "Id.",
                 .in = In::body,
                 .kind = Kind::integer,
                 .needs = "!sprint",
                 .wire = "originBoardId"},
                {.name = "name", .in = In::body},
                {.name = "goal", .in = In::body},
                {.name = "start", .in = In::body, .kind = Kind::timestamp, .wire = "startDate"},
                {.name = "end", .in = In::body, .kind = Kind::timestamp, .wire = "endDate"},
                {.name = "state", .in = In::body, .choices = "active|closed"},
            },
        .keep = kSprint,
        .source = "https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint/"
                  "#api-rest-agile-1-0-sprint-sprintid-post",
        .check = check_sprint,
        .make = make_sprint,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> jira_agile_tools = kTools;

}  // namespace davit::connectors::atlassian

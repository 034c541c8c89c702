#include "connectors/servicenow/lists.h"
#include "connectors/servicenow/tables.h"

namespace davit::connectors::servicenow {
namespace {

using enum Filter::Kind;

constexpr ListSpec kProblems{
    .table = "problem",
    .fields =
        "number,short_description,state,priority,assignment_group,known_error,workaround,"
        "related_incidents,sys_updated_on",
    .filters =
        {
            {"state", choices, "state"},
            {"known_error", equal, "known_error"},
            {"assignment_group", equal, "assignment_group"},
            {"ci", equal, "cmdb_ci"},
            {"updated_since", since, "sys_updated_on"},
            {"text", text},
            {"query", query},
        },
};

Async<ApiRequest> list_problems(Invocation call) {
  return list_request(std::move(call), &kProblems);
}

constexpr Tool kTools[] = {
    {
        .name = "servicenow_list_problems",
        .title = "List problems",
        .description = "Problems and known errors with their workarounds; open ones, last updated "
                       "first.",
        .toolset = "problems",
        .call = {.path = "/api/now/table/problem"},
        .params =
            {
                kState,
                {.name = "known_error", .in = In::none, .kind = Kind::boolean},
                kGroup,
                kCi,
                kUpdatedSince,
                kText,
                kQuery,
                kLimit,
                kCursor,
            },
        .paging = kLinkHeader,
        .root = "result",
        .keep = "number.value title=short_description.value~200 state.display_value "
                "priority.display_value group=assignment_group.display_value~100 "
                "known_error.value workaround.value~300 incidents=related_incidents.value "
                "updated=sys_updated_on.value@",
        .source = "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/"
                  "inbound-rest/concept/c_TableAPI.html",
        .make = list_problems,
    },
    {
        .name = "servicenow_get_problem",
        .title = "Get problem",
        .description = "A problem with cause, workaround and fix; by include with its incidents "
                       "and tasks.",
        .toolset = "problems",
        .offer = Offer::by_toolset,
        .call =
            {.path = "/api/now/table/problem/{problem}?sysparm_display_value=all"
                     "&sysparm_exclude_reference_link=true"},
        .params =
            {
                {.name = "problem",
                 .description = "Number, sys_id or web address.",
                 .in = In::path,
                 .required = true,
                 .lookup = &kProblemLookup},
                {.name = "include",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .choices = "incidents|tasks",
                 .fallback = "incidents"},
            },
        .root = "result",
        .keep = "number.value sys_id.value title=short_description.value~300 state.display_value "
                "priority.display_value group=assignment_group.display_value~100 "
                "assigned_to.display_value~100 ci=cmdb_ci.display_value~100 known_error.value "
                "opened=opened_at.value@ updated=sys_updated_on.value@ description.value~3000 "
                "cause=cause_notes.value~2000 workaround.value~2000 fix=fix_notes.value~2000 "
                "change=rfc.display_value reported_by=first_reported_by_task.display_value",
        .parts =
            {
                {.name = "incidents",
                 .path = "/api/now/table/incident?sysparm_query=problem_id={problem}"
                         "%5EORDERBYDESCnumber&sysparm_display_value=true"
                         "&sysparm_exclude_reference_link=true&sysparm_limit=20"
                         "&sysparm_fields=number,short_description,state",
                 .keep = "number title=short_description~200 state",
                 .root = "result"},
                {.name = "tasks",
                 .path = "/api/now/table/problem_task?sysparm_query=problem={problem}"
                         "%5EORDERBYnumber&sysparm_display_value=true"
                         "&sysparm_exclude_reference_link=true&sysparm_limit=20"
                         "&sysparm_fields=number,short_description,state,assigned_to",
                 .keep = "number title=short_description~200 state assigned_to~100",
                 .root = "result"},
            },
        .source = "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/"
                  "inbound-rest/concept/c_TableAPI.html",
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> problem_tools = kTools;

}  // namespace davit::connectors::servicenow

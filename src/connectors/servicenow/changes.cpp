#include "connectors/servicenow/changes.h"

#include "connectors/servicenow/api.h"
#include "connectors/servicenow/lists.h"
#include "connectors/servicenow/tables.h"

namespace davit::connectors::servicenow {
namespace {

using enum Filter::Kind;

constexpr ListSpec kChanges{
    .table = "change_request",
    .fields =
        "number,short_description,type,state,risk,start_date,end_date,assignment_group,"
        "cmdb_ci,approval,conflict_status",
    .filters =
        {
            {"state", choices, "state"},
            {"type", equal, "type"},
            {"risk", choices, "risk"},
            {"assignment_group", equal, "assignment_group"},
            {"ci", equal, "cmdb_ci"},
            {"service", equal, "business_service"},
            {"start_from", since, "start_date"},
            {"start_to", until, "start_date"},
            {"text", text},
            {"query", query},
            {"order", order},
        },
};

Async<ApiRequest> list_changes(Invocation call) { return list_request(std::move(call), &kChanges); }

void show_states(const json::Object&, json::Object& answer) {
  auto* const states = answer.if_contains("next_states");
  if (states != nullptr) *states = readable_states(*states);
}

constexpr Tool kTools[] = {
    {
        .name = "servicenow_list_changes",
        .title = "List changes",
        .description = "Changes by state, type, CI, planned start or text: also as a calendar.",
        .toolset = "changes",
        .call = {.path = "/api/now/table/change_request"},
        .params =
            {
                kState,
                {.name = "type", .in = In::none, .choices = "normal|standard|emergency"},
                {.name = "risk", .in = In::none},
                kGroup,
                kCi,
                kService,
                {.name = "start_from", .in = In::none, .kind = Kind::timestamp},
                {.name = "start_to", .in = In::none, .kind = Kind::timestamp},
                kText,
                kQuery,
                {.name = "order", .in = In::none, .choices = "updated|start", .fallback = "updated"
                },
                kLimit,
                kCursor,
            },
        .paging = kLinkHeader,
        .root = "result",
        .keep = "number.value title=short_description.value~200 type.display_value "
                "state.display_value risk.display_value start=start_date.value@ "
                "end=end_date.value@ group=assignment_group.display_value~100 "
                "ci=cmdb_ci.display_value~100 approval.display_value "
                "conflicts=conflict_status.display_value",
        .source = "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/"
                  "inbound-rest/concept/c_TableAPI.html",
        .make = list_changes,
    },
    {
        .name = "servicenow_get_change",
        .title = "Get change",
        .description = "A change with plans; by include with tasks, CIs, approvals, allowed next "
                       "states and conflicts.",
        .toolset = "changes",
        .call = {.path = "/api/sn_chg_rest/change/{change}"},
        .params =
            {
                kChange,
                {.name = "include",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .choices = "tasks|cis|approvals|next_states|conflicts",
                 .fallback = "approvals|next_states"},
            },
        .root = "result",
        .keep = "number.value sys_id.value title=short_description.value~300 type.display_value "
                "model=chg_model.display_value state.display_value risk.display_value "
                "impact.display_value start=start_date.value@ end=end_date.value@ "
                "group=assignment_group.display_value~100 assigned_to.display_value~100 "
                "requested_by.display_value~100 ci=cmdb_ci.display_value~100 "
                "service=business_service.display_value~100 approval.display_value "
                "conflicts_status=conflict_status.display_value close_code.display_value "
                "close_notes.value~1000 description.value~2000 justification.value~1000 "
                "implementation_plan.value~2000 backout_plan.value~2000 test_plan.value~2000",
        .parts =
            {
                {.name = "tasks",
                 .path = "/api/sn_chg_rest/change/{change}/task?sysparm_limit=50",
                 .keep = "number.value title=short_description.value~200 state.display_value "
                         "assigned_to.display_value~100",
                 .root = "result"},
                {.name = "cis",
                 .path = "/api/sn_chg_rest/change/{change}/ci?association_type=affected"
                         "&sysparm_limit=50",
                 .keep = "name=ci_item.display_value~100 id=ci_item.value",
                 .root = "result"},
                {.name = "approvals",
                 .path = "/api/now/table/sysapproval_approver?sysparm_query=sysapproval={change}"
                         "&sysparm_display_value=all&sysparm_exclude_reference_link=true"
                         "&sysparm_fields=approver,state,sys_updated_on&sysparm_limit=50",
                 .keep = "approver.display_value~100 state.display_value "
                         "at=sys_updated_on.value@",
                 .root = "result"},
                {.name = "next_states",
                 .path = "/api/sn_chg_rest/change/{change}/nextstates",
                 .root = "result"},
                {.name = "conflicts",
                 .path = "/api/sn_chg_rest/change/{change}/conflict",
                 .keep = "status=conflict_status.display_value last_run=conflict_last_run.value@ "
                         "conflicts{type.display_value ci=configuration_item.display_value~100 "
                         "change=conflicting_change.display_value "
                         "schedule.display_value~100}",
                 .root = "result"},
            },
        .source = "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/"
                  "inbound-rest/concept/change-management-api.html",
        .finish = show_states,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> change_tools = kTools;

}  // namespace davit::connectors::servicenow

#include "connectors/servicenow/api.h"
#include "connectors/servicenow/lists.h"
#include "connectors/servicenow/tables.h"

namespace davit::connectors::servicenow {
namespace {

using enum Filter::Kind;

constexpr Str kSource =
    "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/inbound-rest/"
    "concept/c_TableAPI.html";

constexpr ListSpec kItems{
    .table = "sc_req_item",
    .fields =
        "number,short_description,cat_item,stage,state,requested_for,request,opened_at,"
        "due_date,assignment_group",
    .filters =
        {
            {"requested_for", equal, "requested_for", true},
            {"state", choices, "state"},
            {"item", contains, "cat_item.name"},
            {"assignment_group", equal, "assignment_group"},
            {"query", query},
        },
};
constexpr ListSpec kRequests{
    .table = "sc_request",
    .fields =
        "number,short_description,request_state,state,requested_for,opened_at,due_date,"
        "assignment_group",
    .filters =
        {
            {"requested_for", equal, "requested_for", true},
            {"state", choices, "state"},
            {"item", contains, "short_description"},
            {"assignment_group", equal, "assignment_group"},
            {"query", query},
        },
};
constexpr ListSpec kTasks{
    .table = "sc_task",
    .fields =
        "number,short_description,state,request_item,opened_at,due_date,assignment_group,"
        "assigned_to",
    .filters =
        {
            {"requested_for", equal, "request_item.requested_for", true},
            {"state", choices, "state"},
            {"item", contains, "request_item.cat_item.name"},
            {"assignment_group", equal, "assignment_group"},
            {"query", query},
        },
};

Async<ApiRequest> list_requests(Invocation call) {
  auto const kind = call.text("kind");
  auto const* spec = kind == "request" ? &kRequests : kind == "task" ? &kTasks : &kItems;
  return list_request(std::move(call), spec);
}

constexpr ListSpec kApprovals{
    .table = "sysapproval_approver",
    .fields =
        "sys_id,sysapproval,sysapproval.short_description,sysapproval.sys_class_name,state,"
        "approver,sys_created_on",
    .filters = {{"approver", equal, "approver"}, {"state", equal, "state"}},
    .order = "-sys_created_on",
};

Async<ApiRequest> list_approvals(Invocation call) {
  return list_request(std::move(call), &kApprovals);
}

// Walks come under their whole name, dots and all.
void show_approvals(const json::Object&, json::Object& answer) {
  json::Array items;
  for (auto const& row : answer.at("items").get_array()) {
    auto const record = row.is_object() ? json::Object(row.get_object(), {}) : json::Object();
    json::Object item{
        {"id", value_of(record, "sys_id")},
        {"record", shown(label_of(record, "sysapproval"), 100)},
        {"kind", shown(label_of(record, "sysapproval.sys_class_name"), 60)},
        {"title", shown(label_of(record, "sysapproval.short_description"), 200)},
        {"state", shown(label_of(record, "state"), 60)},
        {"approver", shown(label_of(record, "approver"), 100)},
    };
    if (auto const* at = record.if_contains("sys_created_on")) {
      item["requested"] = plain_field(*at, 40);
    }
    items.push_back(std::move(item));
  }
  answer["items"] = std::move(items);
}

constexpr Tool kTools[] = {
    {
        .name = "servicenow_list_requests",
        .title = "List requests",
        .description = "Requested items (ritm), their requests or their tasks; open ones, last "
                       "updated first.",
        .toolset = "requests",
        .call =
            {.path = "/api/now/table/sc_req_item|/api/now/table/sc_request|/api/now/table/sc_task"},
        .params =
            {
                {.name = "kind", .in = In::none, .choices = "ritm|request|task", .fallback = "ritm"
                },
                {.name = "requested_for",
                 .description = "Name, e-mail, user name or me.",
                 .in = In::none,
                 .lookup = &kUserLookup},
                kState,
                {.name = "item", .description = "Part of its name.", .in = In::none},
                kGroup,
                kQuery,
                kLimit,
                kCursor,
            },
        .paging = kLinkHeader,
        .root = "result",
        .keep = "number.value title=short_description.value~200 item=cat_item.display_value~100 "
                "stage.display_value state.display_value request_state.display_value "
                "requested_for.display_value~100 request.display_value "
                "request_item.display_value group=assignment_group.display_value~100 "
                "assigned_to.display_value~100 opened=opened_at.value@ due=due_date.value@",
        .source = kSource,
        .make = list_requests,
    },
    {
        .name = "servicenow_list_approvals",
        .title = "List approvals",
        .description = "Approvals that wait for oneself or another approver, last first.",
        .toolset = "requests",
        .call = {.path = "/api/now/table/sysapproval_approver"},
        .params =
            {
                {.name = "approver",
                 .description = "Name, e-mail, user name or me.",
                 .in = In::none,
                 .fallback = "me",
                 .lookup = &kUserLookup},
                {.name = "state",
                 .in = In::none,
                 .choices = "requested|approved|rejected|cancelled|not_required",
                 .fallback = "requested"},
                kLimit,
                kCursor,
            },
        .paging = kLinkHeader,
        .root = "result",
        .foreign = "title approver",
        .source = kSource,
        .make = list_approvals,
        .finish = show_approvals,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> request_tools = kTools;

}  // namespace davit::connectors::servicenow

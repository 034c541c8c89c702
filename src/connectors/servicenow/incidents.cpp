#include "connectors/servicenow/incidents.h"

#include "connectors/servicenow/lists.h"
#include "connectors/servicenow/tables.h"

namespace davit::connectors::servicenow {
namespace {

using enum Filter::Kind;

constexpr ListSpec kIncidents{
    .table = "incident",
    .fields =
        "number,short_description,state,priority,assignment_group,assigned_to,caller_id,"
        "cmdb_ci,opened_at,sys_updated_on",
    .filters =
        {
            {"state", choices, "state"},
            {"priority", one_of, "priority"},
            {"assignment_group", equal, "assignment_group"},
            {"assigned_to", equal, "assigned_to"},
            {"caller", equal, "caller_id"},
            {"ci", equal, "cmdb_ci"},
            {"service", equal, "business_service"},
            {"category", choices, "category"},
            {"opened_since", since, "opened_at"},
            {"updated_since", since, "sys_updated_on"},
            {"text", text},
            {"query", query},
            {"order", order},
        },
};

Async<ApiRequest> list_incidents(Invocation call) {
  return list_request(std::move(call), &kIncidents);
}

// As many entries as the part asks for: there may be more.
constexpr std::size_t kJournalEntries = 10;

void show_journal(const json::Object&, json::Object& answer) {
  auto* const journal = answer.if_contains("journal");
  if (journal == nullptr || !journal->is_array()) return;
  for (auto& entry : journal->get_array()) {
    auto* const kind = entry.is_object() ? entry.get_object().if_contains("kind") : nullptr;
    if (kind != nullptr) *kind = *kind == "comments" ? "comment" : "work_note";
  }
  if (journal->get_array().size() < kJournalEntries) return;
  answer["note"] = "The last 10 entries; servicenow_get_record_activity has those before.";
}

constexpr Param kImpact{.name = "impact", .in = In::none, .choices = "1|2|3"};
constexpr Param kUrgency{.name = "urgency", .in = In::none, .choices = "1|2|3"};

constexpr Tool kTools[] = {
    {
        .name = "servicenow_list_incidents",
        .title = "List incidents",
        .description = "Incidents by state, people, CI, time or text; open ones, last updated "
                       "first.",
        .toolset = "incidents",
        .call = {.path = "/api/now/table/incident"},
        .params =
            {
                kState,
                {.name = "priority",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .choices = "1|2|3|4|5"},
                kGroup,
                kAssignedTo,
                {.name = "caller", .in = In::none, .lookup = &kUserLookup},
                kCi,
                kService,
                {.name = "category", .in = In::none},
                {.name = "opened_since", .in = In::none, .kind = Kind::timestamp},
                kUpdatedSince,
                kText,
                kQuery,
                {.name = "order",
                 .in = In::none,
                 .choices = "updated|opened|priority",
                 .fallback = "updated"},
                kLimit,
                kCursor,
            },
        .paging = kLinkHeader,
        .root = "result",
        .keep = "number.value title=short_description.value~200 state.display_value "
                "priority.display_value group=assignment_group.display_value~100 "
                "assigned_to.display_value~100 caller=caller_id.display_value~100 "
                "ci=cmdb_ci.display_value~100 opened=opened_at.value@ "
                "updated=sys_updated_on.value@",
        .source = "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/"
                  "inbound-rest/concept/c_TableAPI.html",
        .make = list_incidents,
    },
    {
        .name = "servicenow_get_incident",
        .title = "Get incident",
        .description = "One incident with its journal; by include with files, tasks, SLAs and "
                       "child incidents.",
        .toolset = "incidents",
        .call =
            {.path = "/api/now/table/incident/{incident}?sysparm_display_value=all"
                     "&sysparm_exclude_reference_link=true"},
        .params =
            {
                kIncident,
                {.name = "include",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .choices = "journal|attachments|tasks|slas|related",
                 .fallback = "journal"},
            },
        .root = "result",
        .keep = "number.value sys_id.value title=short_description.value~300 state.display_value "
                "hold_reason.display_value priority.display_value impact.display_value "
                "urgency.display_value group=assignment_group.display_value~100 "
                "assigned_to.display_value~100 caller=caller_id.display_value~100 "
                "ci=cmdb_ci.display_value~100 service=business_service.display_value~100 "
                "category.display_value subcategory.display_value opened=opened_at.value@ "
                "updated=sys_updated_on.value@ resolved=resolved_at.value@ closed=closed_at.value@ "
                "close_code.display_value close_notes.value~1000 "
                "parent=parent_incident.display_value problem=problem_id.display_value "
                "change=rfc.display_value caused_by.display_value description.value~4000",
        .parts =
            {
                {.name = "journal",
                 .path = "/api/now/table/sys_journal_field?sysparm_query=element_id={incident}"
                         "%5EelementINcomments,work_notes%5EORDERBYDESCsys_created_on"
                         "&sysparm_fields=element,value,sys_created_on,sys_created_by"
                         "&sysparm_limit=10",
                 .keep = "at=sys_created_on@ by=sys_created_by kind=element text=value~500",
                 .root = "result"},
                {.name = "attachments",
                 .path = "/api/now/attachment?sysparm_query=table_sys_id={incident}"
                         "&sysparm_limit=20",
                 .keep = "id=sys_id name=file_name~100 type=content_type size=size_bytes",
                 .root = "result"},
                {.name = "tasks",
                 .path = "/api/now/table/incident_task?sysparm_query=incident={incident}"
                         "%5EORDERBYnumber&sysparm_display_value=true"
                         "&sysparm_exclude_reference_link=true&sysparm_limit=20"
                         "&sysparm_fields=number,short_description,state,assigned_to",
                 .keep = "number title=short_description~200 state assigned_to~100",
                 .root = "result"},
                {.name = "slas",
                 .path = "/api/now/table/task_sla?sysparm_query=task={incident}"
                         "&sysparm_display_value=all&sysparm_exclude_reference_link=true"
                         "&sysparm_limit=10"
                         "&sysparm_fields=sla,stage,has_breached,planned_end_time,percentage",
                 .keep = "sla.display_value~100 stage.display_value breached=has_breached.value "
                         "due=planned_end_time.value@ percentage.value",
                 .root = "result"},
                {.name = "related",
                 .path = "/api/now/table/incident?sysparm_query=parent_incident={incident}"
                         "%5EORDERBYnumber&sysparm_display_value=true"
                         "&sysparm_exclude_reference_link=true&sysparm_limit=20"
                         "&sysparm_fields=number,short_description,state",
                 .keep = "number title=short_description~200 state",
                 .root = "result"},
            },
        .source = "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/"
                  "inbound-rest/concept/c_TableAPI.html",
        .finish = show_journal,
    },
    {
        .name = "servicenow_create_incident",
        .title = "Create incident",
        .description = "Open an incident; priority follows from impact and urgency.",
        .toolset = "incidents",
        .effect = Effect::write,
        .call = {.method = http::Method::post, .path = "/api/now/table/incident"},
        .params =
            {
                {.name = "short_description", .in = In::none, .required = true},
                {.name = "description", .in = In::none},
                {.name = "caller",
                 .description = "Name, e-mail, user name or me.",
                 .in = In::none,
                 .lookup = &kUserLookup},
                kImpact,
                kUrgency,
                {.name = "category", .in = In::none},
                {.name = "subcategory", .in = In::none},
                kGroup,
                {.name = "assigned_to", .in = In::none, .lookup = &kUserLookup},
                kCi,
                kService,
                kExtra,
                kDryRun,
            },
        .foreign = "not_applied.stored",
        .source = "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/"
                  "inbound-rest/concept/c_TableAPI.html",
        .run = create_incident,
    },
    {
        .name = "servicenow_update_incident",
        .title = "Update incident",
        .description = "Change fields of an incident; answers with old and new, and with what "
                       "ServiceNow did not apply.",
        .toolset = "incidents",
        .effect = Effect::write,
        .call = {.method = http::Method::patch, .path = "/api/now/table/incident/{incident}"},
        .params =
            {
                kIncident,
                {.name = "state", .description = "Label or code.", .in = In::none},
                {.name = "hold_reason", .description = "For On Hold.", .in = In::none},
                kImpact,
                kUrgency,
                kGroup,
                {.name = "assigned_to", .in = In::none, .lookup = &kUserLookup},
                kCi,
                {.name = "short_description", .in = In::none},
                {.name = "work_note", .description = "For agents only.", .in = In::none},
                kExtra,
                kDryRun,
            },
        .foreign = "changed.old changed.new not_applied.stored",
        .source = "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/"
                  "inbound-rest/concept/c_TableAPI.html",
        .run = update_incident,
    },
    {
        .name = "servicenow_resolve_incident",
        .title = "Resolve incident",
        .description = "Resolve or close an incident; the caller is told.",
        .toolset = "incidents",
        .effect = Effect::write,
        .idempotent = true,
        .call = {.method = http::Method::patch, .path = "/api/now/table/incident/{incident}"},
        .params =
            {
                kIncident,
                {.name = "close_code",
                 .description = "Label, one of the instance's.",
                 .in = In::none,
                 .required = true},
                {.name = "close_notes", .in = In::none, .required = true},
                {.name = "state",
                 .in = In::none,
                 .choices = "Resolved|Closed",
                 .fallback = "Resolved"},
            },
        .foreign = "changed.old changed.new not_applied.stored",
        .source = "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/"
                  "inbound-rest/concept/c_TableAPI.html",
        .run = resolve_incident,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> incident_tools = kTools;

}  // namespace davit::connectors::servicenow

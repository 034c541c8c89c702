#include <algorithm>

#include "connector/arguments.h"
#include "connectors/pagerduty/log_entries.h"
#include "connectors/pagerduty/parts.h"
#include "connectors/pagerduty/tables.h"
#include "connectors/pagerduty/times.h"

namespace davit::connectors::pagerduty {
namespace {

Async<ApiRequest> make_list_incidents(Invocation call) {
  make_whole(call.arguments(), {"since", "until"});
  co_return build_request(call.tool(), call.arguments());
}

// What PagerDuty leaves out of the list without a word.
void say_what_is_left_out(const json::Object& arguments, json::Object& answer) {
  auto const has = [&](Str name) { return !text_of(arguments, name).empty(); };
  if (!has("since") && !has("until") && !has("date_range")) {
    answer["range"] = "created in the last month; older ones with date_range: all";
  }
  auto const statuses = list_of(arguments, "status");
  auto const wants_resolved = std::ranges::find(statuses, "resolved") != statuses.end();
  if (wants_resolved && !list_of(arguments, "user").empty()) {
    answer["note"] = "by user PagerDuty finds open incidents only, none that are resolved";
  }
}

// The paths of the parts ask for one row more.
void finish_incident(const json::Object& arguments, json::Object& answer) {
  shorten_types(arguments, answer);
  cut_part(answer, "alerts", 5);
  cut_part(answer, "timeline", 20);
  cut_part(answer, "changes", 5);
}

void finish_alerts(const json::Object& arguments, json::Object& answer) {
  if (flag_of(arguments, "details")) return;
  for (auto& item : answer["items"].get_array()) {
    if (auto* alert = item.if_object()) alert->erase("details");
  }
}

constexpr Tool kTools[] = {
    {
        .name = "pagerduty_list_incidents",
        .title = "List incidents",
        .description = "Incidents by filter, by default the open ones of the last month.",
        .toolset = "incidents",
        .call = {.path = "/incidents"},
        .params =
            {
                {.name = "status",
                 .kind = Kind::string_list,
                 .choices = "triggered|acknowledged|resolved",
                 .fallback = "triggered|acknowledged",
                 .wire = "statuses[]"},
                {.name = "urgency",
                 .kind = Kind::string_list,
                 .choices = "high|low",
                 .wire = "urgencies[]"},
                kServices,
                kTeams,
                {.name = "user",
                 .description = "Assigned to: e-mails, names, ids or me.",
                 .kind = Kind::string_list,
                 .wire = "user_ids[]",
                 .lookup = &kUserLookup},
                {.name = "priority",
                 .description = "Names, such as P1, or ids.",
                 .kind = Kind::string_list,
                 .wire = "priority_ids[]",
                 .lookup = &kPriorityLookup},
                {.name = "since",
                 .description = "ISO 8601, or 24h, 7d ago; at most 6 months before until.",
                 .kind = Kind::timestamp},
                kUntil,
                {.name = "date_range",
                 .description = "All time instead of the last month.",
                 .choices = "all",
                 .needs = "!since !until"},
                {.name = "incident_key"},
                {.name = "sort",
                 .choices = "created_at:desc|created_at:asc|urgency:desc|urgency:asc",
                 .fallback = "created_at:desc",
                 .wire = "sort_by"},
                kLimit,
                kCursor,
            },
        .paging = kOffset,
        .root = "incidents",
        .keep = "number=incident_number id title~200 status urgency priority=priority.summary~50 "
                "service=service.summary~100 assignees=assignments.assignee.summary~100 "
                "acknowledged_by=acknowledgements.acknowledger.summary~100 created=created_at "
                "resolved=resolved_at alerts=alert_counts.all",
        .source = "https://developer.pagerduty.com/api-reference/9d0b4b12e36f9-list-incidents",
        .make = make_list_incidents,
        .finish = say_what_is_left_out,
    },
    {
        .name = "pagerduty_get_incident",
        .title = "Get incident",
        .description =
            "An incident with its alerts and notes, and on request its timeline, changes "
            "and custom fields.",
        .toolset = "incidents",
        .call = {.path = "/incidents/{incident}"},
        .params =
            {
                kIncident,
                {.name = "include",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .choices = "alerts|notes|timeline|changes|custom_fields",
                 .fallback = "alerts|notes"},
            },
        .root = "incident",
        .keep = "number=incident_number id title~500 status urgency priority=priority.summary~50 "
                "type=incident_type.name~100 service{id name=summary~100} "
                "policy=escalation_policy{id name=summary~100} teams=teams.summary~100 "
                "assignees=assignments{id=assignee.id name=assignee.summary~100 at} "
                "acknowledged=acknowledgements{by=acknowledger.summary~100 at} "
                "responders=incidents_responders{state name=user.summary~100} "
                "created=created_at updated=updated_at resolved=resolved_at "
                "changed_by=last_status_change_by.summary~100 resolve_reason{type "
                "incident=incident.summary~100} pending=pending_actions{type at} "
                "alert_counts=alert_counts{all triggered resolved} "
                "conference=conference_bridge{url=conference_url~200 number=conference_number~100} "
                "body=body.details~2000 key=incident_key~200 url=html_url",
        .parts =
            {
                {.name = "alerts",
                 .path = "/incidents/{.id}/alerts?limit=6",
                 .keep = "id summary~300 severity status created=created_at "
                         "source=body.cef_details.source_origin~200 "
                         "component=body.cef_details.source_component~100 "
                         "class=body.cef_details.event_class~100 "
                         "links=body.contexts{text~100 href~300} details=body.details~400",
                 .root = "alerts"},
                {.name = "notes",
                 .path = "/incidents/{.id}/notes",
                 .keep = "by=user.summary~100 at=created_at content~1000",
                 .root = "notes"},
                {.name = "timeline",
                 .path = "/incidents/{.id}/log_entries?is_overview=true&limit=21",
                 .keep = "at=created_at type agent=agent.summary~100 summary~300 "
                         "note=channel.summary~500",
                 .root = "log_entries"},
                {.name = "changes",
                 .path = "/incidents/{.id}/related_change_events?limit=6",
                 .keep = "at=timestamp summary~300 source~100 links{text~100 href~300} "
                         "reason=correlation_reason.reason",
                 .root = "change_events"},
                {.name = "custom_fields",
                 .path = "/incidents/{.id}/custom_fields/values",
                 .keep = "name=display_name~100 value~500",
                 .root = "custom_fields"},
            },
        .source = "https://developer.pagerduty.com/api-reference/005299ed43553-get-an-incident",
        .finish = finish_incident,
    },
    {
        .name = "pagerduty_get_incident_timeline",
        .title = "Get incident timeline",
        .description = "Who and what did something to an incident, newest first.",
        .toolset = "incidents",
        .call = {.path = "/incidents/{incident}/log_entries"},
        .params =
            {
                kIncident,
                {.name = "overview",
                 .description = "Only what matters.",
                 .kind = Kind::boolean,
                 .fallback = "true",
                 .wire = "is_overview"},
                kSince,
                kUntil,
                {.name = "limit", .kind = Kind::integer, .fallback = "50", .min = 1, .max = 100},
                kCursor,
            },
        .paging = kOffset,
        .root = "log_entries",
        .keep = "at=created_at type agent=agent.summary~100 channel=channel.type summary~300 "
                "note=channel.summary~500",
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1incidents~1%7Bid%7D~1log_entries/get",
        .make = make_for_incident,
        .finish = shorten_types,
    },
    {
        .name = "pagerduty_list_incident_alerts",
        .title = "List incident alerts",
        .description = "The alerts that belong to an incident.",
        .toolset = "incidents",
        .call = {.path = "/incidents/{incident}/alerts"},
        .params =
            {
                kIncident,
                {.name = "status",
                 .kind = Kind::string_list,
                 .choices = "triggered|resolved",
                 .wire = "statuses[]"},
                {.name = "sort",
                 .choices = "created_at:desc|created_at:asc|resolved_at:desc|resolved_at:asc",
                 .wire = "sort_by"},
                {.name = "details",
                 .description = "With what the monitoring sent.",
                 .in = In::none,
                 .kind = Kind::boolean},
                kLimit,
                kCursor,
            },
        .paging = kOffset,
        .root = "alerts",
        .keep = "id summary~200 severity status created=created_at "
                "source=body.cef_details.source_origin~100 "
                "component=body.cef_details.source_component~100 "
                "class=body.cef_details.event_class~100 key=alert_key~150 suppressed? "
                "integration=integration.summary~100 details=body.details~400",
        .source = "https://developer.pagerduty.com/api-reference/"
                  "4bc42e7ac0c59-list-alerts-for-an-incident",
        .make = make_for_incident,
        .finish = finish_alerts,
    },
    {
        .name = "pagerduty_list_log_entries",
        .title = "List log entries",
        .description = "What happened to all incidents of the account, newest first.",
        .toolset = "incidents",
        .offer = Offer::by_toolset,
        .call = {.path = "/log_entries"},
        .params =
            {
                {.name = "since",
                 .description = "ISO 8601, or 24h, 7d, 2w ago.",
                 .kind = Kind::timestamp,
                 .fallback = "now-24h"},
                kUntil,
                kTeams,
                {.name = "overview",
                 .description = "Only what matters.",
                 .kind = Kind::boolean,
                 .fallback = "true",
                 .wire = "is_overview"},
                kLimit,
                kCursor,
            },
        .paging = kOffset,
        .root = "log_entries",
        .keep = "at=created_at type incident=incident.summary~150 service=service.summary~100 "
                "agent=agent.summary~100 channel=channel.type summary~300 "
                "note=channel.summary~300",
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1log_entries/get",
        .finish = shorten_types,
    },
    {
        .name = "pagerduty_list_priorities",
        .title = "List priorities",
        .description = "The priorities that incidents may have, most urgent first.",
        .toolset = "incidents",
        .offer = Offer::by_toolset,
        .call = {.path = "/priorities"},
        .params = {kLimit, kCursor},
        .paging = kOffset,
        .root = "priorities",
        .keep = "id name~100 description~200",
        .scopes = "priorities.read",
        .source = "https://developer.pagerduty.com/api-reference/0fa9ad52bf2d2-list-priorities",
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> incident_tools = kTools;

}  // namespace davit::connectors::pagerduty

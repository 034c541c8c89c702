#include "connectors/pagerduty/incident_changes.h"
#include "connectors/pagerduty/tables.h"

namespace davit::connectors::pagerduty {
namespace {

constexpr Param kUrgency{.name = "urgency", .in = In::none, .choices = "high|low"};
constexpr Param kPriority{
    .name = "priority",
    .description = "Name, such as P1, or id.",
    .in = In::none,
    .lookup = &kPriorityLookup,
};
constexpr Param kAssignees{
    .name = "assignees",
    .description = "E-mails, names, ids or me.",
    .in = In::none,
    .kind = Kind::string_list,
    .needs = "!escalation_policy",
    .lookup = &kUserLookup,
};
constexpr Param kPolicy{
    .name = "escalation_policy",
    .description = "Name or id.",
    .in = In::none,
    .lookup = &kPolicyLookup,
};
constexpr Param kType{
    .name = "incident_type", .description = "Its name, such as major_incident.", .in = In::none
};
constexpr Param kConferenceUrl{.name = "conference_url", .in = In::none};
constexpr Param kConferenceNumber{.name = "conference_number", .in = In::none};

constexpr Tool kTools[] = {
    {
        .name = "pagerduty_create_incident",
        .title = "Create incident",
        .description = "Open an incident by hand. Pages the people on call.",
        .toolset = "incidents",
        .effect = Effect::destroy,
        .call = {.method = http::Method::post, .path = "/incidents"},
        .params =
            {
                {.name = "title", .in = In::none, .required = true},
                {.name = "service",
                 .description = "Name or id.",
                 .in = In::none,
                 .required = true,
                 .lookup = &kServiceLookup},
                kUrgency,
                kPriority,
                {.name = "body", .in = In::none},
                kAssignees,
                kPolicy,
                {.name = "incident_key",
                 .description = "Of open incidents of a service, only one may have it.",
                 .in = In::none},
                kType,
                kConferenceUrl,
                kConferenceNumber,
            },
        .foreign = "priority service assignees",
        .source = "https://developer.pagerduty.com/api-reference/a7d81b0e9200f-create-an-incident",
        .run = create_incident,
    },
    {
        .name = "pagerduty_acknowledge_incidents",
        .title = "Acknowledge incidents",
        .description = "Acknowledge incidents; resolved ones are left alone.",
        .toolset = "incidents",
        .effect = Effect::write,
        .idempotent = true,
        .call = {.method = http::Method::put, .path = "/incidents"},
        .params = {kIncidents},
        .timeout_s = 60,
        .foreign = "results.title",
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1incidents/put",
        .run = acknowledge_incidents,
    },
    {
        .name = "pagerduty_resolve_incidents",
        .title = "Resolve incidents",
        .description = "Resolve incidents, with a reason.",
        .toolset = "incidents",
        .effect = Effect::destroy,
        .call = {.method = http::Method::put, .path = "/incidents"},
        .params =
            {
                kIncidents,
                {.name = "resolution", .description = "Stays in the timeline.", .in = In::none},
                {.name = "note", .description = "Added to each.", .in = In::none},
            },
        .timeout_s = 60,
        .foreign = "results.title",
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1incidents/put",
        .run = resolve_incidents,
    },
    {
        .name = "pagerduty_update_incidents",
        .title = "Update incidents",
        .description = "Reassign, escalate, or change title, urgency, priority or type.",
        .toolset = "incidents",
        .effect = Effect::destroy,
        .idempotent = true,
        .call = {.method = http::Method::put, .path = "/incidents"},
        .params =
            {
                kIncidents,
                kAssignees,
                kPolicy,
                {.name = "escalation_level",
                 .in = In::none,
                 .kind = Kind::integer,
                 .min = 1,
                 .max = 20},
                {.name = "title", .in = In::none},
                kUrgency,
                kPriority,
                kType,
                kConferenceUrl,
                kConferenceNumber,
            },
        .timeout_s = 60,
        .foreign = "results.assignees",
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1incidents/put",
        .run = update_incidents,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> incident_write_tools = kTools;

}  // namespace davit::connectors::pagerduty

#include "connectors/dynatrace/events.h"

#include "connectors/dynatrace/tables.h"

namespace davit::connectors::dynatrace {
namespace {

constexpr Tool kTools[] = {
    {
        .name = "dynatrace_list_events",
        .title = "List events",
        .description = "Events of any kind: deployments, configuration changes, alerts, restarts.",
        .toolset = "events",
        .call = {.path = "v2:/events"},
        .params =
            {
                {.name = "event_type", .description = "As CUSTOM_DEPLOYMENT.", .in = In::none},
                {.name = "status", .in = In::none, .choices = "OPEN|CLOSED"},
                kEntitySelector,
                {.name = "event_selector",
                 .description = "As property.version(\"1.2\").",
                 .wire = "eventSelector"},
                kFrom,
                kTo,
                kLimit,
                kCursor,
            },
        .paging = kNextPageKey,
        .root = "events",
        .keep = "type=eventType title~150 status start=startTime@ end=endTime@ "
                "entity=entityId.name~80 entity_id=entityId.entityId.id "
                "properties{key value~80}",
        .foreign = "properties",
        .source = "https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/"
                  "environment-api/events-v2/get-events",
        .make = make_event_list,
        .finish = finish_events,
    },
    {
        .name = "dynatrace_get_kubernetes_events",
        .title = "Get Kubernetes events",
        .description = "What Kubernetes says about pods and workloads, newest first.",
        .toolset = "events",
        .params =
            {
                {.name = "cluster", .description = "Its name.", .in = In::none},
                {.name = "namespace", .in = In::none},
                {.name = "workload", .in = In::none},
                {.name = "reason", .description = "As BackOff, OOMKilling.", .in = In::none},
                {.name = "from",
                 .description = "ISO 8601, or 2h, 7d ago.",
                 .in = In::none,
                 .kind = Kind::timestamp,
                 .fallback = "1h"},
                kQueryTo,
                {.name = "limit",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "20",
                 .min = 1,
                 .max = 200},
            },
        .timeout_s = 60,
        .foreign = "items.message items.reason items.object",
        .scopes = "storage:events:read with storage:buckets:read",
        .source = "https://docs.dynatrace.com/docs/ingest-from/setup-on-k8s/guides/"
                  "deployment-and-configuration/monitoring-and-instrumentation/k8s-events",
        .run = get_kubernetes_events,
    },
    {
        .name = "dynatrace_send_event",
        .title = "Send event",
        .description = "Report a deployment, an annotation or another event on entities.",
        .toolset = "events",
        .effect = Effect::write,
        .call = {.method = http::Method::post, .path = "v2:/events/ingest"},
        .params =
            {
                {.name = "title", .in = In::body, .required = true},
                {.name = "event_type",
                 .description = "Alerts and errors open problems.",
                 .in = In::body,
                 .choices = "CUSTOM_INFO|CUSTOM_DEPLOYMENT|CUSTOM_CONFIGURATION|CUSTOM_ANNOTATION|"
                            "MARKED_FOR_TERMINATION|CUSTOM_ALERT|AVAILABILITY_EVENT|ERROR_EVENT|"
                            "PERFORMANCE_EVENT|RESOURCE_CONTENTION_EVENT",
                 .fallback = "CUSTOM_INFO",
                 .wire = "eventType"},
                {.name = "entity_selector",
                 .description = "As entityId(\"...\"); the whole environment without.",
                 .in = In::body,
                 .wire = "entitySelector"},
                {.name = "properties",
                 .description = "Names with texts.",
                 .in = In::body,
                 .kind = Kind::object,
                 .schema = R"({"type":"object","additionalProperties":{"type":"string"}})"},
                {.name = "start",
                 .description = "Now without.",
                 .in = In::none,
                 .kind = Kind::timestamp},
                {.name = "end", .in = In::none, .kind = Kind::timestamp},
                {.name = "timeout_min",
                 .in = In::body,
                 .kind = Kind::integer,
                 .fallback = "15",
                 .min = 1,
                 .max = 360,
                 .wire = "timeout"},
            },
        .source = "https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/"
                  "environment-api/events-v2/post-event",
        .run = send_event,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> event_tools = kTools;

}  // namespace davit::connectors::dynatrace

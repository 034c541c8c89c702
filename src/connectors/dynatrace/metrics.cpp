#include "connectors/dynatrace/metrics.h"

#include "connectors/dynatrace/tables.h"

namespace davit::connectors::dynatrace {
namespace {

constexpr Tool kTools[] = {
    {
        .name = "dynatrace_list_metrics",
        .title = "List metrics",
        .description = "Metric keys by words or by selector, with unit and dimensions.",
        .toolset = "metrics",
        .call =
            {.path = "v2:/metrics?fields=displayName%2Cunit%2CaggregationTypes"
                     "%2CdimensionDefinitions%2CentityType"},
        .params =
            {
                {.name = "text", .description = "In key, name or description."},
                {.name = "selector",
                 .description = "As builtin:service.*.",
                 .wire = "metricSelector"},
                {.name = "metadata_selector",
                 .description = "As unit(\"Percent\") or custom(\"true\").",
                 .wire = "metadataSelector"},
                {.name = "limit",
                 .kind = Kind::integer,
                 .fallback = "20",
                 .min = 1,
                 .max = 500,
                 .wire = "pageSize"},
                kCursor,
            },
        .paging = kNextPageKey,
        .root = "metrics",
        .keep = "key=metricId name=displayName~150 unit aggregations=aggregationTypes "
                "dimensions=dimensionDefinitions.key entity_type=entityType",
        .source = "https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/"
                  "environment-api/metric-v2/get-all-metrics",
    },
    {
        .name = "dynatrace_query_metrics",
        .title = "Query metrics",
        .description = "Series of a metric such as "
                       "builtin:host.cpu.usage:splitBy(\"dt.entity.host\"):avg:limit(10).",
        .toolset = "metrics",
        .call = {.path = "v2:/metrics/query"},
        .params =
            {
                {.name = "metric_selector",
                 .description = "Classic syntax, at most 10 metrics.",
                 .required = true,
                 .wire = "metricSelector"},
                kEntitySelector,
                {.name = "mz_selector", .description = "As mzName(\"prod\").", .wire = "mzSelector"
                },
                {.name = "resolution", .description = "As 5m, 60 points or Inf; 120 points without."
                },
                kFrom,
                kTo,
                {.name = "points",
                 .description = "False for min, max, avg and last alone.",
                 .in = In::none,
                 .kind = Kind::boolean,
                 .fallback = "true"},
            },
        .timeout_s = 45,
        .foreign = "series.dimensions",
        .source = "https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/"
                  "environment-api/metric-v2/get-data-points",
        .run = query_metrics,
    },
    {
        .name = "dynatrace_get_service_health",
        .title = "Get service health",
        .description = "Latency, requests, errors and open problems of a service, against the "
                       "window before.",
        .toolset = "metrics",
        .params =
            {
                {.name = "service", .description = "Id or name.", .in = In::none, .required = true},
                {.name = "window", .description = "As 30m, 1d.", .in = In::none, .fallback = "1h"},
            },
        .timeout_s = 45,
        .foreign = "open_problems.title",
        .scopes = "metrics.read, entities.read and problems.read, or environment-api:metrics:read, "
                  ":entities:read and :problems:read",
        .source = "https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/"
                  "environment-api/metric-v2/get-data-points",
        .run = get_service_health,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> metric_tools = kTools;

}  // namespace davit::connectors::dynatrace

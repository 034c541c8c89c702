#include "connectors/dynatrace/traces.h"

#include "connectors/dynatrace/tables.h"

namespace davit::connectors::dynatrace {
namespace {

constexpr Str kSource =
    "https://docs.dynatrace.com/docs/discover-dynatrace/references/semantic-dictionary/model/trace";

constexpr Tool kTools[] = {
    {
        .name = "dynatrace_search_spans",
        .title = "Search spans",
        .description = "Requests that were slow or failed, with their trace ids.",
        .toolset = "traces",
        .params =
            {
                kService,
                {.name = "failed", .in = In::none, .kind = Kind::boolean},
                {.name = "min_duration_ms", .in = In::none, .kind = Kind::integer, .min = 0},
                {.name = "endpoint", .description = "Part of its name.", .in = In::none},
                kCondition,
                {.name = "sort", .in = In::none, .choices = "time|duration", .fallback = "time"},
                kQueryFrom,
                kQueryTo,
                {.name = "limit",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "20",
                 .min = 1,
                 .max = 200},
            },
        .timeout_s = 60,
        .foreign = "items.name items.service",
        .source = kSource,
        .run = search_spans,
    },
    {
        .name = "dynatrace_get_trace",
        .title = "Get trace",
        .description = "The spans of a trace in the order of its tree.",
        .toolset = "traces",
        .params =
            {
                {.name = "trace_id", .in = In::none, .required = true},
                {.name = "from",
                 .description = "ISO 8601, or 2h, 7d ago.",
                 .in = In::none,
                 .kind = Kind::timestamp,
                 .fallback = "24h"},
                {.name = "limit",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "100",
                 .min = 1,
                 .max = 500},
            },
        .timeout_s = 60,
        .foreign = "spans.name spans.service spans.exception",
        .source = kSource,
        .run = get_trace,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> trace_tools = kTools;

}  // namespace davit::connectors::dynatrace

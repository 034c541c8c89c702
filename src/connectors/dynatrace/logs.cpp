#include "connectors/dynatrace/logs.h"

#include "connectors/dynatrace/tables.h"

namespace davit::connectors::dynatrace {
namespace {

constexpr Param kText{
    .name = "text", .description = "In the content, without case.", .in = In::none
};
constexpr Param kLevel{
    .name = "level",
    .description = "As ERROR, WARN.",
    .in = In::none,
    .kind = Kind::string_list,
};
constexpr Param kHost{.name = "host", .description = "Id or name.", .in = In::none};
constexpr Param kNamespace{.name = "k8s_namespace", .in = In::none};
constexpr Param kPod{.name = "pod", .in = In::none};
constexpr Param kTrace{.name = "trace_id", .in = In::none};

constexpr Tool kTools[] = {
    {
        .name = "dynatrace_search_logs",
        .title = "Search logs",
        .description = "Log records, newest first.",
        .toolset = "logs",
        .params =
            {
                kText,
                kLevel,
                kService,
                kHost,
                kNamespace,
                kPod,
                kTrace,
                kCondition,
                kQueryFrom,
                kQueryTo,
                {.name = "limit",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "20",
                 .min = 1,
                 .max = 500},
                kCursor,
            },
        .timeout_s = 60,
        .foreign = "items.content items.source",
        .source = "https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/"
                  "environment-api/log-monitoring-v2/get-search-logs",
        .run = search_logs,
    },
    {
        .name = "dynatrace_summarize_logs",
        .title = "Summarize logs",
        .description = "Counts of log records by fields and over time.",
        .toolset = "logs",
        .params =
            {
                {.name = "group_by",
                 .description = "Fields, as k8s.pod.name.",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .fallback = "loglevel",
                 .max = 5},
                {.name = "interval", .description = "As 5m; 12 steps without.", .in = In::none},
                kText,
                kLevel,
                kService,
                kHost,
                kNamespace,
                kPod,
                kCondition,
                kQueryFrom,
                kQueryTo,
            },
        .timeout_s = 60,
        .foreign = "groups.group",
        .source = "https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/"
                  "environment-api/log-monitoring-v2/get-aggregate-logs",
        .run = summarize_logs,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> log_tools = kTools;

}  // namespace davit::connectors::dynatrace

#include "connectors/dynatrace/dql.h"

#include "connectors/dynatrace/tables.h"

namespace davit::connectors::dynatrace {
namespace {

constexpr Str kSource = "https://developer.dynatrace.com/develop/sdks/client-query/";

constexpr Tool kTools[] = {
    {
        .name = "dynatrace_execute_dql",
        .title = "Execute DQL",
        .description =
            "Run a DQL query. As contains(content, \"x\"), in(loglevel, \"ERROR\", \"WARN\"), "
            "summarize count(), by:{host.name}. A slow one answers with a request_token.",
        .toolset = "dql",
        .call = {.method = http::Method::post, .path = "grail:/query:execute"},
        .params =
            {
                {.name = "query", .in = In::body, .required = true},
                {.name = "from",
                 .description = "ISO 8601, or 2h, 7d ago.",
                 .in = In::body,
                 .kind = Kind::timestamp,
                 .fallback = "2h",
                 .wire = "defaultTimeframeStart"},
                {.name = "to",
                 .in = In::body,
                 .kind = Kind::timestamp,
                 .wire = "defaultTimeframeEnd"},
                {.name = "max_records",
                 .in = In::body,
                 .kind = Kind::integer,
                 .fallback = "100",
                 .min = 1,
                 .max = 1000,
                 .wire = "maxResultRecords"},
                {.name = "scan_limit_gb",
                 .description = "What is scanned costs money.",
                 .in = In::body,
                 .kind = Kind::number,
                 .fallback = "100",
                 .min = 1,
                 .max = 1000,
                 .wire = "defaultScanLimitGbytes"},
                {.name = "timeout_s",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "60",
                 .min = 1,
                 .max = 80},
                {.name = "sampling",
                 .description = "One of so many records: 10, 100.",
                 .in = In::body,
                 .kind = Kind::number,
                 .min = 1,
                 .max = 100'000,
                 .wire = "defaultSamplingRatio"},
                {.name = "segments",
                 .description = "Ids of filter segments.",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .max = 10},
            },
        .timeout_s = 90,
        .foreign = "records rows in_all_rows",
        .source = kSource,
        .run = execute_dql,
    },
    {
        .name = "dynatrace_get_dql_result",
        .title = "Get DQL result",
        .description = "Wait further for a slow DQL query, or cancel it.",
        .toolset = "dql",
        .call = {.path = "grail:/query:poll"},
        .params =
            {
                {.name = "request_token", .required = true, .wire = "request-token"},
                {.name = "action", .in = In::none, .choices = "poll|cancel", .fallback = "poll"},
                {.name = "wait_s",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "30",
                 .min = 1,
                 .max = 80},
            },
        .timeout_s = 90,
        .foreign = "records rows in_all_rows",
        .source = kSource,
        .run = get_dql_result,
    },
    {
        .name = "dynatrace_verify_dql",
        .title = "Verify DQL",
        .description = "Check the syntax of a DQL query without running it.",
        .toolset = "dql",
        .call = {.method = http::Method::post, .path = "grail:/query:verify"},
        .params = {{.name = "query", .in = In::body, .required = true}},
        .source = kSource,
        .run = verify_dql,
    },
    {
        .name = "dynatrace_generate_dql",
        .title = "Generate DQL",
        .description = "A DQL query from words, by Davis CoPilot.",
        .toolset = "dql",
        .offer = Offer::by_toolset,
        .call =
            {.method = http::Method::post, .path = "plat:/davis/copilot/v1/skills/nl2dql:generate"},
        .params = {{.name = "text", .in = In::body, .required = true}},
        .timeout_s = 60,
        .scopes = "davis-copilot:nl2dql:execute",
        .source = "https://developer.dynatrace.com/develop/sdks/client-davis-copilot/",
        .run = generate_dql,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> dql_tools = kTools;

}  // namespace davit::connectors::dynatrace

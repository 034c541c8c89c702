#include "uptime.h"

namespace davit::connectors::uptime {
namespace {

using namespace davit::connector;

constexpr Toolset kToolsets[] = {
    {"checks", "What is watched, and how it fares.", "checks:read", "checks:write"},
};

constexpr AuthRule kAuth[] = {{.name = "api-key", .note = "key of an account"}};

constexpr Paging kOffset{.kind = Paging::Kind::offset, .param = "offset", .total = "total"};

constexpr Lookup kCheck{
    .what = "check",
    .path = "/checks?name={.value}",
    .root = "checks",
    .is_id = [](Str value) { return value.find_first_not_of("0123456789") == Str::npos; },
};

constexpr Param kTheCheck{
    .name = "check",
    .description = "Id or name.",
    .in = In::path,
    .required = true,
    .lookup = &kCheck,
};

constexpr Tool kTools[] = {
    {
        .name = "uptime_list_checks",
        .title = "List checks",
        .description = "What is watched, with its last result.",
        .toolset = "checks",
        .call = {.path = "/checks"},
        .params =
            {
                {.name = "state", .choices = "up|down"},
                {.name = "limit", .kind = Kind::integer, .fallback = "20", .min = 1, .max = 50},
                {.name = "cursor", .in = In::none},
            },
        .paging = kOffset,
        .root = "checks",
        .keep = "id name~100 url~200 state since=changed_at@",
        .source = "https://uptime.example/docs/checks#list",
    },
    {
        .name = "uptime_get_check",
        .title = "Get check",
        .description = "One check with its last outages.",
        .toolset = "checks",
        .call = {.path = "/checks/{check}"},
        .params = {kTheCheck},
        .keep = "id name~100 url~200 state since=changed_at@",
        .parts =
            {{.name = "outages",
              .path = "/checks/{check}/outages?limit=5",
              .keep = "began@ seconds reason~200",
              .root = "outages"}},
        .source = "https://uptime.example/docs/checks#get",
    },
    {
        .name = "uptime_pause_check",
        .title = "Pause check",
        .description = "Stop asking, for example during maintenance.",
        .toolset = "checks",
        .effect = Effect::write,
        .idempotent = true,
        .call =
            {.method = http::Method::put,
             .path = "/checks/{check}",
             .body = R"({"check":{"state":"paused"}})"},
        .params =
            {kTheCheck,
             {.name = "until", .in = In::body, .kind = Kind::timestamp, .wire = "check.until"}},
        .root = "check",
        .keep = "id state until=paused_until@",
        .source = "https://uptime.example/docs/checks#update",
    },
};
static_assert(checked(kTools));

constexpr std::span<const Tool> kTable = kTools;
constexpr const std::span<const Tool>* kTables[] = {&kTable};

}  // namespace

constexpr connector::Connector connector{
    .name = "uptime",
    .title = "Uptime",
    .default_url = "https://api.uptime.example/v1",
    .auth = kAuth,
    .toolsets = kToolsets,
    .tables = kTables,
    .error_paths = "error",
    .requests_per_minute = 300,
    .foreign_authors = "whoever runs the sites",
};

}  // namespace davit::connectors::uptime

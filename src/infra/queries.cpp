#include "infra/queries.h"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

#include "infra/concerns.h"
#include "infra/logs.h"

namespace davit::infra {
namespace {

// A line of a call has `outcome` (mcp/endpoint.cpp, host/refusals.cpp), and its `msg` is the
// method.
constexpr SavedQuery kQueries[] = {
    {.id = "SlowToolsQuery",
     .name = "slow-tools",
     .text = R"(filter ispresent(outcome) and msg = "tools/call"
| stats count(*) as calls, pct(duration_ms, 50) as p50_ms, pct(duration_ms, 99) as p99_ms, max(duration_ms) as max_ms by server, tool
| sort p99_ms desc
| limit 50)"},
    {.id = "ErrorsByToolQuery",
     .name = "errors-by-tool",
     .text =
         R"(filter outcome in ["tool_error", "protocol_error", "timeout", "cancelled", "refused"]
| stats count(*) as calls by server, tool, msg, outcome
| sort calls desc
| limit 50)"},
    {.id = "CallsByPrincipalQuery",
     .name = "calls-by-principal",
     .text = R"(filter ispresent(outcome)
| fields 1 - strcontains(outcome, "ok") as not_ok
| stats count(*) as calls, sum(not_ok) as failed, sum(bytes) as answer_bytes, count_distinct(session) as sessions by principal, server
| sort calls desc
| limit 50)"},
    {.id = "SessionStoryQuery",
     .name = "session-story",
     .text = R"(filter session = {{session}}
| fields @timestamp, server, msg, tool, outcome, duration_ms, bytes, principal, request_id, trace_id
| sort @timestamp asc
| limit 1000)",
     .parameter = "session",
     .hint = "The field `session` of one of its lines, in quotes."},
    {.id = "RefusalsQuery", .name = "refusals", .text = R"(filter outcome = "refused"
| stats count(*) as lines, sum(left_out) as left_out by reason, peer, path
| sort lines desc
| limit 50)"},
    {.id = "ColdStartsQuery",
     .name = "cold-starts",
     // The first is of text logs, the second of JSON logs ("Lambda log formats", developer guide).
     .text = R"(fields coalesce(@initDuration, record.metrics.initDurationMs) as init_ms
| filter ispresent(init_ms)
| stats count(*) as starts, pct(init_ms, 50) as p50_ms, pct(init_ms, 99) as p99_ms by bin(1h), @log
| sort starts desc)",
     .of_functions = true},
};

Values function_logs(const Parts& parts) {
  Values groups;
  for (auto const& unit : parts.units) groups.push_back(parts.logs.groups.at(function_log(unit)));
  return groups;
}

}  // namespace

const SavedQuery& saved_query(std::string_view name) {
  auto const* const found = std::ranges::find(kQueries, name, &SavedQuery::name);
  assert(found != std::end(kQueries));
  return *found;
}

Values call_logs(const Manifest& manifest, const Parts& parts) {
  Values groups;
  for (auto const& unit : parts.units) {
    for (auto const& container : unit.containers) {
      if (container.is_davitd && manifest.on_ecs()) {
        groups.push_back(parts.logs.groups.at(container.name));
      }
    }
    if (unit.containers.front().is_davitd && manifest.on_lambda()) {
      groups.push_back(parts.logs.groups.at(function_log(unit)));
    }
  }
  return groups;
}

void add_queries(const Manifest& manifest, Parts& parts, Stack& stack) {
  if (!manifest.dashboard) return;
  auto const calls = call_logs(manifest, parts);
  for (auto const& query : kQueries) {
    if (query.of_functions ? !manifest.on_lambda() : calls.empty()) continue;
    json::Object properties{
        // What stands before a slash is shown as a folder ("Save and re-run queries", CloudWatch
        // Logs user guide).
        {"Name", fmt::format("{}/{}", manifest.stack_name(), query.name)},
        {"LogGroupNames", to_array(query.of_functions ? function_logs(parts) : calls)},
        {"QueryString", query.text}
    };
    if (!query.parameter.empty()) {
      properties["Parameters"] =
          json::Array{json::Object{{"Name", query.parameter}, {"Description", query.hint}}};
    }
    stack.add(
        Layer::watch, std::string(query.id), "AWS::Logs::QueryDefinition", std::move(properties)
    );
  }
}

}  // namespace davit::infra

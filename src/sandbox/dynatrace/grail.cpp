// Grail: execute, poll, cancel and verify queries.
#include <algorithm>

#include <fmt/format.h>

#include "sandbox/dynatrace/auth.h"
#include "sandbox/dynatrace/dql_run.h"

namespace davit::sandbox::dynatrace {
namespace {

using enum http::Method;
using std::chrono::hours;
using std::chrono::seconds;

constexpr std::size_t kDefaultRecords = 1000;
// How long a result can be fetched.
constexpr seconds kTimeToLive{400};
// Queries over more than that of logs do not end within the first call ...
constexpr hours kLongScan{24};
// ... and over more than that wait before they begin.
constexpr hours kQueuedScan{24 * 7};

http::Response grail_error(int status, std::string_view message, json::Object details) {
  return json_answer(
      json::Object{
          {"error",
           json::Object{{"code", status}, {"message", message}, {"details", std::move(details)}}}
      },
      status
  );
}

http::Response syntax_error(std::string_view query, const dql::Error& wrong) {
  return grail_error(
      400,
      wrong.type,
      {{"exceptionType", "DQL-SYNTAX-ERROR"},
       {"errorType", wrong.type},
       {"errorMessage", wrong.message},
       {"arguments", json::Array{json::Value(wrong.part)}},
       {"queryString", query},
       {"queryId", stable_uuid(query)},
       {"syntaxErrorPosition", dql::show_position(query, wrong.begin, wrong.end)}}
  );
}

http::Response missing_scope(std::string_view query, const dql::Outcome& outcome) {
  return grail_error(
      403,
      "NOT_AUTHORIZED_FOR_TABLE",
      {{"exceptionType", "DQL-NOT-AUTHORIZED"},
       {"errorType", "NOT_AUTHORIZED_FOR_TABLE"},
       {"errorMessage", fmt::format("Not authorized to read the table {}.", outcome.table)},
       {"arguments", json::Array{json::Value(outcome.table)}},
       {"missingScopes", json::Array{json::Value(outcome.scope)}},
       {"queryString", query},
       {"queryId", stable_uuid(query)}}
  );
}

json::Array show_types(const std::vector<dql::Record>& records) {
  json::Object mappings;
  for (auto const& record : records) {
    for (auto const& [name, cell] : record) {
      if (cell.is_null() || mappings.contains(name)) continue;
      json::Object type{{"type", dql::type_name(cell)}};
      if (cell.kind == dql::Cell::Kind::array && !cell.items.empty()) {
        type["types"] = json::Array{json::Object{
            {"indexRange", json::Array{0, cell.items.size() - 1}},
            {"mappings",
             json::Object{{"element", json::Object{{"type", dql::type_name(cell.items.front())}}}}},
        }};
      }
      mappings[name] = std::move(type);
    }
  }
  if (records.empty()) return {};
  json::Object all{
      {"indexRange", json::Array{0, records.size() - 1}}, {"mappings", std::move(mappings)}
  };
  json::Array types;
  types.push_back(std::move(all));
  return types;
}

// One command a line.
std::string canonical(std::string_view query, const std::vector<dql::Command>& commands) {
  std::string out;
  for (auto const& command : commands) {
    if (!out.empty()) out += "\n| ";
    auto part = query.substr(command.begin, command.end - command.begin);
    while (part.ends_with(' ') || part.ends_with('\n')) part.remove_suffix(1);
    out += part;
  }
  return out;
}

json::Object show_result(
    const Call& call,
    std::string_view query,
    const std::vector<dql::Command>& commands,
    dql::Outcome outcome
) {
  json::Array records;
  for (auto const& record : outcome.records) {
    json::Object shown;
    for (auto const& [name, cell] : record) shown[name] = dql::show(cell);
    records.push_back(std::move(shown));
  }
  auto const has_types = json::find_bool(call.body, "includeTypes").value_or(true);
  json::Object grail{
      {"query", query},
      {"canonicalQuery", canonical(query, commands)},
      {"queryId", stable_uuid(query)},
      {"dqlVersion", "V1_0"},
      {"timezone", json::find_string(call.body, "timezone").value_or("Z")},
      {"locale", json::find_string(call.body, "locale").value_or("und")},
      {"executionTimeMilliseconds", 24 + outcome.scanned_records / 20},
      {"scannedBytes", outcome.scanned_bytes},
      {"scannedRecords", outcome.scanned_records},
      {"scannedDataPoints", 0},
      {"sampled", outcome.is_sampled},
      {"analysisTimeframe",
       json::Object{
           {"start", dql::show(dql::time(outcome.timeframe.from))},
           {"end", dql::show(dql::time(outcome.timeframe.to))},
       }},
      {"notifications", std::move(outcome.notifications)},
  };
  return {
      {"records", std::move(records)},
      {"types", has_types ? show_types(outcome.records) : json::Array{}},
      {"metadata", json::Object{{"grail", std::move(grail)}}},
  };
}

// "Both or neither": the document of the query API.
Or<Timeframe> read_default_timeframe(const Call& call) {
  auto const start = json::find_string(call.body, "defaultTimeframeStart");
  auto const end = json::find_string(call.body, "defaultTimeframeEnd");
  if (!start && !end) return Timeframe{call.now - hours(2), call.now};
  auto const from = start ? parse_when(*start, call.now) : std::nullopt;
  auto const to = end ? parse_when(*end, call.now) : std::nullopt;
  if (from && to) return Timeframe{*from, *to};
  return grail_error(
      400,
      "INVALID_TIMEFRAME",
      {{"errorType", "INVALID_TIMEFRAME"},
       {"errorMessage", "The default timeframe needs a valid start and a valid end."}}
  );
}

dql::Limits read_limits(const Call& call) {
  dql::Limits limits;
  auto const records = json::find_int(call.body, "maxResultRecords").value_or(0);
  limits.max_records = records > 0 ? static_cast<std::size_t>(records) : kDefaultRecords;
  if (auto const* scan = json::find(call.body, "defaultScanLimitGbytes");
      scan != nullptr && scan->is_number() && scan->to_number<double>() > 0) {
    limits.scan_limit_bytes = static_cast<std::int64_t>(scan->to_number<double>() * 1e9);
  }
  return limits;
}

http::Response running(const std::string& token, std::string_view state, int progress, int status) {
  return json_answer(
      json::Object{
          {"state", state},
          {"progress", progress},
          {"requestToken", token},
          {"ttlSeconds", kTimeToLive.count()},
      },
      status
  );
}

http::Response succeeded(const json::Object& result) {
  return json_answer(json::Object{{"state", "SUCCEEDED"}, {"progress", 100}, {"result", result}});
}

http::Response begin_job(World& world, const Call& call, hours length, json::Object result) {
  auto const number = ++world.store.last_id;
  auto const token = stable_hex(fmt::format("{}{}", number, to_millis(call.now)), 32);
  QueryJob job{.result = std::move(result), .started = call.now, .last_polled = call.now};
  job.not_started_polls = length > kQueuedScan ? 1 : 0;
  job.polling_promise = seconds(json::find_int(call.body, "pollingPromiseSeconds").value_or(0));
  // Such a scan takes some seconds.
  job.fails = json::find_int(call.body, "fetchTimeoutSeconds").value_or(300) <= 1;
  auto const state = job.not_started_polls > 0 ? "NOT_STARTED" : "RUNNING";
  world.store.jobs[token] = std::move(job);
  return running(token, state, 0, 202);
}

http::Response execute(World& world, Call& call) {
  auto const query = json::find_string(call.body, "query");
  if (!query) {
    return grail_error(400, "MISSING_QUERY", {{"errorMessage", "The query must not be empty."}});
  }
  auto const commands = dql::parse(*query);
  if (!commands) return syntax_error(*query, commands.error());
  DAVIT_TRY(auto const fallback, read_default_timeframe(call));
  auto outcome = dql::run(world.store, *commands, fallback, read_limits(call), call.now);
  if (!outcome) return syntax_error(*query, outcome.error());
  if (!has_scope(*world.caller, outcome->scope)) return missing_scope(*query, *outcome);
  auto const length = std::chrono::ceil<hours>(outcome->timeframe.to - outcome->timeframe.from);
  auto const is_long = outcome->table == "logs" && length > kLongScan;
  auto result = show_result(call, *query, *commands, *std::move(outcome));
  if (is_long) return begin_job(world, call, length, std::move(result));
  return succeeded(result);
}

QueryJob* find_job(World& world, const Call& call) {
  auto const found = world.store.jobs.find(std::string(call.text("request-token").value_or("")));
  return found == world.store.jobs.end() ? nullptr : &found->second;
}

http::Response no_job(const Call& call) {
  if (!call.has("request-token")) return violation("request-token", "must not be null");
  return grail_error(
      410,
      "QUERY_NOT_FOUND",
      {{"errorMessage", "The query for the given request-token can not be found"}}
  );
}

http::Response poll(World& world, Call& call) {
  auto* job = find_job(world, call);
  if (job == nullptr) return no_job(call);
  auto const state = [](std::string_view name) {
    return json_answer(json::Object{{"state", name}, {"progress", 0}});
  };
  // A client that promised to poll and did not is taken for dead.
  if (job->polling_promise.count() > 0 && call.now - job->last_polled > job->polling_promise) {
    job->is_cancelled = true;
  }
  job->last_polled = call.now;
  if (job->is_cancelled) return state("CANCELLED");
  if (call.now - job->started > kTimeToLive) return state("RESULT_GONE");
  auto const polls = ++job->polls - job->not_started_polls;
  std::string const token(*call.text("request-token"));
  if (polls <= 0) return running(token, "NOT_STARTED", 0, 200);
  if (polls == 1) return running(token, "RUNNING", 60, 200);
  return job->fails ? state("FAILED") : succeeded(job->result);
}

// 202 without a body, or 200 with the result of one that had ended: the document of the query API.
http::Response cancel(World& world, Call& call) {
  auto* job = find_job(world, call);
  if (job == nullptr) return no_job(call);
  if (!job->is_cancelled && job->polls - job->not_started_polls >= 2) return succeeded(job->result);
  job->is_cancelled = true;
  return http::Response{.status = 202};
}

http::Response verify(World& world, Call& call) {
  auto const query = json::find_string(call.body, "query").value_or("");
  json::Array notifications;
  auto const commands = dql::parse(query);
  std::optional<dql::Error> wrong;
  if (!commands) wrong = commands.error();
  if (commands) wrong = dql::verify(world.store, *commands, call.now);
  if (wrong) {
    auto one = dql::notification("ERROR", wrong->type, wrong->message);
    one["arguments"] = json::Array{json::Value(wrong->part)};
    one["syntaxPosition"] = dql::show_position(query, wrong->begin, wrong->end);
    notifications.push_back(std::move(one));
  }
  json::Object out{{"valid", !wrong}, {"notifications", std::move(notifications)}};
  if (!wrong && json::find_bool(call.body, "generateCanonicalQuery").value_or(false)) {
    out["canonicalQuery"] = canonical(query, *commands);
  }
  return json_answer(out);
}

constexpr Row kRoutes[] = {
    {post, "/storage/query/v1/query:execute", execute},
    {get, "/storage/query/v1/query:poll", poll},
    {post, "/storage/query/v1/query:cancel", cancel},
    {post, "/storage/query/v1/query:verify", verify},
};

}  // namespace

std::span<const Row> grail_routes() { return kRoutes; }

}  // namespace davit::sandbox::dynatrace

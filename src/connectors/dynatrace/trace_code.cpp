#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "connector/projection.h"
#include "connector/text.h"
#include "connectors/dynatrace/escape.h"
#include "connectors/dynatrace/grail.h"
#include "connectors/dynatrace/logs.h"
#include "connectors/dynatrace/traces.h"

namespace davit::connectors::dynatrace {
namespace {

using connector::Invocation;
using connector::Projection;

// https://docs.dynatrace.com/docs/discover-dynatrace/references/semantic-dictionary/model/trace
constexpr std::string_view kSearchFields =
    "| fields start = start_time, duration, service = coalesce(service.name, dt.service.name), "
    "name = coalesce(endpoint.name, span.name), failed = request.is_failed, "
    "status = http.response.status_code, trace_id = trace.id";
constexpr std::string_view kTraceFields =
    "| fields id = span.id, parent = span.parent_id, start = start_time, duration, "
    "service = coalesce(service.name, dt.service.name), name = span.name, "
    "failed = request.is_failed, status = span.status_code, events = span.events";

bool is_trace_id(std::string_view text) {
  return (text.size() == 32 || text.size() == 16) && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

Result<std::string> span_filter(const Invocation& call) {
  std::vector<std::string> conditions;
  if (auto const service = call.text("service"); !service.empty()) {
    conditions.push_back(entity_condition("service", service));
  }
  if (call.has("failed")) {
    conditions.push_back(fmt::format("request.is_failed == {}", call.flag("failed")));
  }
  if (call.has("min_duration_ms")) {
    conditions.push_back(fmt::format("duration >= {}ms", call.integer("min_duration_ms")));
  }
  if (auto const endpoint = call.text("endpoint"); !endpoint.empty()) {
    conditions.push_back(
        fmt::format("contains(endpoint.name, {}, caseSensitive:false)", dql_text(endpoint))
    );
  }
  if (auto const condition = call.text("filter"); !condition.empty()) {
    DAVIT_CHECK(check_condition("filter", condition));
    conditions.push_back(fmt::format("({})", condition));
  }
  // Without a condition requests, not each of the spans that they are made of.
  if (conditions.empty()) conditions.emplace_back("isNotNull(endpoint.name)");
  return fmt::format("| filter {}", fmt::join(conditions, " and "));
}

void show_duration(json::Object& span) {
  auto const* duration = span.if_contains("duration");
  if (duration == nullptr) return;
  auto const shown = to_milliseconds(*duration);
  span.erase("duration");
  span["duration_ms"] = shown;
}

// The message of the first exception among the events of a span.
std::string exception_of(const json::Value& span) {
  auto const* events = json::find_array(span, "events");
  if (events == nullptr) return "";
  for (auto const& event : *events) {
    auto const* object = event.if_object();
    if (object == nullptr) continue;
    for (auto const name : {"exception.message", "exception.type"}) {
      auto const* text = object->if_contains(name);
      if (text != nullptr && text->is_string()) return std::string(json::view(text->get_string()));
    }
  }
  return "";
}

double rounded(double milliseconds) { return std::round(milliseconds * 100) / 100; }

std::string key_of(const json::Value& span, std::string_view name) {
  return std::string(json::find_string(span, name).value_or(""));
}

// Milliseconds since 1970 of a time with nanoseconds.
double time_of(const json::Value& span) {
  auto const text = key_of(span, "start");
  auto const seconds = connector::from_rfc3339(text);
  if (!seconds) return 0;
  auto const dot = text.find('.');
  auto const fraction = dot == std::string::npos ? 0.0 : std::atof(text.c_str() + dot);
  return static_cast<double>(seconds->time_since_epoch().count()) * 1000 + fraction * 1000;
}

json::Object show_span(const json::Value& span, int depth, double begin) {
  static Projection const kKeep("id name~150 service~80 duration failed? exception~300");
  json::Object whole(span.get_object());
  if (auto const text = exception_of(span); !text.empty()) whole["exception"] = text;
  auto shown = kKeep.apply(whole, {}).get_object();
  show_duration(shown);
  json::Object out{{"depth", depth}, {"at_ms", rounded(time_of(span) - begin)}};
  for (auto& member : shown) out[member.key()] = std::move(member.value());
  return out;
}

}  // namespace

double to_milliseconds(const json::Value& duration) {
  double nanoseconds = 0;
  if (duration.is_number()) nanoseconds = duration.to_number<double>();
  if (auto const* text = duration.if_string()) nanoseconds = std::atof(text->c_str());
  return rounded(nanoseconds / 1e6);
}

json::Array in_tree_order(const json::Array& spans) {
  std::map<std::string, std::vector<std::size_t>> children;
  std::set<std::string> ids;
  for (auto const& span : spans) ids.insert(key_of(span, "id"));
  std::vector<std::pair<std::size_t, int>> open;  // the next one last
  for (std::size_t i = spans.size(); i-- > 0;) {
    if (!spans[i].is_object()) continue;
    auto const parent = key_of(spans[i], "parent");
    auto const is_root =
        parent.empty() || !ids.contains(parent) || parent == key_of(spans[i], "id");
    if (is_root) {
      open.emplace_back(i, 0);
    } else {
      children[parent].push_back(i);
    }
  }
  json::Array out;
  auto const begin = spans.empty() ? 0.0 : time_of(spans[0]);  // they are sorted by time
  while (!open.empty()) {
    auto const [at, depth] = open.back();
    open.pop_back();
    out.push_back(show_span(spans[at], depth, begin));
    // Each list is handed out once, so that spans which name each other do not go on for ever.
    auto const found = children.extract(key_of(spans[at], "id"));
    if (found.empty()) continue;
    for (auto const child : found.mapped()) open.emplace_back(child, depth + 1);
  }
  return out;
}

Async<json::Value> search_spans(Invocation call) {
  DAVIT_CO_TRY(auto const filter, span_filter(call));
  auto const limit = call.integer("limit");
  auto const by_duration = call.text("sort") == "duration";
  DqlQuery query{
      .text = fmt::format(
          "fetch spans\n{}\n| sort {} desc\n| limit {}\n{}",
          filter,
          by_duration ? "duration" : "start_time",
          limit,
          kSearchFields
      ),
      .from = std::string(call.text("from")),
      .to = std::string(call.text("to")),
      .max_records = limit,
      .limit = std::chrono::seconds(40),
  };
  DAVIT_CO_TRY(auto const body, co_await query_records(call, std::move(query)));
  static Projection const kKeep("start duration service~80 name~150 failed? status trace_id");
  json::Array shown;
  for (auto const& record : records_of(body)) {
    if (!record.is_object()) continue;
    auto span = kKeep.apply(record, {}).get_object();
    span["start"] = short_time(key_of(record, "start"));
    show_duration(span);
    shown.push_back(std::move(span));
  }
  auto const count = static_cast<std::int64_t>(shown.size());
  json::Object out{{"complete", count < limit}};
  describe_query(body, limit, out);
  out["items"] = std::move(shown);
  co_return out;
}

Async<json::Value> get_trace(Invocation call) {
  std::string const trace(call.text("trace_id"));
  if (!is_trace_id(trace)) {
    co_return Error(ErrorKind::invalid_input, "trace_id must have 32 or 16 hexadecimal digits");
  }
  auto const limit = call.integer("limit");
  DqlQuery query{
      .text = fmt::format(
          "fetch spans\n| filter trace.id == toUid({})\n| sort start_time asc\n| limit {}\n{}",
          dql_text(trace),
          limit,
          kTraceFields
      ),
      .from = std::string(call.text("from")),
      .max_records = limit,
      .limit = std::chrono::seconds(40),
  };
  DAVIT_CO_TRY(auto const body, co_await query_records(call, std::move(query)));
  auto const& records = records_of(body);
  if (records.empty()) {
    co_return Error(ErrorKind::not_found, "no span of this trace in this time; set from earlier");
  }
  json::Object out{{"trace_id", trace}, {"count", records.size()}};
  out["start"] = short_time(key_of(records[0], "start"));
  describe_query(body, limit, out);
  out["spans"] = in_tree_order(records);
  co_return out;
}

}  // namespace davit::connectors::dynatrace

#include <algorithm>

#include <fmt/format.h>

#include "connector/projection.h"
#include "connector/text.h"
#include "connectors/dynatrace/entities.h"
#include "connectors/dynatrace/escape.h"
#include "connectors/dynatrace/grail.h"
#include "connectors/dynatrace/logs.h"
#include "connectors/dynatrace/place.h"
#include "http/url.h"

namespace davit::connectors::dynatrace {
namespace {

using connector::Invocation;
using connector::Projection;

constexpr std::string_view kFields =
    "| fields time = timestamp, level = loglevel, source = coalesce(log.source, "
    "dt.process_group.detected_name, k8s.container.name), service = service.name, "
    "host = host.name, pod = k8s.pod.name, namespace = k8s.namespace.name, trace_id, content";

const Projection& kept_records() {
  static Projection const kKeep(
      "time level source~100 service~100 host~100 pod~100 namespace~100 trace_id content~500"
  );
  return kKeep;
}

// A projection would cut the times to the minute, which is too little to see what came first.
json::Array show_records(const json::Array& records) {
  json::Array shown;
  for (auto const& record : records) {
    auto out = kept_records().apply(clean_value(record), {}).get_object();
    out["time"] = short_time(json::find_string(record, "time").value_or(""));
    shown.push_back(std::move(out));
  }
  return shown;
}

// Columns of the API v2 hold arrays and have dots in their names.
struct Column {
  std::string_view name;
  std::string_view shown;
};

constexpr Column kColumns[] = {
    {"log.source", "source"},
    {"dt.entity.service", "service"},
    {"host.name", "host"},
    {"k8s.pod.name", "pod"},
    {"k8s.namespace.name", "namespace"},
    {"trace_id", "trace_id"},
};

// Of Unix time in milliseconds.
std::string exact_time(std::int64_t time) {
  std::chrono::sys_seconds const seconds(std::chrono::seconds(time / 1000));
  auto text = connector::to_rfc3339(seconds);
  text.insert(text.size() - 1, fmt::format(".{:03}", time % 1000));
  return short_time(text);
}

json::Array show_classic(const json::Array& records) {
  static Projection const kKeep("level=status content~500");
  json::Array shown;
  for (auto const& record : records) {
    json::Object out;
    if (auto const time = json::find_int(record, "timestamp")) out["time"] = exact_time(*time);
    auto kept = kKeep.apply(clean_value(record), {});
    if (kept.is_object()) {
      for (auto& member : kept.get_object()) out[member.key()] = std::move(member.value());
    }
    auto const* columns = json::find_object(record, "additionalColumns");
    for (auto const& [name, shown_as] : kColumns) {
      auto const* values = columns == nullptr ? nullptr : columns->if_contains(name);
      auto const* first = values == nullptr ? nullptr : json::find(*values, "0");
      if (first != nullptr) out[shown_as] = clean_value(*first);
    }
    shown.push_back(std::move(out));
  }
  return shown;
}

// A page begins where the one before ended: at the time of its last record, of which `seen` were
// shown. Records have no key.
struct Position {
  std::string before;
  std::int64_t seen = 0;
};

Position position_of(const json::Value& cursor) {
  return {
      .before = std::string(json::find_string(cursor, "before").value_or("")),
      .seen = json::find_int(cursor, "seen").value_or(0),
  };
}

Position after(const json::Array& records, const Position& position) {
  auto const last = std::string(json::find_string(records.back(), "time").value_or(""));
  Position next{.before = last, .seen = last == position.before ? position.seen : 0};
  for (auto const& record : records) {
    if (json::find_string(record, "time") == last) ++next.seen;
  }
  return next;
}

Async<json::Value> search_grail(Invocation call) {
  DAVIT_CO_TRY(auto const cursor, call.cursor());
  auto const position = position_of(cursor);
  DAVIT_CO_TRY(auto const filter, log_filter(call.arguments()));
  auto const limit = call.integer("limit");
  std::string text = fmt::format("fetch logs\n{}{}", filter, filter.empty() ? "" : "\n");
  if (!position.before.empty()) {
    text += fmt::format("| filter timestamp <= toTimestamp({})\n", dql_text(position.before));
  }
  text += fmt::format("| sort timestamp desc\n| limit {}\n{}", limit + position.seen + 1, kFields);
  DqlQuery query{
      .text = std::move(text),
      .from = std::string(call.text("from")),
      .to = std::string(call.text("to")),
      .max_records = limit + position.seen + 1,
      .limit = std::chrono::seconds(40),
  };
  auto const max_records = query.max_records;
  DAVIT_CO_TRY(auto const body, co_await query_records(call, std::move(query)));
  json::Array records = records_of(body);
  auto const shown = std::min<std::size_t>(records.size(), static_cast<std::size_t>(position.seen));
  records.erase(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(shown));
  auto const has_more = static_cast<std::int64_t>(records.size()) > limit;
  if (has_more) records.resize(static_cast<std::size_t>(limit));

  json::Object out;
  if (has_more) {
    auto const next = after(records, position);
    json::Value const state = json::Object{{"before", next.before}, {"seen", next.seen}};
    out["next_cursor"] = call.make_cursor(state);
  }
  out["complete"] = !has_more;
  describe_query(body, max_records + 1, out);
  out["items"] = show_records(records);
  co_return out;
}

Async<json::Value> search_classic(Invocation call) {
  DAVIT_CO_TRY(auto const cursor, call.cursor());
  std::string path;
  if (auto const slice = json::find_string(cursor, "slice")) {
    path = fmt::format("v2:/logs/search?nextSliceKey={}", http::percent_encode(*slice));
  } else {
    DAVIT_CO_CHECK(co_await resolve_entities(call));
    DAVIT_CO_TRY(auto const filter, classic_log_filter(call.arguments()));
    path = fmt::format(
        "v2:/logs/search?from={{from}}&to={{to}}&limit={{limit}}&sort=-timestamp&query={}",
        http::percent_encode(filter)
    );
    if (!call.has("to")) call.arguments()["to"] = "now";
  }
  DAVIT_CO_TRY(auto const body, co_await call.get(path));
  json::Object out;
  auto const slice = json::find_string(body, "nextSliceKey").value_or("");
  if (!slice.empty()) {
    json::Value const state = json::Object{{"slice", slice}};
    out["next_cursor"] = call.make_cursor(state);
  }
  out["complete"] = slice.empty();
  auto const* records = json::find_array(body, "results");
  out["items"] = show_classic(records == nullptr ? json::Array() : *records);
  co_return out;
}

}  // namespace

Async<> resolve_entities(Invocation call) {
  for (auto const name : {"service", "host"}) {
    std::string const given(call.text(name));
    if (given.empty()) continue;
    auto const type = std::string_view(name) == "host" ? "HOST" : "SERVICE";
    DAVIT_CO_TRY(auto const id, co_await resolve_entity(call, given, type));
    call.arguments()[name] = id;
  }
  co_return Result<>();
}

Async<json::Value> search_logs(Invocation call) {
  return has_platform(call) ? search_grail(call) : search_classic(call);
}

}  // namespace davit::connectors::dynatrace

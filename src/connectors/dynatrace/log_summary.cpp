// Counts of log records, by groups and over time.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/strings.h"
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

constexpr int kBuckets = 12;
constexpr std::size_t kGroups = 10;

std::int64_t count_of(const json::Value& value) {
  if (auto const number = json::find_int(value, "")) return *number;
  // Grail writes whole numbers as text.
  if (auto const* text = value.if_string()) return std::atoll(text->c_str());
  return value.is_number() ? static_cast<std::int64_t>(value.to_number<double>()) : 0;
}

Result<> check_groups(const Invocation& call) {
  for (auto const field : call.list("group_by")) {
    if (!is_field_name(field)) {
      return Error(ErrorKind::invalid_input, "group_by must name fields, such as k8s.pod.name");
    }
  }
  if (call.has("interval") && !is_duration(call.text("interval"))) {
    return Error(ErrorKind::invalid_input, "interval must be a length such as 5m or 1h");
  }
  return {};
}

// One record of makeTimeseries: its groups, and an array of counts.
json::Object show_group(const json::Value& record, std::int64_t& total) {
  static Projection const kAll{connector::Keep()};
  json::Object out;
  json::Object values;
  json::Array counts;
  std::int64_t sum = 0;
  for (auto const& member : record.get_object()) {
    if (member.key() == "timeframe" || member.key() == "interval") continue;
    if (member.key() != "n") {
      values[member.key()] = member.value();
    } else if (auto const* all = member.value().if_array()) {
      for (auto const& count : *all) {
        counts.push_back(json::Value(count_of(count)));
        sum += count_of(count);
      }
    }
  }
  total += sum;
  out["group"] = kAll.apply(values, {});
  out["total"] = sum;
  out["counts"] = std::move(counts);
  return out;
}

// When the first step begins, and how long each is.
void show_steps(const json::Value& record, json::Object& out) {
  if (auto const start = json::find_string(record, "timeframe.start")) {
    out["start"] = short_time(*start);
  }
  auto const* interval = json::find(record, "interval");
  if (interval != nullptr) out["step_s"] = count_of(*interval) / 1'000'000'000;
}

Async<json::Value> summarize_grail(Invocation call) {
  DAVIT_CO_TRY(auto const filter, log_filter(call.arguments()));
  std::string groups;
  for (auto const field : call.list("group_by")) {
    groups += fmt::format("{}{}", groups.empty() ? "" : ", ", field);
  }
  auto const step = call.has("interval") ? fmt::format("interval:{}", call.text("interval"))
                                         : fmt::format("bins:{}", kBuckets);
  DqlQuery query{
      .text = fmt::format(
          "fetch logs\n{}{}| makeTimeseries n = count(default:0), by:{{{}}}, {}\n"
          "| sort arraySum(n) desc\n| limit {}",
          filter,
          filter.empty() ? "" : "\n",
          groups,
          step,
          kGroups
      ),
      .from = std::string(call.text("from")),
      .to = std::string(call.text("to")),
      .max_records = static_cast<std::int64_t>(kGroups),
      .limit = std::chrono::seconds(40),
  };
  DAVIT_CO_TRY(auto const body, co_await query_records(call, std::move(query)));
  auto const& records = records_of(body);
  json::Object out;
  std::int64_t total = 0;
  json::Array shown;
  for (auto const& record : records) {
    if (record.is_object()) shown.push_back(show_group(record, total));
  }
  out["total"] = total;
  if (shown.size() == kGroups) out["note"] = "the 10 largest groups; total is of these";
  describe_query(body, static_cast<std::int64_t>(kGroups) + 1, out);
  if (!records.empty()) show_steps(records.front(), out);
  out["groups"] = std::move(shown);
  co_return out;
}

// Steps without a record are missing, and not the same ones in each group.
std::vector<std::string> times_of(const json::Object& result) {
  std::set<std::string> times;
  for (auto const& group : result) {
    auto const* buckets = group.value().if_object();
    if (buckets == nullptr) continue;
    for (auto const& bucket : *buckets) times.emplace(bucket.key());
  }
  return {times.begin(), times.end()};
}

// Unix time in milliseconds, as text.
std::string shown_time(const std::string& time) {
  auto const is_number = time.find_first_not_of("0123456789") == std::string::npos;
  if (!is_number) return short_time(time);
  std::chrono::seconds const seconds(std::atoll(time.c_str()) / 1000);
  return connector::to_rfc3339(std::chrono::sys_seconds(seconds));
}

// {"loglevel":{"<time>":{"ERROR":"1"}}}: for each value its counts at `times`.
json::Array show_aggregate(const json::Object& result, const std::vector<std::string>& times) {
  json::Array shown;
  for (auto const& group : result) {
    if (!group.value().is_object()) continue;
    auto const& buckets = group.value().get_object();
    std::map<std::string, std::vector<std::int64_t>> values;
    for (auto const& bucket : buckets) {
      auto const at = static_cast<std::size_t>(
          std::ranges::lower_bound(times, std::string_view(bucket.key())) - times.begin()
      );
      auto const* counts = bucket.value().if_object();
      for (auto const& count : counts == nullptr ? json::Object() : *counts) {
        auto& all = values[std::string(count.key())];
        all.resize(times.size());
        all[at] = count_of(count.value());
      }
    }
    for (auto const& [value, counts] : values) {
      std::int64_t sum = 0;
      json::Array list;
      for (auto const count : counts) {
        sum += count;
        list.push_back(json::Value(count));
      }
      shown.push_back(json::Object{
          {"group", json::Object{{group.key(), value}}}, {"total", sum}, {"counts", std::move(list)}
      });
    }
  }
  return shown;
}

Async<json::Value> summarize_classic(Invocation call) {
  DAVIT_CO_CHECK(co_await resolve_entities(call));
  DAVIT_CO_TRY(auto const filter, classic_log_filter(call.arguments()));
  if (!call.has("to")) call.arguments()["to"] = "now";
  auto path = fmt::format(
      "v2:/logs/aggregate?from={{from}}&to={{to}}&timeBuckets={}&maxGroupValues={}&query={}",
      kBuckets,
      kGroups,
      http::percent_encode(filter)
  );
  for (auto const field : call.list("group_by")) path += fmt::format("&groupBy={}", field);
  DAVIT_CO_TRY(auto const body, co_await call.get(path));
  static Projection const kAll{connector::Keep()};
  json::Object out;
  if (auto const* result = json::find_object(body, "aggregationResult")) {
    auto const times = times_of(*result);
    json::Array shown;
    for (auto const& time : times) shown.push_back(json::Value(shown_time(time)));
    out["times"] = std::move(shown);
    out["groups"] = kAll.apply(show_aggregate(*result, times), {});
  }
  std::string note;
  if (call.has("interval")) note = fmt::format("interval needs Grail: {} steps; ", kBuckets);
  if (call.list("group_by").size() > 1) note += "each field by itself: combinations need Grail; ";
  if (!note.empty()) out["note"] = note + "steps without records are left out";
  co_return out;
}

}  // namespace

Async<json::Value> summarize_logs(Invocation call) {
  DAVIT_CO_CHECK(check_groups(call));
  if (has_platform(call)) co_return co_await summarize_grail(call);
  co_return co_await summarize_classic(call);
}

}  // namespace davit::connectors::dynatrace

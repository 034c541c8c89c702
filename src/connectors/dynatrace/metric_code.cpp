#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "connector/projection.h"
#include "connector/text.h"
#include "connectors/dynatrace/metrics.h"
#include "connectors/dynatrace/series.h"
#include "http/url.h"

namespace davit::connectors::dynatrace {
namespace {

using connector::Invocation;
using connector::Projection;

constexpr std::size_t kMostSeries = 50;
// With more series than this their points would hide the answer.
constexpr std::size_t kMostWithPoints = 10;

// Units change seldom.
constexpr std::chrono::hours kUnitAge{1};
// What makes values of another unit. https://docs.dynatrace.com/docs/discover-dynatrace/references/
// dynatrace-api/environment-api/metric-v2/metric-selector
constexpr std::string_view kConversions[] = {
    ":toUnit", ":setUnit", ":rate", ":count", ":partition"
};
constexpr std::string_view kNamespaces[] = {"builtin", "calc", "ext", "func"};

// "builtin:host.cpu.usage" of "builtin:host.cpu.usage:avg"; empty for an expression, and for values
// of another unit than the metric's.
std::string key_of(std::string_view selector) {
  auto end = selector.find(':');
  auto const first = selector.substr(0, end);
  if (end != selector.npos && std::ranges::find(kNamespaces, first) != std::end(kNamespaces)) {
    end = selector.find(':', end + 1);
  }
  auto const key = selector.substr(0, end);
  auto const transformations = selector.substr(key.size());
  if (key.find_first_of("()+*/, ") != key.npos) return "";
  auto const is_there = [&](std::string_view one) {
    return transformations.find(one) != transformations.npos;
  };
  return std::ranges::any_of(kConversions, is_there) ? "" : std::string(key);
}

using Units = std::map<std::string, std::string, std::less<>>;

// By key. An answer without units is an answer, too.
Async<Units> units_of(Invocation call, std::vector<std::string> keys) {
  Units units;
  std::erase(keys, "");
  if (keys.empty()) co_return units;
  auto const path = fmt::format(
      "v2:/metrics?fields=unit&metricSelector={}",
      http::percent_encode(fmt::format("{}", fmt::join(keys, ",")))
  );
  auto const body = co_await call.get_cached(path, kUnitAge);
  if (!body && body.error().kind() == ErrorKind::cancelled) co_return body.error();
  auto const* metrics = body ? json::find_array(*body, "metrics") : nullptr;
  if (metrics == nullptr) co_return units;
  for (auto const& metric : *metrics) {
    auto const key = json::find_string(metric, "metricId").value_or("");
    units[std::string(key)] = json::find_string(metric, "unit").value_or("");
  }
  co_return units;
}

json::Object show_series(const json::Value& data, bool with_points) {
  static Projection const kAll{connector::Keep()};
  json::Object out;
  if (auto const* dimensions = json::find_object(data, "dimensionMap")) {
    if (!dimensions->empty()) out["dimensions"] = kAll.apply(*dimensions, {});
  }
  auto const series = series_of(data);
  auto const summary = summary_of(series);
  for (auto const& member : summary) out[member.key()] = member.value();
  if (summary.empty()) out["no_data"] = true;
  if (with_points && !summary.empty()) {
    auto points = points_of(series);
    for (auto& member : points) out[member.key()] = std::move(member.value());
  }
  return out;
}

void add_warnings(const json::Value& from, json::Array& warnings) {
  auto const* all = json::find_array(from, "warnings");
  if (all == nullptr) return;
  for (auto const& warning : *all) {
    if (auto const* text = warning.if_string()) {
      auto shown = connector::shortened(connector::without_invisible(json::view(*text)), 300);
      warnings.push_back(json::Value(shown));
    }
  }
}

std::size_t count_series(const json::Array& metrics) {
  std::size_t count = 0;
  for (auto const& metric : metrics) {
    if (auto const* data = json::find_array(metric, "data")) count += data->size();
  }
  return count;
}

}  // namespace

Async<json::Value> query_metrics(Invocation call) {
  DAVIT_CO_TRY(auto const body, co_await call.perform());
  json::Array const none;
  auto const* found = json::find_array(body, "result");
  auto const& metrics = found == nullptr ? none : *found;
  auto const total = count_series(metrics);
  auto const with_points = call.flag("points") && total <= kMostWithPoints;
  std::vector<std::string> keys;
  for (auto const& metric : metrics) {
    keys.push_back(key_of(json::find_string(metric, "metricId").value_or("")));
  }
  if (total == 0) keys.clear();
  DAVIT_CO_TRY(auto const units, co_await units_of(call, std::move(keys)));
  json::Object out{{"resolution", json::find_string(body, "resolution").value_or("")}};
  json::Array warnings;
  add_warnings(body, warnings);
  json::Array all;
  for (auto const& metric : metrics) {
    add_warnings(metric, warnings);
    auto const id = json::find_string(metric, "metricId").value_or("");
    auto const unit = units.find(key_of(id));
    if (metrics.size() == 1 && unit != units.end()) out["unit"] = unit->second;
    auto const* data = json::find_array(metric, "data");
    for (auto const& series : data == nullptr ? none : *data) {
      if (all.size() == kMostSeries) break;
      json::Object shown;
      if (metrics.size() > 1) {
        shown["metric"] = id;
        if (unit != units.end()) shown["unit"] = unit->second;
      }
      auto values = show_series(series, with_points);
      for (auto& member : values) shown[member.key()] = std::move(member.value());
      all.push_back(std::move(shown));
    }
  }
  if (total > all.size()) {
    warnings.push_back(json::Value(fmt::format(
        "{} of {} series are shown; add :sort(value(avg,descending)):limit(10)", all.size(), total
    )));
  }
  if (call.flag("points") && !with_points && total > 0) {
    warnings.push_back(
        json::Value(fmt::format("points are shown for at most {} series", kMostWithPoints))
    );
  }
  if (!warnings.empty()) out["warnings"] = std::move(warnings);
  out["series"] = std::move(all);
  co_return out;
}

}  // namespace davit::connectors::dynatrace

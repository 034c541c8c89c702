// Metrics: descriptors, and the series of a query.
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/dynatrace/entity_selector.h"
#include "sandbox/dynatrace/metric_selector.h"
#include "sandbox/dynatrace/paging.h"
#include "sandbox/dynatrace/timeframe.h"

namespace davit::sandbox::dynatrace {
namespace {

using enum http::Method;
using std::chrono::milliseconds;
using std::chrono::minutes;

json::Object show_metric(const Call& call, const Metric& metric) {
  auto const aggregations = metric.is_count
                                ? json::Array{"auto", "value"}
                                : json::Array{"auto", "avg", "count", "max", "min", "percentile"};
  return {
      {"metricId", metric.key},
      {"displayName", metric.name},
      {"description", ""},
      {"unit", metric.unit},
      {"aggregationTypes", aggregations},
      {"defaultAggregation", json::Object{{"type", metric.is_count ? "value" : "avg"}}},
      {"dimensionDefinitions",
       json::Array{json::Object{
           {"key", dimension_of(metric)},
           {"name", metric.entity_type},
           {"displayName", metric.entity_type},
           {"index", 0},
           {"type", "ENTITY"},
       }}},
      {"entityType", json::Array{json::Value(metric.entity_type)}},
      {"transformations",
       json::Array{"filter", "fold", "limit", "merge", "names", "parents", "sort", "splitBy"}},
      {"created", nullptr},
      {"lastWritten", to_millis(call.now)},
      {"metricValueType", json::Object{{"type", "unknown"}}},
      {"warnings", json::Array{}},
  };
}

bool fits_text(const Metric& metric, std::string_view text) {
  return contains_similar(metric.key, text) || contains_similar(metric.name, text);
}

http::Response list_metrics(World&, Call& call) {
  if (auto refused = turn_page(call)) return *std::move(refused);
  std::vector<MetricTerm> terms;
  if (auto const selector = call.text("metricSelector")) {
    DAVIT_TRY(terms, parse_metric_selector(*selector));
  }
  std::vector<const Metric*> rows;
  for (auto const& metric : known_metrics()) {
    auto const is_meant = terms.empty() || std::ranges::any_of(terms, [&](auto const& term) {
                            return term.selects(metric.key);
                          });
    if (is_meant && fits_text(metric, call.text("text").value_or(""))) rows.push_back(&metric);
  }
  return paged_rows(call, {.name = "metrics", .size = 100}, rows, [&](const Metric& metric) {
    return show_metric(call, metric);
  });
}

http::Response no_metric(std::string_view key) {
  return error(404, fmt::format("Metric key '{}' not found", key));
}

http::Response get_metric(World&, Call& call) {
  auto const* metric = find_metric(call.arg("key"));
  return metric == nullptr ? no_metric(call.arg("key")) : json_answer(show_metric(call, *metric));
}

// One of the steps that the vendor has, and not smaller than asked for.
milliseconds round_up(milliseconds wanted) {
  constexpr int kSteps[] = {1, 5, 10, 15, 30, 60, 120, 240, 360, 720, 1440, 2880, 10080};
  for (auto const step : kSteps) {
    if (minutes(step) >= wanted) return minutes(step);
  }
  return std::chrono::days(30);
}

// "5m", "120" (points), "Inf" (one point); 120 points when it is missing.
Or<milliseconds> read_resolution(const Call& call, const Timeframe& timeframe) {
  auto const text = call.text("resolution").value_or("120");
  auto const length = timeframe.to - timeframe.from;
  if (iequals(text, "inf")) return std::max(length, milliseconds(minutes(1)));
  std::int64_t number = 0;
  std::size_t digits = 0;
  while (digits < text.size() && digits < 6 && text[digits] >= '0' && text[digits] <= '9') {
    number = number * 10 + (text[digits++] - '0');
  }
  auto const unit = text.substr(digits);
  if (number == 0) return violation("resolution", "The resolution is invalid");
  if (unit.empty()) return round_up(length / std::min<std::int64_t>(number, 10'000));
  constexpr std::pair<std::string_view, int> kUnits[] = {
      {"m", 1}, {"h", 60}, {"d", 1440}, {"w", 10080}, {"M", 43200}, {"q", 129600}, {"y", 525600}
  };
  for (auto const& [name, factor] : kUnits) {
    if (name != unit) continue;
    auto const slot = milliseconds(minutes(number * factor));
    if (length / slot > 10'000) return violation("resolution", "There are too many data points");
    return slot;
  }
  return violation("resolution", fmt::format("Unknown unit '{}'", unit));
}

struct Window {
  Timeframe timeframe;
  milliseconds slot;
  std::vector<Time> ends;  // of the slots, which is what the API names in timestamps
};

Window make_window(const Timeframe& timeframe, milliseconds slot, bool is_one) {
  if (is_one) return {timeframe, slot, {timeframe.to}};
  Window window{timeframe, slot, {}};
  auto end = timeframe.from + slot - timeframe.from.time_since_epoch() % slot;
  for (; end < timeframe.to; end += slot) window.ends.push_back(end);
  window.ends.push_back(timeframe.to);
  return window;
}

json::Object show_series(
    const World& world,
    const MetricTerm& term,
    const std::vector<const Entity*>& entities,
    const Window& window,
    bool is_split
) {
  json::Array timestamps;
  json::Array values;
  auto const adds_up = term.metric->is_count && term.aggregation.name != "avg";
  for (auto const end : window.ends) {
    double total = 0;
    for (auto const* entity : entities) {
      total += value_of(world.store, *term.metric, *entity, end, window.slot, term.aggregation);
    }
    timestamps.push_back(to_millis(end));
    values.push_back(adds_up ? total : total / static_cast<double>(entities.size()));
  }
  json::Array dimensions;
  json::Object map;
  if (is_split) {
    auto const key = dimension_of(*term.metric);
    auto const& entity = *entities.front();
    if (term.has_names) {
      dimensions.push_back(json::Value(entity.name));
      map[key + ".name"] = entity.name;
    }
    dimensions.push_back(json::Value(entity.id));
    map[key] = entity.id;
  }
  return {
      {"dimensions", std::move(dimensions)},
      {"dimensionMap", std::move(map)},
      {"timestamps", std::move(timestamps)},
      {"values", std::move(values)},
  };
}

Or<json::Object> run_term(
    const World& world, const Call& call, const MetricTerm& term, const Window& window
) {
  std::vector<const Entity*> entities;
  auto const selectors = term.entity_selectors;
  for (auto const& [id, entity] : world.store.entities) {
    if (entity.type != term.metric->entity_type) continue;
    if (!term.entities.empty() && std::ranges::find(term.entities, id) == term.entities.end()) {
      continue;
    }
    entities.push_back(&entity);
  }
  auto const keep = [&](std::string_view selector) -> std::optional<http::Response> {
    auto const chosen = select_entities(world.store, selector);
    if (!chosen) return chosen.error();
    std::erase_if(entities, [&](auto const* one) {
      return std::ranges::find(*chosen, one) == chosen->end();
    });
    return std::nullopt;
  };
  for (auto const& selector : selectors) {
    if (auto refused = keep(selector)) return *std::move(refused);
  }
  if (auto const selector = call.text("entitySelector")) {
    if (auto refused = keep(*selector)) return *std::move(refused);
  }
  if (entities.size() > term.limit) entities.resize(term.limit);
  json::Array data;
  if (term.is_merged && !entities.empty()) {
    data.push_back(show_series(world, term, entities, window, false));
  } else {
    for (auto const* entity : entities) {
      data.push_back(show_series(world, term, {entity}, window, true));
    }
  }
  return json::Object{
      {"metricId", term.text},
      {"dataPointCountRatio", 0.0001},
      {"dimensionCountRatio", 0.0001},
      {"data", std::move(data)},
  };
}

http::Response query_metrics(World& world, Call& call) {
  auto const selector = call.text("metricSelector");
  if (!selector) return violation("metricSelector", "The metric selector must not be empty");
  DAVIT_TRY(auto const timeframe, read_timeframe(call, "now-2h"));
  DAVIT_TRY(auto const slot, read_resolution(call, timeframe));
  DAVIT_TRY(auto const terms, parse_metric_selector(*selector));
  if (terms.size() > 10) {
    return violation("metricSelector", "The metric selector must not have more than 10 metrics");
  }
  json::Array result;
  for (auto const& term : terms) {
    if (term.metric == nullptr) return no_metric(term.key);
    auto const is_one = iequals(call.text("resolution").value_or(""), "inf") || term.is_folded;
    auto const length = std::max(timeframe.to - timeframe.from, milliseconds(minutes(1)));
    auto const window = make_window(timeframe, is_one ? length : slot, is_one);
    DAVIT_TRY(auto one, run_term(world, call, term, window));
    result.push_back(std::move(one));
  }
  return json_answer(json::Object{
      {"totalCount", result.size()},
      {"nextPageKey", nullptr},
      {"resolution",
       iequals(call.text("resolution").value_or(""), "inf")
           ? std::string("Inf")
           : fmt::format("{}m", std::chrono::floor<minutes>(slot).count())},
      {"warnings", json::Array{}},
      {"result", std::move(result)},
  });
}

constexpr Row kRoutes[] = {
    {get, "/metrics", list_metrics},
    {get, "/metrics/query", query_metrics},
    {get, "/metrics/:key", get_metric},
};

}  // namespace

std::span<const Row> metric_routes() { return kRoutes; }

}  // namespace davit::sandbox::dynatrace

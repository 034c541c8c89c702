#include <algorithm>

#include <fmt/format.h>

#include "sandbox/dynatrace/dql_eval.h"
#include "sandbox/dynatrace/dql_run.h"
#include "sandbox/dynatrace/metric_values.h"

namespace davit::sandbox::dynatrace::dql {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

struct Series {
  std::string column;
  const Metric* metric;
  Aggregation aggregation;
};

Or<std::vector<Series>> read_series(const Command& command, Time now) {
  constexpr std::string_view kParameters[] = {"by", "interval", "from", "to", "filter", "bins"};
  std::vector<Series> all;
  auto const& arguments = command.arguments;
  for (std::size_t i = 0; i < arguments.args.size(); ++i) {
    auto const& alias = arguments.arg_names[i];
    if (std::ranges::find(kParameters, alias) != std::end(kParameters)) continue;
    auto const& call = arguments.args[i];
    auto const* metric = call.args.empty() ? nullptr : find_metric(call.args[0].name);
    if (metric == nullptr || metric->grail.empty()) {
      return Error{
          "UNKNOWN_METRIC",
          fmt::format("The metric of `{}` doesn't exist.", call.source),
          call.source,
          call.begin,
          call.end
      };
    }
    Series one{alias.empty() ? call.source : alias, metric, {call.name, 50}};
    if (call.args.size() > 1) {
      one.aggregation.percentile = evaluate(call.args[1], {Record(), now}).as_real();
    }
    all.push_back(std::move(one));
  }
  return all;
}

// What filter: and by: can name.
Record dimensions(const Metric& metric, const Entity& entity) {
  Record record;
  record.emplace_back(dimension_of(metric), text(entity.id));
  record.emplace_back(entity.type == "HOST" ? "host.name" : "service.name", text(entity.name));
  return record;
}

milliseconds read_interval(const Command& command, const Timeframe& timeframe, Time now) {
  auto const length = timeframe.to - timeframe.from;
  if (auto const* given = command.arguments.named("interval")) {
    auto const value = evaluate(*given, {Record(), now}).integer / 1'000'000;
    // No more than 1500 bins, so that nobody makes the sandbox compute for minutes.
    return std::max({milliseconds(value), milliseconds(minutes(1)), length / 1500});
  }
  for (auto const step : {1, 5, 10, 30, 60, 360}) {
    if (length / minutes(step) <= 120) return minutes(step);
  }
  return minutes(1440);
}

Cell values_of(
    const Store& store,
    const Series& series,
    const std::vector<const Entity*>& entities,
    const Timeframe& timeframe,
    milliseconds slot
) {
  std::vector<Cell> values;
  auto const adds_up = series.metric->is_count && series.aggregation.name != "avg";
  for (auto end = timeframe.from + slot; end < timeframe.to + slot; end += slot) {
    double total = 0;
    for (auto const* entity : entities) {
      total += value_of(store, *series.metric, *entity, end, slot, series.aggregation);
    }
    values.push_back(real(adds_up ? total : total / static_cast<double>(entities.size())));
  }
  return array(std::move(values));
}

using Groups = std::vector<std::pair<Record, std::vector<const Entity*>>>;

Groups group_entities(const Store& store, const Command& command, const Metric& metric, Time now) {
  Groups groups;
  auto const* by = command.arguments.named("by");
  auto const* filter = command.arguments.named("filter");
  for (auto const& [id, entity] : store.entities) {
    if (entity.type != metric.entity_type) continue;
    auto const known = dimensions(metric, entity);
    if (filter != nullptr && !evaluate(*filter, {known, now}).is_true()) continue;
    Record group;
    if (by != nullptr) {
      auto const& parts = by->kind == Expression::Kind::list ? by->args : std::vector{*by};
      for (auto const& part : parts) group.emplace_back(part.name, evaluate(part, {known, now}));
    }
    auto const same = std::ranges::find_if(groups, [&](auto const& one) {
      return std::ranges::equal(one.first, group, [](auto const& a, auto const& b) {
        return a.second.text == b.second.text;
      });
    });
    if (same == groups.end()) {
      groups.push_back({std::move(group), {&entity}});
    } else {
      same->second.push_back(&entity);
    }
  }
  return groups;
}

}  // namespace

Cell timeframe_cell(const Timeframe& timeframe) {
  Cell cell;
  cell.kind = Cell::Kind::record;
  cell.keys = {"start", "end"};
  cell.items = {time(timeframe.from), time(timeframe.to)};
  return cell;
}

Or<Outcome> run_timeseries(
    const Store& store, const Command& command, const Timeframe& fallback, Time now
) {
  auto all = read_series(command, now);
  if (!all) return all.error();
  if (all->empty()) {
    return Error{
        "MISSING_PARAMETER",
        "The command `timeseries` needs a metric.",
        command.name,
        command.begin,
        command.begin + command.name.size()
    };
  }
  Outcome outcome;
  outcome.scope = "storage:metrics:read";
  outcome.timeframe = read_timeframe(command, fallback, now);
  auto const slot = read_interval(command, outcome.timeframe, now);
  auto& timeframe = outcome.timeframe;
  timeframe.from -= timeframe.from.time_since_epoch() % slot;
  for (auto& [group, entities] : group_entities(store, command, *all->front().metric, now)) {
    Record record;
    record.emplace_back("timeframe", timeframe_cell(timeframe));
    record.emplace_back("interval", duration(slot.count() * 1'000'000));
    record.insert(record.end(), group.begin(), group.end());
    for (auto const& one : *all) {
      record.emplace_back(one.column, values_of(store, one, entities, timeframe, slot));
    }
    outcome.records.push_back(std::move(record));
  }
  return outcome;
}

}  // namespace davit::sandbox::dynatrace::dql

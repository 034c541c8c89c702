// Commands that gather rows into groups.
#include <algorithm>
#include <map>

#include "sandbox/dynatrace/dql_eval.h"
#include "sandbox/dynatrace/dql_run.h"

namespace davit::sandbox::dynatrace::dql {
namespace {

using std::chrono::milliseconds;

struct Group {
  Record columns;
  std::vector<const Record*> rows;
};

constexpr std::string_view kParameters[] = {"by", "interval", "bins", "from", "to", "time"};

// The columns of by: one expression or a list of them.
Record group_of(const Expression* by, const Record& row, Time now) {
  Record group;
  if (by == nullptr) return group;
  if (by->kind != Expression::Kind::list) {
    group.emplace_back(
        by->kind == Expression::Kind::field ? by->name : by->source, evaluate(*by, {row, now})
    );
    return group;
  }
  for (std::size_t i = 0; i < by->args.size(); ++i) {
    group.emplace_back(column_of(*by, i), evaluate(by->args[i], {row, now}));
  }
  return group;
}

std::map<std::string, Group> gather(const Rows& rows, const Expression* by, Time now) {
  std::map<std::string, Group> groups;
  for (auto const& row : rows) {
    auto columns = group_of(by, row, now);
    std::string key;
    for (auto const& [name, value] : columns) key += to_plain_text(value) + '\x1f';
    auto& group = groups[key];
    group.columns = std::move(columns);
    group.rows.push_back(&row);
  }
  return groups;
}

milliseconds slot_of(const Command& command, const Timeframe& timeframe, Time now) {
  auto const length = std::max(timeframe.to - timeframe.from, milliseconds(1));
  auto slot = length / 60;
  if (auto const* bins = command.arguments.named("bins")) {
    slot = length / std::max<std::int64_t>(1, evaluate(*bins, {Record(), now}).integer);
  }
  if (auto const* interval = command.arguments.named("interval")) {
    slot = milliseconds(evaluate(*interval, {Record(), now}).integer / 1'000'000);
  }
  // No more than 1500 bins, so that nobody makes the sandbox compute for minutes.
  return std::max({slot, milliseconds(1000), length / 1500});
}

}  // namespace

// The name of a column: its alias, or as it was written.
std::string column_of(const Expression& arguments, std::size_t index) {
  auto const& alias = arguments.arg_names[index];
  auto const& one = arguments.args[index];
  if (!alias.empty()) return alias;
  return one.kind == Expression::Kind::field ? one.name : one.source;
}

void summarize(Rows& rows, const Command& command, Time now) {
  auto const& arguments = command.arguments;
  auto const* by = arguments.named("by");
  auto groups = gather(rows, by, now);
  if (by == nullptr) groups.try_emplace("");
  Rows made;
  for (auto& [key, group] : groups) {
    auto& record = group.columns;
    for (std::size_t i = 0; i < arguments.args.size(); ++i) {
      if (arguments.arg_names[i] == "by") continue;
      record.emplace_back(column_of(arguments, i), aggregate(arguments.args[i], group.rows, now));
    }
    made.push_back(std::move(record));
  }
  rows = std::move(made);
}

void make_timeseries(Rows& rows, const Command& command, const Timeframe& timeframe, Time now) {
  auto const& arguments = command.arguments;
  auto const slot = slot_of(command, timeframe, now);
  auto const from = timeframe.from - timeframe.from.time_since_epoch() % slot;
  auto const slots =
      static_cast<std::size_t>((timeframe.to - from + slot - milliseconds(1)) / slot);
  Rows made;
  for (auto& [key, group] : gather(rows, arguments.named("by"), now)) {
    std::vector<std::vector<const Record*>> parts(slots);
    for (auto const* row : group.rows) {
      milliseconds const at(field(*row, "timestamp").integer / 1'000'000);
      auto const index = (at - from.time_since_epoch()) / slot;
      if (index >= 0 && index < static_cast<std::int64_t>(slots)) {
        parts[static_cast<std::size_t>(index)].push_back(row);
      }
    }
    Record record;
    record.emplace_back("timeframe", timeframe_cell({from, timeframe.to}));
    record.emplace_back("interval", duration(slot.count() * 1'000'000));
    record.insert(record.end(), group.columns.begin(), group.columns.end());
    for (std::size_t i = 0; i < arguments.args.size(); ++i) {
      if (std::ranges::find(kParameters, arguments.arg_names[i]) != std::end(kParameters)) continue;
      std::vector<Cell> values;
      for (auto const& part : parts) values.push_back(aggregate(arguments.args[i], part, now));
      record.emplace_back(column_of(arguments, i), array(std::move(values)));
    }
    made.push_back(std::move(record));
  }
  rows = std::move(made);
}

}  // namespace davit::sandbox::dynatrace::dql

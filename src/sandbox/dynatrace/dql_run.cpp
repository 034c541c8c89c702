#include "sandbox/dynatrace/dql_run.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "sandbox/dynatrace/dql_eval.h"
#include "sandbox/sorted.h"

namespace davit::sandbox::dynatrace::dql {
namespace {

void filter(Rows& rows, const Command& command, Time now) {
  auto const keeps = command.name == "filter";
  std::erase_if(rows, [&](const Record& row) {
    auto const holds = std::ranges::all_of(command.arguments.args, [&](const Expression& one) {
      return evaluate(one, {row, now}).is_true();
    });
    return holds != keeps;
  });
}

void select_fields(Rows& rows, const Command& command, Time now) {
  auto const& arguments = command.arguments;
  for (auto& row : rows) {
    Record made = command.name == "fieldsAdd" ? row : Record();
    for (std::size_t i = 0; i < arguments.args.size(); ++i) {
      set_field(made, column_of(arguments, i), evaluate(arguments.args[i], {row, now}));
    }
    row = std::move(made);
  }
}

void drop_fields(Rows& rows, const Command& command) {
  auto const keeps = command.name == "fieldsKeep";
  for (auto& row : rows) {
    std::erase_if(row, [&](auto const& pair) {
      auto const& args = command.arguments.args;
      return (std::ranges::find(args, pair.first, &Expression::name) != args.end()) != keeps;
    });
  }
}

void sort(Rows& rows, const Command& command, Time now) {
  auto const& args = command.arguments.args;
  sort_keeping_order(rows, [&](const Record& a, const Record& b) {
    for (std::size_t i = 0; i < args.size(); ++i) {
      auto const x = evaluate(args[i], {a, now});
      auto const y = evaluate(args[i], {b, now});
      auto const is_down = command.is_down[i];
      if (is_before(x, y)) return !is_down;
      if (is_before(y, x)) return bool{is_down};
    }
    return false;
  });
}

void dedup(Rows& rows, const Command& command, Time now) {
  std::vector<std::string> seen;
  std::erase_if(rows, [&](const Record& row) {
    std::string key;
    for (auto const& one : command.arguments.args) {
      key += to_plain_text(evaluate(one, {row, now})) + '\x1f';
    }
    if (std::ranges::find(seen, key) != seen.end()) return true;
    seen.push_back(std::move(key));
    return false;
  });
}

std::size_t limit_of(const Command& command) {
  if (command.arguments.args.empty()) return 0;
  return static_cast<std::size_t>(std::atoll(command.arguments.args[0].name.c_str()));
}

void apply(Rows& rows, const Command& command, const Timeframe& timeframe, Time now) {
  auto const& name = command.name;
  if (name == "filter" || name == "filterOut") filter(rows, command, now);
  if (name == "fields" || name == "fieldsAdd") select_fields(rows, command, now);
  if (name == "fieldsRemove" || name == "fieldsKeep") drop_fields(rows, command);
  if (name == "sort") sort(rows, command, now);
  if (name == "dedup") dedup(rows, command, now);
  if (name == "summarize") summarize(rows, command, now);
  if (name == "makeTimeseries") make_timeseries(rows, command, timeframe, now);
  if (name == "limit") rows.resize(std::min(rows.size(), limit_of(command)));
}

// What is over the limit is not read: the result is a part, and the metadata says so.
void scan(Outcome& outcome, Table table, const Limits& limits) {
  auto& rows = table.records;
  auto const cost = table.bytes_per_record;
  if (limits.scan_limit_bytes > 0 && cost > 0 &&
      static_cast<std::int64_t>(rows.size()) * cost > limits.scan_limit_bytes) {
    rows.resize(static_cast<std::size_t>(limits.scan_limit_bytes / cost));
    outcome.is_sampled = true;
    outcome.notifications.push_back(notification(
        "WARNING",
        "SCAN_LIMIT_GBYTES",
        fmt::format(
            "Your query reached the limit of scanned data of {} gigabytes. The result is partial.",
            limits.scan_limit_bytes / 1'000'000'000
        )
    ));
  }
  outcome.scanned_records = static_cast<std::int64_t>(rows.size());
  outcome.scanned_bytes = outcome.scanned_records * cost;
  outcome.scope = table.scope;
  outcome.records = std::move(rows);
}

const Expression* first_argument(const Command& command) {
  auto const& arguments = command.arguments;
  if (arguments.args.empty() || !arguments.arg_names[0].empty()) return nullptr;
  return &arguments.args[0];
}

Error wrong_parameters(const Command& command) {
  return {
      "MISSING_PARAMETER",
      fmt::format("The command `{}` needs a parameter.", command.name),
      command.name,
      command.begin,
      command.begin + command.name.size()
  };
}

std::optional<Error> check_source(const Store& store, const Command& command, Time now) {
  auto const* first = first_argument(command);
  if (first == nullptr) {
    // timeseries may begin with an alias.
    if (command.name == "timeseries" && !command.arguments.args.empty()) return std::nullopt;
    return wrong_parameters(command);
  }
  if (command.name != "fetch" || find_table(store, first->name, {now, now})) return std::nullopt;
  return Error{
      "UNKNOWN_DATA_OBJECT",
      fmt::format("The data object `{}` doesn't exist.", first->source),
      first->source,
      first->begin,
      first->end
  };
}

void add_record_limit(
    Outcome& outcome, const std::vector<Command>& commands, const Limits& limits
) {
  auto const has_limit = std::ranges::any_of(commands, [](auto const& one) {
    return one.name == "limit" || one.name == "summarize" || one.name == "timeseries" ||
           one.name == "makeTimeseries";
  });
  if (outcome.records.size() <= limits.max_records && has_limit) return;
  if (!has_limit) {
    outcome.notifications.push_back(notification(
        "INFO",
        "LIMIT_ADDED",
        fmt::format(
            "Your query was limited to {} records, since it has no limit of its own.",
            limits.max_records
        )
    ));
  } else {
    outcome.notifications.push_back(notification(
        "WARNING",
        "RESULT_LIMIT_RECORDS",
        fmt::format("Your result has been limited to {} records.", limits.max_records)
    ));
  }
  outcome.records.resize(std::min(outcome.records.size(), limits.max_records));
}

}  // namespace

json::Object notification(
    std::string_view severity, std::string_view type, std::string_view message
) {
  return {
      {"severity", severity},
      {"notificationType", type},
      {"message", message},
      {"messageFormat", message},
      {"arguments", json::Array{}},
  };
}

Timeframe read_timeframe(const Command& command, const Timeframe& fallback, Time now) {
  auto const read = [&](std::string_view name, Time otherwise) {
    auto const* given = command.arguments.named(name);
    if (given == nullptr) return otherwise;
    auto const value = evaluate(*given, {Record(), now});
    if (value.kind == Cell::Kind::duration) {
      return now + std::chrono::milliseconds(value.integer / 1'000'000);
    }
    if (value.kind == Cell::Kind::time) {
      return Time(std::chrono::milliseconds(value.integer / 1'000'000));
    }
    return parse_when(value.text, now).value_or(otherwise);
  };
  return {read("from", fallback.from), read("to", fallback.to)};
}

std::optional<Error> verify(const Store& store, const std::vector<Command>& commands, Time now) {
  if (auto wrong = check_source(store, commands.front(), now)) return wrong;
  for (auto const& command : commands) {
    auto const aggregates = command.name == "summarize" || command.name == "timeseries" ||
                            command.name == "makeTimeseries";
    if (command.arguments.args.empty()) return wrong_parameters(command);
    for (auto const& argument : command.arguments.args) {
      if (auto wrong = check(argument, aggregates)) return wrong;
    }
  }
  return std::nullopt;
}

Or<Outcome> run(
    const Store& store,
    const std::vector<Command>& commands,
    const Timeframe& fallback,
    const Limits& limits,
    Time now
) {
  if (auto wrong = verify(store, commands, now)) return *std::move(wrong);
  auto const& source = commands.front();
  Outcome outcome;
  outcome.timeframe = read_timeframe(source, fallback, now);
  if (source.name == "timeseries") {
    auto series = run_timeseries(store, source, fallback, now);
    if (!series) return series.error();
    outcome = *std::move(series);
  } else {
    auto const* first = first_argument(source);
    outcome.table = first->name;
    auto table = source.name == "fetch" ? find_table(store, first->name, outcome.timeframe)
                                        : std::optional(find_nodes(store, first->name));
    scan(outcome, *std::move(table), limits);
  }
  for (auto it = commands.begin() + 1; it != commands.end(); ++it) {
    apply(outcome.records, *it, outcome.timeframe, now);
  }
  add_record_limit(outcome, commands, limits);
  return outcome;
}

}  // namespace davit::sandbox::dynatrace::dql

// Runs the commands of a query.
#pragma once

#include "sandbox/dynatrace/dql.h"
#include "sandbox/dynatrace/dql_tables.h"

namespace davit::sandbox::dynatrace::dql {

using Rows = std::vector<Record>;

struct Limits {
  std::size_t max_records = 1000;
  std::int64_t scan_limit_bytes = 0;  // 0 for none
};

struct Outcome {
  std::vector<Record> records;
  Timeframe timeframe;
  std::string_view table;
  std::string_view scope;  // that the query needs
  std::int64_t scanned_records = 0;
  std::int64_t scanned_bytes = 0;
  bool is_sampled = false;
  json::Array notifications;
};

// What can be said about a query without running it: commands, functions, tables.
std::optional<Error> verify(const Store& store, const std::vector<Command>& commands, Time now);

Or<Outcome> run(
    const Store& store,
    const std::vector<Command>& commands,
    const Timeframe& fallback,
    const Limits& limits,
    Time now
);

// timeseries: one record for each group, with arrays. Shares the file dql_timeseries.cpp.
Or<Outcome> run_timeseries(
    const Store& store, const Command& command, const Timeframe& fallback, Time now
);
// The name of a column: its alias, or as it was written.
std::string column_of(const Expression& arguments, std::size_t index);

// Commands that gather rows into groups: dql_groups.cpp.
void summarize(Rows& rows, const Command& command, Time now);
void make_timeseries(Rows& rows, const Command& command, const Timeframe& timeframe, Time now);
Cell timeframe_cell(const Timeframe& timeframe);

// from: and to: of fetch and timeseries.
Timeframe read_timeframe(const Command& command, const Timeframe& fallback, Time now);

json::Object notification(
    std::string_view severity, std::string_view type, std::string_view message
);

}  // namespace davit::sandbox::dynatrace::dql

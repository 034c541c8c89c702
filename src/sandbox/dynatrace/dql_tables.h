// What DQL can fetch, made of the sandbox's records.
#pragma once

#include "sandbox/dynatrace/dql_value.h"
#include "sandbox/dynatrace/timeframe.h"

namespace davit::sandbox::dynatrace::dql {

struct Table {
  std::vector<Record> records;
  // Each line of the sandbox stands for many of a real system, so that a scan costs something.
  std::int64_t bytes_per_record = 100'000;
  std::string_view scope;  // that reading it needs, besides storage:buckets:read
};

// Nothing for a name that is not there.
std::optional<Table> find_table(
    const Store& store, std::string_view name, const Timeframe& timeframe
);

// smartscapeNodes: of one type, or of all for "*".
Table find_nodes(const Store& store, std::string_view type);

}  // namespace davit::sandbox::dynatrace::dql

// Expressions of DQL, on one record.
#pragma once

#include "sandbox/dynatrace/dql.h"
#include "sandbox/dynatrace/dql_value.h"

namespace davit::sandbox::dynatrace::dql {

struct Scope {
  const Record& record;
  Time now;
};

// Functions and their arguments must have been checked.
Cell evaluate(const Expression& expression, const Scope& scope);

// An unknown function, or one with too few or too many arguments. `allows_aggregation`: of
// summarize and timeseries.
std::optional<Error> check(const Expression& expression, bool allows_aggregation);

bool is_aggregation(std::string_view function);
// Of all rows that a group has.
Cell aggregate(const Expression& call, const std::vector<const Record*>& rows, Time now);
// Of values, for functions that take one argument.
Cell aggregate_values(std::string_view function, double percentile, std::vector<Cell> values);

}  // namespace davit::sandbox::dynatrace::dql

// Advice: what only Dynatrace says in its errors: scopes that are missing, arguments that are
// wrong, and where a query cannot be read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "json/json.h"

namespace davit::connectors::dynatrace {

// Connector::advice.
std::string advice(int status, const json::Value& body);

// The line of a query with a caret below the column; both count from 1. Empty when the query has no
// such line.
std::string caret_under(std::string_view query, std::int64_t line, std::int64_t column);

// What is usually meant where a query has a well-known mistake; "" when none is seen.
std::string_view dql_hint(std::string_view query);

}  // namespace davit::connectors::dynatrace

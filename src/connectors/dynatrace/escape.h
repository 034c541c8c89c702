// Escape: the only way in which an argument gets into a query language.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace davit::connectors::dynatrace {

// A string literal of DQL, with its quotes. Control characters become blanks.
// https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-query-language/dql-reference
std::string dql_text(std::string_view value);

// A quoted value of a selector: `~` and `"` are escaped with `~`.
// https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/environment-api/problems-v2/problems/get-problems-list
std::string selector_text(std::string_view value);

// "status("a","b")"; empty without values.
std::string criterion(std::string_view name, std::span<const std::string_view> values);
std::string criterion(std::string_view name, std::string_view value);

// Criteria with a comma between those that are not empty.
std::string all_of(std::span<const std::string> criteria);

// A condition that the caller wrote himself and that goes between parentheses: it must stay one
// condition. Refused are an unquoted pipe, line breaks, comments, an open quote or parenthesis, and
// triple quotes. `name` is for the message. Errors: invalid_input.
Result<> check_condition(std::string_view name, std::string_view text);

// "5m", "2h": digits and one unit of s m h d w.
bool is_duration(std::string_view text);

// "SERVICE-6D5CE5A5CA4AA4C9".
bool is_entity_id(std::string_view text);

// A name of a field: "k8s.namespace.name". Letters, digits, dots and '_'.
bool is_field_name(std::string_view text);

}  // namespace davit::connectors::dynatrace

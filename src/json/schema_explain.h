// What a rule has against a value, in words that a model can act on. Each message goes on where the
// name of the value ends: "/limit" + "must be at least 1, got 0". Private to the schema_*.cpp
// files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"
#include "json/schema.h"
#include "json/schema_program.h"

namespace davit::json {

// At most 60 bytes and "..."; `quote` puts it between quotation marks.
std::string shortened(std::string_view text);
std::string quote(std::string_view text);

// All leave the pointer to the caller.
SchemaError explain_types(Types allowed, const Value& value);
SchemaError explain(const Bound& rule, const Value& value);
SchemaError explain(const MultipleOf& rule, const Value& value);
SchemaError explain(const Size& rule, std::uint64_t size);
SchemaError explain(const Matches& rule, const Value& value);
SchemaError explain(const Format& rule, const Value& value);
SchemaError explain(const Choice& rule, const Value& value);
SchemaError explain(const Contains& rule, std::uint64_t count);
SchemaError explain_missing(std::string_view property);
SchemaError explain_unknown(const Members& rule, std::string_view property);
SchemaError explain_dependent(std::string_view present, std::string_view missing);
SchemaError explain_name(std::string_view property, const std::vector<SchemaError>& reasons);
SchemaError explain_unevaluated_member(std::string_view property);
SchemaError explain_unevaluated_item(std::size_t index);
// `reasons` has the first error of each alternative.
SchemaError explain_no_match(
    std::string_view keyword, std::size_t alternatives, const std::vector<SchemaError>& reasons
);
SchemaError explain_two_matches(std::size_t first, std::size_t second);
SchemaError explain_duplicates();
SchemaError explain_not();

}  // namespace davit::json

// Arguments: from what models write to what a row means.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connector/tool.h"
#include "json/json.h"

namespace davit::connector {

// Before the schema is checked: null and "" count as left out, "5" is 5, "true" is true, 12 is "12"
// where text is wanted, one text is a list of one, choices match without case, integers move into
// their range. What cannot be understood stays, for the schema to refuse it.
void accept_loose_arguments(const Tool& tool, json::Object& arguments);

// After that check: adds the defaults, makes points in time of "7d", and refuses arguments that do
// not go together. Errors: invalid_input.
Result<> complete_arguments(
    const Tool& tool, json::Object& arguments, std::chrono::system_clock::time_point now
);

// Arguments as code wants them. An absent one is "", 0, false or empty. The views live as long as
// the object is unchanged.
std::string_view text_of(const json::Object& arguments, std::string_view name);
std::int64_t integer_of(const json::Object& arguments, std::string_view name);
double number_of(const json::Object& arguments, std::string_view name);
bool flag_of(const json::Object& arguments, std::string_view name);
std::vector<std::string_view> list_of(const json::Object& arguments, std::string_view name);

// As it stands in a path or a query: text as it is, numbers and booleans written out.
std::string to_plain_text(const json::Value& value);

}  // namespace davit::connector

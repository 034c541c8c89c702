// Names: what tables, fields, records and values may look like. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace davit::connectors::servicenow {

// 32 lower-case hex digits, the key of every record.
bool is_sys_id(std::string_view text);
// "INC0010023": two to ten capital letters and at least four digits.
bool is_number(std::string_view text);
bool is_table_name(std::string_view text);
// A field, or a walk through references: "caller_id.manager.name", at most five steps.
bool is_field_name(std::string_view text);
// "2026-11-20 14:02:31": how a date-time is stored, in UTC.
bool is_stored_time(std::string_view text);

// The table whose records are numbered so; empty when the prefix is none of the well-known.
std::string_view table_of_number(std::string_view number);

// RFC 3339 as a date-time is stored; anything else as it is.
std::string to_stored_time(std::string_view text);

// A value that may stand in an encoded query. A circumflex would begin another condition, and
// "javascript:" is evaluated on the server; both are refused, as are control characters, for no
// way to escape them is documented. Errors: invalid_input, naming the argument.
Result<> check_value(std::string_view argument, std::string_view value);

}  // namespace davit::connectors::servicenow

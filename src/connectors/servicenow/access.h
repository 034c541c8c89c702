// Access: which tables and fields no tool touches, whatever the credential may see: where secrets
// and rights are kept, and what runs on the server.
#pragma once

#include <string_view>

#include "base/result.h"

namespace davit::connectors::servicenow {

// Errors: invalid_input, for what is no name; forbidden.
Result<> check_readable(std::string_view table);
// The same and what must not be changed through a table.
Result<> check_writable(std::string_view table);

// Fields with secrets, by their name or by their type in the dictionary. Neither shown nor asked
// for: a condition on a field tells its value, too.
bool is_secret_field(std::string_view name);
bool is_secret_type(std::string_view type);

}  // namespace davit::connectors::servicenow

// Query: the encoded query of sysparm_query. "Encoded query strings" and "Operators available for
// filters and queries" in the platform's documentation.
#pragma once

#include <string_view>
#include <vector>

#include "sandbox/servicenow/store.h"

namespace davit::sandbox::servicenow {

// The records of the table, and of those that extend it, that fit, in the order it asks for. A term
// whose field does not exist is dropped without a word, as it is unless the property
// glide.invalid_query.returns_no_rows is set. Those behind an ACL are among them.
std::vector<Record*> run_query(const World& world, std::string_view table, std::string_view query);

}  // namespace davit::sandbox::servicenow

// One comparison of an encoded query: field, operator, value.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sandbox/servicenow/store.h"

namespace davit::sandbox::servicenow {

struct Term {
  std::string field;  // empty searches the texts of a record
  std::string_view op;
  std::string value;
};

// Nothing when the field does not exist or there is no operator. "javascript:" in a value is
// evaluated, as on the platform, as far as it is one of the usual functions of time and user.
std::optional<Term> parse_term(const World& world, std::string_view table, std::string_view text);

bool holds(const World& world, const Term& term, const Record& record);

// Numbers as numbers, other text without regard to case: less than, equal to, or more than 0.
int compare(std::string_view a, std::string_view b);

}  // namespace davit::sandbox::servicenow

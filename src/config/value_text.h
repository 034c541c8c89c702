// Between the text of a setting and its value, as the row says. For the reader only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/row.h"

namespace davit::config {

struct Parsed {
  Value value = {};
  std::string wrong = {};  // a sentence; empty when the value is good
};

// Of every type but lists and nested maps.
Parsed parse_value(const Row& row, std::string_view text);

// What the row's check says.
std::string check_text(const Row& row, std::string_view text);

// "a duration such as 25s", "one of read-only, full".
std::string expectation(const Row& row);

// "from 1 to 65535", "at least 1s", "at most 1MB"; empty when there are no limits worth a word.
std::string range_text(Type type, std::int64_t least, std::int64_t most);

// As YAML; empty when the value is unset or an empty text.
std::string format_value(const Row& row, const Value& value);

}  // namespace davit::config

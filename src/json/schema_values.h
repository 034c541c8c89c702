// Values as JSON Schema compares them: numbers by what they are worth, however they were spelt
// (Core 4.2.2), objects without regard to order. Everything is exact; nothing is rounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "json/json.h"

namespace davit::json {

// A set of the types of Core 4.2.1, one bit each. Whole numbers and others are apart, so that
// "number" is two bits.
using Types = std::uint8_t;
namespace types {
inline constexpr Types kNull = 1;
inline constexpr Types kBoolean = 2;
inline constexpr Types kInteger = 4;
inline constexpr Types kFraction = 8;
inline constexpr Types kNumber = kInteger | kFraction;
inline constexpr Types kString = 16;
inline constexpr Types kArray = 32;
inline constexpr Types kObject = 64;
inline constexpr Types kAny = 127;
}  // namespace types

bool is_whole(double number);

// One bit.
inline Types type_of(const Value& value) {
  using boost::json::kind;
  switch (value.kind()) {
    case kind::null: return types::kNull;
    case kind::bool_: return types::kBoolean;
    case kind::int64:
    case kind::uint64: return types::kInteger;
    case kind::double_: return is_whole(value.get_double()) ? types::kInteger : types::kFraction;
    case kind::string: return types::kString;
    case kind::array: return types::kArray;
    case kind::object: return types::kObject;
  }
  return 0;
}

// Negative, zero or positive, as the first number is less than, equal to or greater than the
// second.
int compare_numbers(const Value& a, const Value& b);

// Both are numbers. A double counts as the shortest decimal fraction that reads as it: 0.0075 is a
// multiple of 0.0001, as it is on paper.
bool is_multiple(const Value& number, const Value& divisor);

// `budget` is what one call may still cost, in values looked at; it is used up. At zero, or when
// the values nest deeper than 512, the answer is false and the budget zero.
bool equal(const Value& a, const Value& b, std::size_t& budget);
bool all_distinct(const Array& items, std::size_t& budget);

// Unicode code points of UTF-8 text.
std::size_t count_characters(std::string_view text);

}  // namespace davit::json

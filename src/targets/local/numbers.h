// Numbers as they are read: from what other programs print, and from our own files, where one out
// of its limits was never written by us and is refused.
#pragma once

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "base/result.h"
#include "json/json.h"

namespace davit::local {

// All of `text`, and in the type's limits.
template <class Number>
std::optional<Number> to_number(std::string_view text) {
  Number number{};
  auto const* const begin = text.data();
  auto const* const end = begin + text.size();
  auto const [stopped, error] = std::from_chars(begin, end, number);
  if (error != std::errc() || stopped != end) return {};
  return number;
}

struct Limits {
  std::int64_t least = 0;
  std::int64_t most = 0;
};
inline constexpr Limits kPercents{0, 100};
inline constexpr Limits kPorts{1, 65'535};
inline constexpr Limits kPortsOrNone{0, 65'535};
inline constexpr Limits kCounts{0, std::numeric_limits<int>::max()};
inline constexpr Limits kPids{0, std::numeric_limits<int>::max()};
inline constexpr Limits kTicks{0, std::numeric_limits<std::int64_t>::max()};
// Of one service: so many the balancer has room for.
inline constexpr Limits kTaskCounts{1, 64};

// Errors: protocol, naming the number; `value` may be null.
template <class Number = int>
Result<Number> check_number(std::string_view name, const json::Value* value, Limits limits) {
  auto const number = value == nullptr ? std::nullopt : json::find_int(*value, "");
  if (number && *number >= limits.least && *number <= limits.most)
    return static_cast<Number>(*number);
  return Error(
      ErrorKind::protocol,
      fmt::format("`{}` has to be a whole number from {} to {}", name, limits.least, limits.most)
  );
}

// The member of that name.
template <class Number = int>
Result<Number> read_number(const json::Value& value, std::string_view name, Limits limits) {
  return check_number<Number>(name, json::find(value, name), limits);
}

// One that older files do not have.
template <class Number = int>
Result<Number> read_number(
    const json::Value& value, std::string_view name, Limits limits, Number otherwise
) {
  if (json::find(value, name) == nullptr) return otherwise;
  return read_number<Number>(value, name, limits);
}

}  // namespace davit::local

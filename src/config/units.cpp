#include "config/units.h"

#include <charconv>
#include <span>

#include <fmt/format.h>

namespace davit::config {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};
// Rising, so that the last one that fits is the largest.
constexpr Unit kDurations[] = {
    {"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}
};
constexpr Unit kSizes[] = {{"B", 1}, {"KB", 1 << 10}, {"MB", 1 << 20}, {"GB", 1 << 30}};

// 10^9 of the largest unit stays far below the end of int64.
constexpr std::size_t kMaxDigits = 9;

std::optional<std::int64_t> parse(std::string_view text, std::span<const Unit> units) {
  auto const digits = text.substr(0, text.find_first_not_of("0123456789"));
  if (digits.empty() || digits.size() > kMaxDigits) return std::nullopt;
  std::int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  for (auto const& unit : units) {
    if (text.substr(digits.size()) == unit.name) return number * unit.factor;
  }
  return std::nullopt;
}

std::string format(std::int64_t number, std::span<const Unit> units) {
  auto const* best = units.data();
  for (auto const& unit : units) {
    if (number != 0 && number % unit.factor == 0) best = &unit;
  }
  return fmt::format("{}{}", number / best->factor, best->name);
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  auto const number = parse(text, kDurations);
  if (!number) return std::nullopt;
  return std::chrono::milliseconds(*number);
}

std::string format_duration(std::chrono::milliseconds duration) {
  return format(duration.count(), kDurations);
}

std::optional<std::int64_t> parse_size(std::string_view text) { return parse(text, kSizes); }

std::string format_size(std::int64_t bytes) { return format(bytes, kSizes); }

}  // namespace davit::config

#include "sandbox/atlassian/durations.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/atlassian/store.h"

namespace davit::sandbox::atlassian {
namespace {

struct Unit {
  char letter;
  std::int64_t seconds;
};
constexpr Unit kUnits[] = {{'w', 5 * 8 * 3600}, {'d', 8 * 3600}, {'h', 3600}, {'m', 60}};

}  // namespace

std::string duration_text(std::int64_t seconds) {
  std::string out;
  for (auto const& unit : kUnits) {
    if (seconds < unit.seconds) continue;
    out += fmt::format("{}{}{}", out.empty() ? "" : " ", seconds / unit.seconds, unit.letter);
    seconds %= unit.seconds;
  }
  return out.empty() ? "0m" : out;
}

std::optional<std::int64_t> parse_duration(std::string_view text) {
  std::int64_t total = 0;
  for (auto const word : split(trim(text), ' ')) {
    if (word.empty()) continue;
    auto const number = to_id(word.substr(0, word.size() - 1));
    std::int64_t unit_seconds = 0;
    for (auto const& unit : kUnits) {
      if (unit.letter == word.back()) unit_seconds = unit.seconds;
    }
    if (number <= 0 || unit_seconds == 0) return std::nullopt;
    total += number * unit_seconds;
  }
  return total > 0 ? std::optional(total) : std::nullopt;
}

}  // namespace davit::sandbox::atlassian

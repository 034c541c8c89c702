#include "release/time_text.h"

#include <algorithm>

#include <fmt/format.h>

namespace davit::release {
namespace {

using namespace std::chrono;
using rollout::Time;

constexpr std::string_view kForm = "0000-00-00T00:00:00.000Z";
constexpr Time kFirst = sys_days(year(0) / 1 / 1);
constexpr Time kLast = sys_days(year(10'000) / 1 / 1) - milliseconds(1);

int digits(std::string_view text, std::size_t from, std::size_t count) {
  int number = 0;
  for (auto const digit : text.substr(from, count)) number = number * 10 + (digit - '0');
  return number;
}

bool has_form(std::string_view text) {
  return std::ranges::equal(text, kForm, [](char seen, char wanted) {
    return wanted == '0' ? seen >= '0' && seen <= '9' : seen == wanted;
  });
}

}  // namespace

Time now_of(const Clock& clock) { return floor<milliseconds>(clock.now()); }

std::string to_text(Time time) {
  time = std::clamp(time, kFirst, kLast);
  auto const day = floor<days>(time);
  year_month_day const date(day);
  hh_mm_ss const clock(time - day);
  return fmt::format(
      "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
      static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()),
      clock.hours().count(),
      clock.minutes().count(),
      clock.seconds().count(),
      clock.subseconds().count()
  );
}

std::optional<Time> parse_time(std::string_view text) {
  if (!has_form(text)) return std::nullopt;
  year_month_day const date(
      year(digits(text, 0, 4)),
      month(static_cast<unsigned>(digits(text, 5, 2))),
      day(static_cast<unsigned>(digits(text, 8, 2)))
  );
  auto const hour = digits(text, 11, 2);
  auto const minute = digits(text, 14, 2);
  auto const second = digits(text, 17, 2);
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return sys_days(date) + hours(hour) + minutes(minute) + seconds(second) +
         milliseconds(digits(text, 20, 3));
}

std::string to_text(milliseconds span) {
  if (span < 1s) return fmt::format("{} ms", span.count());
  if (span < 1min && span % 1s == 0ms) return fmt::format("{} s", span / 1s);
  if (span < 1min) return fmt::format("{:.1f} s", duration<double>(span).count());
  if (span < 1h) return fmt::format("{} min {} s", span / 1min, span % 1min / 1s);
  return fmt::format("{} h {} min", span / 1h, span % 1h / 1min);
}

}  // namespace davit::release

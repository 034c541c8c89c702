#include "sandbox/dynatrace/timeframe.h"

#include <charconv>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::sandbox::dynatrace {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t number = 0;
  auto const [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  return number;
}

// Months and years are taken as 30 and 365 days, which is near enough for a sandbox.
milliseconds unit_of(char letter) {
  switch (letter) {
    case 's': return std::chrono::seconds(1);
    case 'm': return minutes(1);
    case 'h': return hours(1);
    case 'd': return days(1);
    case 'w': return days(7);
    case 'M': return days(30);
    case 'y': return days(365);
    default: return milliseconds(0);
  }
}

Time align(Time time, char unit) {
  auto const step = unit_of(unit);
  auto const rest = time.time_since_epoch() % step;
  return time - rest;
}

std::optional<Time> parse_relative(std::string_view rest, Time now) {
  if (rest.empty()) return now;
  auto const slash = rest.find('/');
  auto shift = rest.substr(0, slash);
  auto time = now;
  if (!shift.empty()) {
    auto const sign = shift.front();
    if (sign != '-' && sign != '+') return std::nullopt;
    shift.remove_prefix(1);
    auto const count = take_number(shift);
    if (!count || *count < 0 || *count > 100'000 || shift.size() != 1) return std::nullopt;
    auto const unit = unit_of(shift.front());
    if (unit.count() == 0) return std::nullopt;
    time += (sign == '-' ? -1 : 1) * *count * unit;
  }
  if (slash == rest.npos) return time;
  auto const aligned = rest.substr(slash + 1);
  if (aligned.size() != 1 || unit_of(aligned.front()).count() == 0) return std::nullopt;
  return align(time, aligned.front());
}

}  // namespace

std::optional<Time> parse_when(std::string_view text, Time now) {
  text = trim(text);
  if (text.starts_with("now")) return parse_relative(text.substr(3), now);
  auto digits = text;
  if (auto const millis = take_number(digits); millis && digits.empty()) {
    constexpr std::int64_t kYear3000 = 32'503'680'000'000;
    if (*millis < 0 || *millis > kYear3000) return std::nullopt;
    return Time(milliseconds(*millis));
  }
  return parse_time(text);
}

Or<Timeframe> read_timeframe(const Call& call, std::string_view fallback) {
  auto const from = parse_when(call.text("from").value_or(fallback), call.now);
  if (!from) return violation("from", "The timestamp is not in a valid format");
  auto const to = parse_when(call.text("to").value_or("now"), call.now);
  if (!to) return violation("to", "The timestamp is not in a valid format");
  if (*from > *to) return violation("from", "The timeframe is invalid: from must be before to");
  return Timeframe{*from, *to};
}

}  // namespace davit::sandbox::dynatrace

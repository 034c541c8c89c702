#include "sandbox/atlassian/jql_time.h"

#include <algorithm>

#include "base/strings.h"

namespace davit::sandbox::atlassian {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::minutes;
using std::chrono::months;

constexpr struct {
  char letter;
  minutes length;
} kUnits[] = {
    {'w', std::chrono::weeks(1)}, {'d', days(1)}, {'h', std::chrono::hours(1)}, {'m', minutes(1)}
};

// "-7d", "4w 2d": calendar time, unlike the durations of work.
std::optional<minutes> relative(std::string_view text) {
  auto const is_past = text.starts_with('-');
  if (is_past || text.starts_with('+')) text.remove_prefix(1);
  minutes total(0);
  bool is_any = false;
  for (auto const word : split(text, ' ')) {
    if (word.empty()) continue;
    auto const count = word.substr(0, word.size() - 1);
    auto const* unit =
        std::ranges::find(kUnits, word.back(), [](auto const& one) { return one.letter; });
    if (unit == std::end(kUnits) || count.empty() ||
        count.find_first_not_of("0123456789") != count.npos) {
      return std::nullopt;
    }
    total += to_id(count) * unit->length;
    is_any = true;
  }
  if (!is_any) return std::nullopt;
  return is_past ? -total : total;
}

// The first moment of the period that `now` is in, `shift` periods later.
std::optional<Time> start_of(std::string_view period, Time now, int shift) {
  auto const day = floor<days>(now);
  std::chrono::year_month_day const date(day);
  if (period == "day") return day + days(shift);
  if (period == "week") {
    auto const since = std::chrono::weekday(day) - std::chrono::Sunday;
    return day - since + days(7 * shift);
  }
  if (period == "month") {
    return std::chrono::sys_days((date.year() / date.month() / 1) + months(shift));
  }
  if (period == "year")
    return std::chrono::sys_days((date.year() + std::chrono::years(shift)) / 1 / 1);
  return std::nullopt;
}

std::optional<Time> function(const JqlOperand& operand, Time now) {
  auto const name = to_lower(operand.text);
  if (name == "now") return now;
  auto const is_end = name.starts_with("endof");
  if (!is_end && !name.starts_with("startof")) return std::nullopt;
  auto const argument = operand.arguments.empty() ? std::string() : operand.arguments.front();
  auto const is_plain = argument.find_first_not_of("+-0123456789") == std::string::npos;
  auto const shift =
      is_plain ? to_id(argument.starts_with('+') ? argument.substr(1) : argument) : 0;
  auto const period = std::string_view(name).substr(is_end ? 5 : 7);
  auto time = start_of(period, now, shift + (is_end ? 1 : 0));
  if (time && is_end) *time -= std::chrono::milliseconds(1);
  if (time && !is_plain) *time += relative(argument).value_or(minutes(0));
  return time;
}

}  // namespace

std::optional<double> jql_time(const JqlOperand& operand, Time now) {
  std::optional<Time> time;
  if (operand.is_function) {
    time = function(operand, now);
  } else if (auto const shift = relative(operand.text)) {
    time = now + *shift;
  } else {
    auto text = operand.text;
    std::ranges::replace(text, '/', '-');
    time = parse_time(text);
  }
  if (!time) return std::nullopt;
  return static_cast<double>(time->time_since_epoch().count());
}

}  // namespace davit::sandbox::atlassian

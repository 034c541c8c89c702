#include "sandbox/time_text.h"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace davit::sandbox {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::sys_days;

struct Parts {
  int year, month, day, hour, minute, second, milliseconds, weekday;
};

Parts split_time(Time time) {
  auto const day = floor<days>(time);
  std::chrono::year_month_day const date(day);
  std::chrono::hh_mm_ss const clock(time - day);
  return {
      static_cast<int>(date.year()),
      static_cast<int>(static_cast<unsigned>(date.month())),
      static_cast<int>(static_cast<unsigned>(date.day())),
      static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()),
      static_cast<int>(clock.subseconds().count()),
      static_cast<int>(std::chrono::weekday(day).c_encoding())
  };
}

std::string to_seconds(Time time) {
  auto const p = split_time(time);
  return fmt::format(
      "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}",
      p.year,
      p.month,
      p.day,
      p.hour,
      p.minute,
      p.second,
      p.milliseconds
  );
}

// Takes `width` digits from the front.
std::optional<int> take_number(std::string_view& text, std::size_t width) {
  if (text.size() < width) return std::nullopt;
  int value = 0;
  auto const [end, ec] = std::from_chars(text.data(), text.data() + width, value);
  if (ec != std::errc() || end != text.data() + width || value < 0) return std::nullopt;
  text.remove_prefix(width);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<sys_days> take_date(std::string_view& text) {
  auto const year = take_number(text, 4);
  if (!year || !take(text, "-")) return std::nullopt;
  auto const month = take_number(text, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  auto const day = take_number(text, 2);
  if (!day) return std::nullopt;
  std::chrono::year_month_day const date{
      std::chrono::year(*year),
      std::chrono::month(static_cast<unsigned>(*month)),
      std::chrono::day(static_cast<unsigned>(*day))
  };
  if (!date.ok()) return std::nullopt;
  return sys_days(date);
}

// ".123456" as milliseconds.
std::chrono::milliseconds take_fraction(std::string_view& text) {
  if (!take(text, ".,")) return {};
  int value = 0;
  int scale = 100;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    value += (text.front() - '0') * scale;
    scale /= 10;
    text.remove_prefix(1);
  }
  return std::chrono::milliseconds(value);
}

// How far the zone is ahead of UTC; nothing when the text is no zone.
std::optional<std::chrono::minutes> parse_zone(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") return std::chrono::minutes(0);
  auto const sign = text.front();
  if (!take(text, "+- ")) return std::nullopt;
  auto const hours = take_number(text, 2);
  take(text, ":");
  auto const minutes = text.empty() ? std::optional<int>(0) : take_number(text, 2);
  if (!hours || !minutes || !text.empty()) return std::nullopt;
  if (sign == ' ') return std::chrono::minutes(0);
  auto const offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return sign == '+' ? offset : -offset;
}

}  // namespace

std::string to_text(Time time) { return to_seconds(time) + "Z"; }
std::string to_commit_text(Time time) { return to_seconds(time) + "+00:00"; }
std::string to_date_text(Time time) { return to_seconds(time).substr(0, 10); }

std::string to_http_date(Time time) {
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
  };
  auto const p = split_time(time);
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
      kDays[static_cast<std::size_t>(p.weekday)],
      p.day,
      kMonths[static_cast<std::size_t>(p.month - 1)],
      p.year,
      p.hour,
      p.minute,
      p.second
  );
}

std::optional<Time> parse_time(std::string_view text) {
  auto const day = take_date(text);
  if (!day) return std::nullopt;
  if (text.empty()) return Time(*day);
  if (!take(text, "Tt ")) return std::nullopt;
  auto const hour = take_number(text, 2);
  if (!hour || !take(text, ":")) return std::nullopt;
  auto const minute = take_number(text, 2);
  if (!minute) return std::nullopt;
  auto const second = take(text, ":") ? take_number(text, 2) : std::optional<int>(0);
  if (!second || *hour > 24 || *minute > 59 || *second > 60) return std::nullopt;
  auto const fraction = take_fraction(text);
  auto const zone = parse_zone(text);
  if (!zone) return std::nullopt;
  return *day + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) + fraction - *zone;
}

std::optional<std::chrono::sys_days> parse_date(std::string_view text) {
  auto const day = take_date(text);
  return text.empty() ? day : std::nullopt;
}

Time at(std::string_view text) { return parse_time(text).value_or(Time()); }

}  // namespace davit::sandbox

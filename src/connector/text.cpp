#include "connector/text.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::connector {
namespace {

constexpr std::int64_t kYear3000 = 32'503'680'000;  // in Unix seconds

struct Range {
  char32_t first;
  char32_t last;
};

constexpr Range kInvisible[] = {
    {0x0000, 0x0008},
    {0x000B, 0x001F},
    {0x007F, 0x009F},  // controls
    {0x00AD, 0x00AD},  // soft hyphen
    {0x061C, 0x061C},
    {0x200E, 0x200F},
    {0x202A, 0x202E},
    {0x2066, 0x2069},  // direction
    {0x180E, 0x180E},
    {0x200B, 0x200B},
    {0x2028, 0x2029},
    {0x2060, 0x2065},  // no width
    {0x206A, 0x206F},
    {0xFEFF, 0xFEFF},
    {0xFFF9, 0xFFFB},    // deprecated, mark, annotation
    {0xE0000, 0xE0FFF},  // tags, more variation selectors
};

bool is_invisible(char32_t c) {
  return std::ranges::any_of(kInvisible, [c](Range r) { return c >= r.first && c <= r.last; });
}

// Decodes the first character of well-formed, not empty UTF-8.
char32_t decode(std::string_view text, std::size_t& size) {
  auto const first = static_cast<unsigned char>(text[0]);
  size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  char32_t c = size == 1 ? first : first & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    c = c << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
  }
  return c;
}

bool is_plain(char c) { return (c >= 0x20 && c < 0x7F) || c == '\n' || c == '\t'; }

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  if (at + count > text.size()) return std::nullopt;
  for (auto const c : text.substr(at, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// Minutes east of UTC: "Z", "+02:00", "-0330".
std::optional<int> zone_offset(std::string_view zone) {
  if (zone == "Z" || zone == "z") return 0;
  if (zone.empty() || (zone[0] != '+' && zone[0] != '-')) return std::nullopt;
  auto const colon = zone.size() == 6 && zone[3] == ':';
  if (!colon && zone.size() != 5) return std::nullopt;
  auto const hours = digits(zone, 1, 2);
  auto const minutes = digits(zone, colon ? 4 : 3, 2);
  if (!hours || !minutes) return std::nullopt;
  return (zone[0] == '-' ? -1 : 1) * (*hours * 60 + *minutes);
}

// RFC 3339, 5.6. The seconds may be left out, as browsers and people do.
std::optional<std::chrono::sys_seconds> parse_time(std::string_view text) {
  if (text.size() < 17 || text[4] != '-' || text[7] != '-' || text[13] != ':' ||
      (text[10] != 'T' && text[10] != ' ')) {
    return std::nullopt;
  }
  auto const year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  auto const hour = digits(text, 11, 2), minute = digits(text, 14, 2);
  if (!year || !month || !day || !hour || !minute) return std::nullopt;
  auto rest = text.substr(16);
  int second = 0;
  if (rest.starts_with(':')) {
    auto const s = digits(rest, 1, 2);
    if (!s) return std::nullopt;
    second = *s;
    rest.remove_prefix(3);
    if (rest.starts_with('.'))
      rest.remove_prefix(std::min(rest.find_first_not_of("0123456789", 1), rest.size()));
  }
  auto const offset = zone_offset(rest);
  if (!offset) return std::nullopt;
  using namespace std::chrono;
  auto const date = std::chrono::year(*year) / *month / *day;
  if (!date.ok()) return std::nullopt;
  return sys_days(date) + hours(*hour) + minutes(*minute - *offset) + seconds(second);
}

struct Parts {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::seconds> time;
};

Parts parts_of(std::chrono::sys_seconds time) {
  auto const day = std::chrono::floor<std::chrono::days>(time);
  return {day, std::chrono::hh_mm_ss(time - day)};
}

std::string date_of(const Parts& at) {
  return fmt::format(
      "{:04}-{:02}-{:02}",
      static_cast<int>(at.date.year()),
      static_cast<unsigned>(at.date.month()),
      static_cast<unsigned>(at.date.day())
  );
}

std::string minute_text(std::chrono::sys_seconds time) {
  auto const at = parts_of(time);
  return fmt::format(
      "{}T{:02}:{:02}Z", date_of(at), at.time.hours().count(), at.time.minutes().count()
  );
}

std::optional<std::int64_t> parse_count(std::string_view text) {
  std::int64_t count = 0;
  auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (ec != std::errc() || end != text.data() + text.size() || count < 0) return std::nullopt;
  return count;
}

std::optional<std::chrono::seconds> length_of(char unit) {
  switch (unit) {
    case 's': return std::chrono::seconds(1);
    case 'm': return std::chrono::minutes(1);
    case 'h': return std::chrono::hours(1);
    case 'd': return std::chrono::days(1);
    case 'w': return std::chrono::weeks(1);
    default: return std::nullopt;
  }
}

}  // namespace

std::string without_invisible(std::string_view text) {
  if (std::ranges::all_of(text, is_plain)) return std::string(text);
  auto const repaired = is_utf8(text) ? std::string() : to_utf8(text);
  if (!repaired.empty()) text = repaired;
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::size_t size = 1;
    if (!is_invisible(decode(text, size))) out += text.substr(0, size);
    text.remove_prefix(size);
  }
  return out;
}

std::string without_html_comments(std::string_view text) {
  std::string out;
  for (;;) {
    auto const begin = text.find("<!--");
    out += text.substr(0, begin);
    if (begin == std::string_view::npos) return out;
    // A comment that is never closed hides the rest of a page, too.
    auto const end = text.find("-->", begin + 4);
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 3);
  }
}

std::string shortened(std::string text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  auto const kept = utf8_prefix(text, max_bytes).size();
  auto const mark = fmt::format("... [+{} bytes]", text.size() - kept);
  text.resize(kept);
  return text += mark;
}

std::optional<std::string> to_minute(std::string_view text) {
  auto const time = parse_time(text);
  return time ? std::optional(minute_text(*time)) : std::nullopt;
}

std::string to_rfc3339(std::chrono::sys_seconds time) {
  auto const at = parts_of(time);
  return fmt::format(
      "{}T{:02}:{:02}:{:02}Z",
      date_of(at),
      at.time.hours().count(),
      at.time.minutes().count(),
      at.time.seconds().count()
  );
}

std::optional<std::chrono::sys_seconds> from_rfc3339(std::string_view text) {
  return parse_time(text);
}

std::optional<std::string> to_point_in_time(const json::Value& value) {
  if (auto const number = json::find_int(value, "")) {
    if (*number < 0) return std::nullopt;
    auto seconds = *number;
    while (seconds > kYear3000) seconds /= 1000;
    return minute_text(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
  }
  auto const text = json::find_string(value, "").value_or("");
  // As databases write it, without a zone.
  if (text.size() == 19 && text[10] == ' ') {
    return to_minute(fmt::format("{}T{}Z", text.substr(0, 10), text.substr(11)));
  }
  return to_minute(text);
}

std::optional<std::string> to_timestamp(
    std::string_view text, std::chrono::system_clock::time_point now
) {
  text = trim(text);
  auto const is_date = text.size() == 10 && parse_time(std::string(text) + "T00:00Z");
  if (is_date || parse_time(text)) return std::string(text);
  auto const present = std::chrono::floor<std::chrono::seconds>(now);
  if (text == "now") return to_rfc3339(present);
  if (auto const number = parse_count(text); number && text.size() == 13) {
    return to_rfc3339(std::chrono::sys_seconds(std::chrono::seconds(*number / 1000)));
  }
  auto const is_ahead = text.starts_with("now+");
  if (text.starts_with("now")) text.remove_prefix(std::min<std::size_t>(4, text.size()));
  auto const length = parse_length(text);
  if (!length) return std::nullopt;
  return to_rfc3339(is_ahead ? present + *length : present - *length);
}

std::optional<std::chrono::seconds> parse_length(std::string_view text) {
  if (text.empty()) return std::nullopt;
  auto const count = parse_count(text.substr(0, text.size() - 1));
  // A hundred years are enough for anybody, and far from where the arithmetic ends.
  if (!count || *count > 1'000'000) return std::nullopt;
  auto const unit = length_of(text.back());
  if (!unit || *unit * *count > std::chrono::years(100)) return std::nullopt;
  return *unit * *count;
}

}  // namespace davit::connector

// Text on its way to a model: without what a reader would not see, cut with a mark, times short.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "json/json.h"

namespace davit::connector {

// Without control characters other than tab and line feed, and without characters that show nothing
// or turn the reading direction: they carry hidden instructions. Joiners and variation selectors
// stay, because scripts and emoji need them. Unicode 15.0, 23.2 to 23.7; UTR 36, 3.
// `text` is UTF-8; malformed bytes become U+FFFD.
std::string without_invisible(std::string_view text);

// Without `<!-- ... -->`, which a web page does not show either.
std::string without_html_comments(std::string_view text);

// At most about `max_bytes`, on a character border; what is cut is said: "... [+120 bytes]".
std::string shortened(std::string text, std::size_t max_bytes);

// RFC 3339 to the minute, in UTC: "2026-11-20T14:02:31.120+02:00" gives "2026-11-20T12:02Z".
// Nothing for any other text.
std::optional<std::string> to_minute(std::string_view text);

// What a timestamp argument says, as RFC 3339: "7d" and "now-7d" are that long before `now`,
// "now+7d" after it; Unix time in milliseconds; a date or a time is taken as it stands. Nothing for
// any other text.
std::optional<std::string> to_timestamp(
    std::string_view text, std::chrono::system_clock::time_point now
);

// A length of time: "90s", "30m", "24h", "7d", "2w".
std::optional<std::chrono::seconds> parse_length(std::string_view text);

// A point in time that an API gave, to the minute: Unix time in seconds, milliseconds, microseconds
// or nanoseconds, by its size; "2026-11-20 14:02:31" in UTC; RFC 3339. Nothing for another value
// and for a negative one.
std::optional<std::string> to_point_in_time(const json::Value& value);

// A time as RFC 3339 to the second, in UTC, and back.
std::string to_rfc3339(std::chrono::sys_seconds time);
std::optional<std::chrono::sys_seconds> from_rfc3339(std::string_view text);

}  // namespace davit::connector

// Times as APIs write and reads them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace davit::sandbox {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;

// "2026-11-16T09:30:00.000Z", the form of nearly all fields.
std::string to_text(Time time);
// "2026-11-16T09:30:00.000+00:00", the form of a commit's dates.
std::string to_commit_text(Time time);
// "2026-11-16"
std::string to_date_text(Time time);
// "Mon, 16 Nov 2026 09:30:00 GMT"
std::string to_http_date(Time time);

// ISO 8601: a date, or date and time with or without fraction and zone. A zone that is not there
// counts as UTC, and so does one whose plus sign became a blank because it was not encoded (GitLab
// docs, "Encoding + in ISO 8601 dates").
std::optional<Time> parse_time(std::string_view text);
std::optional<std::chrono::sys_days> parse_date(std::string_view text);

// For tables of fixed data: "2026-11-16 09:30" or "2026-11-16 09:30:05", UTC.
Time at(std::string_view text);

}  // namespace davit::sandbox

// Amounts of work: "1w 2d 3h 4m", a week of 5 days of 8 hours, Jira's default.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace davit::sandbox::atlassian {

std::string duration_text(std::int64_t seconds);
std::optional<std::int64_t> parse_duration(std::string_view text);

}  // namespace davit::sandbox::atlassian

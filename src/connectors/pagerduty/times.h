// Times of arguments made whole: PagerDuty reads a date, or a time without a zone, in the account's
// time zone or refuses it, while every answer here is in UTC.
#pragma once

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "json/json.h"

namespace davit::connectors::pagerduty {

// A time in RFC 3339; a date is its midnight in UTC. Nothing for any other text.
std::optional<std::chrono::sys_seconds> read_time(std::string_view text);

// Rewrites those arguments as times in UTC; one that is missing or no time stays.
void make_whole(json::Object& arguments, std::initializer_list<std::string_view> names);

}  // namespace davit::connectors::pagerduty

// Points in time as people and programs read them in a journal: 2026-11-22T01:22:22.042Z.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "rollout/rollout.h"

namespace davit::release {

rollout::Time now_of(const Clock& clock);

// RFC 3339 in UTC, to the millisecond. What lies outside of the years 0 to 9999 becomes the nearest
// that does not.
std::string to_text(rollout::Time time);
// Exactly that form.
std::optional<rollout::Time> parse_time(std::string_view text);

// "850 ms", "12.3 s", "4 min 5 s", "2 h 3 min".
std::string to_text(rollout::milliseconds span);

}  // namespace davit::release

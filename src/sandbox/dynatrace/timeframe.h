// The from and to of a request, as the classic API and DQL write times.
#pragma once

#include <string_view>

#include "sandbox/dynatrace/answers.h"

namespace davit::sandbox::dynatrace {

struct Timeframe {
  Time from;
  Time to;
  bool overlaps(Time start, Time end) const { return start <= to && end >= from; }
  bool holds(Time time) const { return time >= from && time < to; }
};

// UTC milliseconds, a date and time, or "now-2h", "now-1d/d": the vendor's document on from and to.
std::optional<Time> parse_when(std::string_view text, Time now);

// `fallback` is the from of a request without one, "now-2h".
Or<Timeframe> read_timeframe(const Call& call, std::string_view fallback);

}  // namespace davit::sandbox::dynatrace

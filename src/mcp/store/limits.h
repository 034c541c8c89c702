// What the memory store and the Redis store count and check alike.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "base/result.h"

namespace davit::mcp {

// An event counts towards LogLimits::max_bytes with its text and this much beside it, so that empty
// events are bounded too.
inline constexpr std::size_t kEventOverhead = 64;

// Longer ones are cut: nothing in a store is worth a year, and sums of times cannot overflow.
// Errors: invalid_input for a time that is over at once.
inline Result<std::chrono::milliseconds> checked_time_to_live(std::chrono::milliseconds ttl) {
  if (ttl <= std::chrono::milliseconds::zero()) {
    return Error(ErrorKind::invalid_input, "what is stored needs a time to live above zero");
  }
  return std::min(ttl, std::chrono::milliseconds(std::chrono::hours(24 * 365)));
}

}  // namespace davit::mcp

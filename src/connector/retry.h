// Retry: whether a request that failed is sent again, and when. A pure function of what is known.
#pragma once

#include <chrono>
#include <optional>

#include "base/result.h"

namespace davit::connector {

// The first try included.
inline constexpr int kMaxTries = 3;

struct FailedTry {
  bool is_repeatable = true;  // sending it twice leaves the same as once
  int number = 1;             // of this try, from 1
  int status = 0;             // 0 without an answer; `kind` then says what happened
  ErrorKind kind = ErrorKind::unavailable;
  bool is_quota =
      false;  // a whole quota is used up: waiting here would hold the caller for nothing
  std::optional<std::chrono::milliseconds> retry_after;  // as the upstream said it
  std::chrono::milliseconds time_left{};                 // of the whole call
  double jitter = 0;  // from 0 up to 1, taken off the longest wait
};

// How long to wait before the next try; nothing when there is none.
//
// 429 was refused before anything was done, so every request may come again. 502, 503, 504 and a
// broken connection may hide a write that has happened: only what is repeatable comes again. The
// wait is what the upstream asks for, and then a random time up to 1 s, 2 s with the number of the
// try (full jitter), so that callers do not come back together; some send "Retry-After: 0" in a
// storm.
std::optional<std::chrono::milliseconds> next_try_after(const FailedTry& failed);

}  // namespace davit::connector

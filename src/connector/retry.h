// Retry: whether a request that failed is sent again, and when. A pure function of what is known.
#pragma once

#include <chrono>
#include <optional>

#include "base/result.h"
#include "http/message.h"

namespace davit::connector {

// The first try included.
inline constexpr int kMaxTries = 3;

struct FailedTry {
  http::Method method = http::Method::get;
  int number = 1;  // of this try, from 1
  int status = 0;  // 0 without an answer; `kind` then says what happened
  ErrorKind kind = ErrorKind::unavailable;
  std::optional<std::chrono::milliseconds> retry_after;  // as the upstream said it
  std::chrono::milliseconds time_left{};                 // of the whole call
  double jitter = 0;                                     // from 0 up to 1
};

// How long to wait before the next try; nothing when there is none.
//
// 429 was refused before anything was done, so every method may come again. 502, 503, 504 and a
// broken connection may hide a write that has happened: only GET and HEAD come again. The wait is
// at least what the upstream asks and at least a second (some send "Retry-After: 0" in a storm),
// without a word from it 1 s, then 2 s; up to 30 % more, so that callers do not come back together.
std::optional<std::chrono::milliseconds> next_try_after(const FailedTry& failed);

}  // namespace davit::connector

#include "connector/retry.h"

#include <algorithm>

namespace davit::connector {
namespace {

constexpr std::chrono::milliseconds kFirstWait{1000};
// What a try needs after the wait, to have a chance.
constexpr std::chrono::milliseconds kTimeForTry{2000};

bool may_come_again(const FailedTry& failed) {
  if (failed.is_quota) return false;
  if (failed.status == 429) return true;
  if (!failed.is_repeatable) return false;
  if (failed.status == 0) return failed.kind == ErrorKind::unavailable;
  return failed.status == 502 || failed.status == 503 || failed.status == 504;
}

}  // namespace

std::optional<std::chrono::milliseconds> next_try_after(const FailedTry& failed) {
  if (failed.number >= kMaxTries || !may_come_again(failed)) return std::nullopt;
  auto const longest = std::chrono::duration<double, std::milli>(kFirstWait * failed.number);
  auto const spread =
      std::chrono::duration_cast<std::chrono::milliseconds>(longest * (1 - failed.jitter));
  auto const total = failed.retry_after.value_or(std::chrono::milliseconds(0)) + spread;
  if (total + kTimeForTry > failed.time_left) return std::nullopt;
  return total;
}

}  // namespace davit::connector

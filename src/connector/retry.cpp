#include "connector/retry.h"

#include <algorithm>

namespace davit::connector {
namespace {

constexpr std::chrono::milliseconds kFirstWait{1000};
// What a try needs after the wait, to have a chance.
constexpr std::chrono::milliseconds kTimeForTry{2000};

bool may_come_again(const FailedTry& failed) {
  if (failed.status == 429) return true;
  auto const is_safe = failed.method == http::Method::get || failed.method == http::Method::head;
  if (!is_safe) return false;
  if (failed.status == 0) return failed.kind == ErrorKind::unavailable;
  return failed.status == 502 || failed.status == 503 || failed.status == 504;
}

}  // namespace

std::optional<std::chrono::milliseconds> next_try_after(const FailedTry& failed) {
  if (failed.number >= kMaxTries || !may_come_again(failed)) return std::nullopt;
  auto const backoff = kFirstWait * (1 << (failed.number - 1));
  auto const wait = failed.retry_after ? std::max(*failed.retry_after, kFirstWait) : backoff;
  auto const spread = std::chrono::duration<double, std::milli>(wait) * 0.3 * failed.jitter;
  auto const total = wait + std::chrono::duration_cast<std::chrono::milliseconds>(spread);
  if (total + kTimeForTry > failed.time_left) return std::nullopt;
  return total;
}

}  // namespace davit::connector

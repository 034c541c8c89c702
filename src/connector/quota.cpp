#include "connector/quota.h"

#include <algorithm>

namespace davit::connector {
namespace {

constexpr std::chrono::seconds kMinute{60};
// A circuit: after so many failures in a row the vendor has that long to come back.
constexpr int kFailuresInARow = 5;
constexpr std::chrono::seconds kOutage{30};
// Where the vendor says that a quota is used up, but not until when.
constexpr std::chrono::seconds kQuotaWait{60};

std::chrono::milliseconds until(Quota::Time then, Quota::Time now) {
  return std::chrono::ceil<std::chrono::milliseconds>(then - now);
}

}  // namespace

std::optional<Quota::Refusal> Quota::take(Time now) {
  using Why = Refusal::Why;
  if (now < closed_until_) return Refusal{Why::quota, until(closed_until_, now)};
  if (is_open() && now < open_until_) return Refusal{Why::outage, until(open_until_, now)};
  if (now - minute_ >= kMinute) {
    minute_ = now;
    sent_ = 0;
  }
  if (per_minute_ > 0 && sent_ >= per_minute_) {
    return Refusal{Why::budget, until(minute_ + kMinute, now)};
  }
  ++sent_;
  // One goes through to see; the others wait for what it finds.
  if (is_open()) open_until_ = now + kOutage;
  return std::nullopt;
}

void Quota::note(
    int status, bool is_quota, std::optional<std::chrono::milliseconds> wait, Time now
) {
  if (is_quota) closed_until_ = std::max(closed_until_, now + wait.value_or(kQuotaWait));
  auto const failed = status == 0 || status == 429 || status == 503;
  failures_ = failed ? failures_ + 1 : 0;
  if (is_open()) open_until_ = now + kOutage;
}

void Quota::abandon(Time now) {
  if (is_open()) open_until_ = now;
}

bool Quota::is_open() const { return failures_ >= kFailuresInARow; }

void Quota::lower_to(int requests_per_minute) {
  if (requests_per_minute <= 0) return;
  per_minute_ = per_minute_ > 0 ? std::min(per_minute_, requests_per_minute) : requests_per_minute;
}

std::shared_ptr<Quota> QuotaBook::at(const std::string& key, int requests_per_minute) {
  auto& quota = quotas_[key];
  if (quota == nullptr) quota = std::make_shared<Quota>(0);
  quota->lower_to(requests_per_minute);
  return quota;
}

}  // namespace davit::connector

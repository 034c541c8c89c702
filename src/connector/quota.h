// Quota: what one credential may still ask of a vendor. It spreads nothing and waits for nothing: a
// call that would be refused there is refused here, with the time until it may come again, and a
// vendor that is down is not asked by every caller in turn.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

namespace davit::connector {

class Quota {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // 0 is no bound.
  explicit Quota(int requests_per_minute) : per_minute_(requests_per_minute) {}

  struct Refusal {
    enum class Why {
      budget,  // our own count for the minute is used up
      quota,   // the vendor said that a whole quota is
      outage,  // it failed several times in a row
    };
    Why why;
    std::chrono::milliseconds wait;
  };

  // Counts a request that is about to be sent, or refuses it.
  std::optional<Refusal> take(Time now);

  // Nothing came of it, as when the caller left: whoever comes next may see.
  void abandon(Time now);

  // Of several servers with one credential the smallest bound counts. 0 is no bound.
  void lower_to(int requests_per_minute);

  // What came of it. `status` 0 is no answer. `wait` is what the vendor asked for, `is_quota` that
  // this concerns all calls of the credential.
  void note(int status, bool is_quota, std::optional<std::chrono::milliseconds> wait, Time now);

 private:
  // Nothing is sent but one request now and then, to see whether the vendor is back.
  bool is_open() const;

  int per_minute_;
  int sent_ = 0;  // in the minute that began at minute_
  Time minute_{};
  Time closed_until_{};  // by the vendor's quota
  int failures_ = 0;     // in a row
  Time open_until_{};    // of the circuit: nothing is sent before, then one
};

// Quotas by credential, for all instances of a process.
class QuotaBook {
 public:
  // `key` names host and credential without telling them: a hash.
  std::shared_ptr<Quota> at(const std::string& key, int requests_per_minute);

 private:
  std::map<std::string, std::shared_ptr<Quota>> quotas_;
};

}  // namespace davit::connector

// Time that does not pass by itself.
#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>

#include "async/event.h"
#include "async/task_scope.h"
#include "base/clock.h"
#include "rollout/rollout.h"

namespace davit::release {

// Moves on to the next moment that somebody waits for, when nothing else is left to do. It stands
// still while somebody waits for a limit in real time.
class MovedTime final : public Clock {
 public:
  explicit MovedTime(Executor executor) : executor_(executor), mover_(executor, log::Logger()) {
    moving_ = mover_.spawn("time", move());
  }
  std::chrono::system_clock::time_point now() const override { return kStart + passed + set_by; }
  std::chrono::steady_clock::time_point steady_now() const override {
    return std::chrono::steady_clock::time_point() + passed;
  }

  Async<> sleep(Duration delay) {
    auto const woken = std::make_shared<Event>(executor_);
    auto const when = passed + std::chrono::ceil<std::chrono::milliseconds>(delay);
    auto const place = waiting_.emplace(when, woken);
    Result<> outcome;
    while (outcome && passed < when) outcome = co_await woken->wait();
    waiting_.erase(place);
    co_return outcome;
  }
  // Does not come back by itself.
  Async<> hang() {
    ++hanging_;
    auto ended = co_await sleep_for(std::chrono::hours(1));
    --hanging_;
    co_return ended;
  }
  Async<> end() {
    moving_.cancel();
    co_return co_await mover_.join();
  }

  static constexpr rollout::Time kStart = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);
  std::chrono::milliseconds passed{0};
  std::chrono::milliseconds set_by{0};  // by somebody who has set the clock

 private:
  // Of the loop, in which whoever can go on has done so.
  static constexpr int kTurns = 30;

  Async<> move() {
    for (;;) {
      for (int turn = 0; turn < kTurns; turn = hanging_ == 0 ? turn + 1 : 0)
        DAVIT_CO_CHECK(co_await sleep_for(Duration::zero()));
      if (waiting_.empty()) continue;
      auto const next = waiting_.begin();
      passed = std::max(passed, next->first);
      next->second->notify();
    }
  }

  Executor executor_;
  TaskScope mover_;
  Task moving_;
  int hanging_ = 0;
  std::multimap<std::chrono::milliseconds, std::shared_ptr<Event>> waiting_;
};

}  // namespace davit::release

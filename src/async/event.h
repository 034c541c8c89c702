// Event: lets one coroutine wait until another part of the loop says that something changed. It
// keeps no memory: the waiter checks its condition, waits, and checks again.
#pragma once

#include <memory>

#include "async/async.h"

namespace davit {

class Event {
 public:
  explicit Event(Executor executor);
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  // Wakes whoever waits now; without a waiter it does nothing.
  void notify();

  // Errors: cancelled, when the waiting coroutine itself was cancelled.
  Async<> wait();

  // True when notified, false when `limit` passed. One waiter at a time. Errors: cancelled.
  Async<bool> wait_for(Duration limit);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace davit

// Event: lets coroutines wait until another part of the loop says that something changed. It keeps
// no memory: a waiter checks its condition, waits, and checks again. Any number may wait at the
// same time, each with a limit of its own.
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

  // Wakes all who wait now, each once; without a waiter it does nothing.
  void notify();

  // Errors: cancelled, when the waiting coroutine itself was cancelled.
  Async<> wait();

  // True when notified, false when `limit` passed. Errors: cancelled.
  Async<bool> wait_for(Duration limit);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace davit

#include "connector/semaphore.h"

#include <algorithm>

namespace davit::connector {

// Lies in the frame of the coroutine that waits. A place that was handed to a coroutine which ends
// before taking it goes on to the next.
struct Semaphore::Waiter {
  explicit Waiter(Semaphore& o) : owner(o), called(o.executor_) { owner.waiters_.push_back(this); }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  ~Waiter() {
    if (has_place) {
      owner.release();
    } else {
      owner.waiters_.remove(this);
    }
  }

  Semaphore& owner;
  Event called;
  bool has_place = false;
};

Async<Semaphore::Permit> Semaphore::acquire(Duration limit) {
  if (free_ > 0) {
    --free_;
    co_return Permit(this);
  }
  Waiter waiter(*this);
  auto const called = co_await waiter.called.wait_for(limit);
  if (!called) co_return called.error();
  if (!waiter.has_place) co_return Error(ErrorKind::timeout, "too many calls are waiting");
  waiter.has_place = false;
  co_return Permit(this);
}

void Semaphore::release() {
  if (waiters_.empty()) {
    ++free_;
    return;
  }
  auto* const next = waiters_.front();
  waiters_.pop_front();
  next->has_place = true;
  next->called.notify();
}

}  // namespace davit::connector

// Semaphore: at most so many coroutines at once; the others wait in the order they came.
#pragma once

#include <cstddef>
#include <list>
#include <utility>

#include "async/async.h"
#include "async/event.h"

namespace davit::connector {

class Semaphore {
 public:
  // A place, given back when it goes. Must not outlive the semaphore.
  class Permit {
   public:
    Permit() = default;
    Permit(Permit&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
    Permit& operator=(Permit&& other) noexcept {
      std::swap(owner_, other.owner_);
      return *this;
    }
    ~Permit() {
      if (owner_ != nullptr) owner_->release();
    }

   private:
    friend class Semaphore;
    explicit Permit(Semaphore* owner) : owner_(owner) {}
    Semaphore* owner_ = nullptr;
  };

  Semaphore(Executor executor, std::size_t places)
      : executor_(std::move(executor)), free_(places) {}
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  // Waits up to `limit` for a place. Errors: timeout, cancelled.
  Async<Permit> acquire(Duration limit);

  std::size_t waiting() const { return waiters_.size(); }

 private:
  struct Waiter;

  void release();

  Executor executor_;
  std::size_t free_;
  std::list<Waiter*> waiters_;
};

}  // namespace davit::connector

// Loop: the event loop of a process, run by the thread that calls `run`.
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>

#include "async/async.h"

namespace davit {

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  Executor executor();

  // Runs `op`, and with it everything else on the loop, until `op` ends. Work that is left over
  // waits for the next run. An exception that escapes from `op` leaves here.
  template <class T>
  Result<T> run(Async<T> op) {
    std::optional<Result<T>> outcome;
    run_until_done(store(std::move(op), outcome));
    return *std::move(outcome);
  }

 private:
  template <class T>
  static boost::asio::awaitable<void> store(Async<T> op, std::optional<Result<T>>& outcome) {
    outcome.emplace(co_await std::move(op));
  }
  void run_until_done(boost::asio::awaitable<void> op);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Signals of the process, from now on: those that come while nobody waits are kept, and do not do
// what they do by default. Use from the loop thread.
class Signals {
 public:
  Signals(Executor executor, std::initializer_list<int> signals);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // Waits for one and answers which. Errors: cancelled.
  Async<int> next();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The same for a single one.
Async<int> wait_for_signal(std::initializer_list<int> signals);

}  // namespace davit

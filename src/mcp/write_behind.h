// WriteBehind: writes to a store for which nobody waits. They go out in the order they were given;
// when the store is away they are lost, which is what the store being away means.
#pragma once

#include "async/task_scope.h"
#include "base/counters.h"
#include "mcp/store.h"

namespace davit::mcp {

class WriteBehind {
 public:
  // Under way at once; what comes on top is dropped and counted.
  static constexpr std::size_t kMaxPending = 10'000;

  // `store` and `counters` must outlive this, and `stop` must have ended before it goes.
  WriteBehind(Executor executor, Store& store, Counters& counters, log::Logger logger)
      : store_(store),
        scope_(std::move(executor), std::move(logger)),
        pending_level_(counters.at("davit_store_writes_pending")),
        dropped_(counters.at("davit_store_writes_dropped_total")) {}

  Store& store() { return store_; }
  // False: there is nobody to write for, and all of these do nothing.
  bool is_on() const { return store_.is_shared(); }

  void put(std::string key, std::string value, std::chrono::milliseconds ttl) {
    if (admits()) run(store_.put(std::move(key), std::move(value), ttl));
  }
  void erase(std::string key) {
    if (admits()) run(store_.erase(std::move(key)));
  }
  void append(std::string log, StoredEvent event, LogLimits limits) {
    if (admits()) run(store_.append(std::move(log), std::move(event), limits));
  }
  void publish(std::string channel, std::string message) {
    if (admits()) run(store_.publish(std::move(channel), std::move(message)));
  }

  Async<> stop(Duration grace) { return scope_.stop(grace); }

 private:
  bool admits() {
    if (!is_on()) return false;
    if (scope_.size() < kMaxPending) return true;
    dropped_.add();
    return false;
  }
  void run(Async<> write) {
    pending_level_.add();
    scope_.spawn("store", finished(std::move(write), pending_level_));
  }
  // The store says itself when it is away; a line for each write would drown everything else.
  static Async<> finished(Async<> write, Counter& pending_level) {
    [[maybe_unused]] auto const ignored = co_await std::move(write);
    pending_level.add(-1);
    co_return Result<>();
  }

  Store& store_;
  TaskScope scope_;
  Counter& pending_level_;
  Counter& dropped_;
};

}  // namespace davit::mcp

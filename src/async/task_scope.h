// TaskScope: the one way to start a coroutine without awaiting it. It counts what runs, reports
// what fails, and stops it all.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "async/async.h"
#include "base/log.h"

namespace davit {

// A started coroutine, for cancelling it. Cheap to copy; does nothing once the coroutine has ended.
class Task {
 public:
  Task() = default;
  // What the coroutine awaits ends with the error `cancelled`. Takes effect inside this call, or at
  // the coroutine's next wait.
  void cancel();

 private:
  friend class TaskScope;
  struct Entry;
  explicit Task(std::weak_ptr<Entry> entry) : entry_(std::move(entry)) {}
  std::weak_ptr<Entry> entry_;
};

// Use from the loop thread. The scope must outlive `stop` or `join`.
class TaskScope {
 public:
  TaskScope(Executor executor, log::Logger logger);
  ~TaskScope();
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;

  // Runs `task` up to its first wait before returning when called on the loop thread. Its error,
  // other than `cancelled`, or an escaped exception is logged under `name`, which must be a
  // literal.
  Task spawn(std::string_view name, Async<> task);

  std::size_t size() const;

  // Waits until nothing runs.
  Async<> join();

  // Waits up to `grace` for what runs, then cancels it and waits for the end.
  Async<> stop(Duration grace);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace davit

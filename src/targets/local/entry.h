// Entry: one task as the supervisor keeps it. For the supervisor only.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "async/event.h"
#include "targets/local/balancer.h"
#include "targets/local/task.h"
#include "targets/local/version.h"

namespace davit::local {

enum class TaskState { starting, healthy, unhealthy, draining, crashed };
std::string_view to_string(TaskState state);

inline constexpr int kFailures = 3;  // of the health check make a healthy task unhealthy

struct Entry {
  Entry(const Executor& executor, TaskRecord new_record, Service new_service)
      : record(std::move(new_record)), service(std::move(new_service)), wake(executor) {}

  TaskRecord record;
  Service service;
  std::unique_ptr<Task> task;  // none between two processes
  TaskState state = TaskState::starting;
  int restarts = 0;
  int restarts_told = 0;  // to whom measures
  int crashes = 0;        // since it was healthy
  int failures = 0;       // of the health check, one after the other
  int others = 0;         // of those, when another release answered
  std::string last_exit;
  std::string not_begun;    // why the last process could not be started
  std::string last_answer;  // of the health check that failed
  std::chrono::steady_clock::time_point started;
  std::chrono::milliseconds backoff{0};
  bool is_leaving = false;   // it gets no weight any more
  bool was_healthy = false;  // ever: until then it gets no weight
  bool may_end = false;      // and the balancer has said so
  bool was_told = false;     // to end
  bool is_kept = false;      // a coroutine looks after it
  TaskFigures figures;
  std::int64_t rpc_errors = -1;  // as they were counted last; -1: never
  Event wake;
};
using EntryPtr = std::shared_ptr<Entry>;

}  // namespace davit::local

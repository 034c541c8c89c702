// Ctrl-C for a command: ends what it awaits in good order, so that the far side hears of it and the
// terminal is left clean. A second Ctrl-C ends the process at once.
#pragma once

#include <csignal>
#include <optional>

#include "async/loop.h"
#include "async/task_scope.h"

namespace davit::app {

inline Async<> cancel_on_signal(Task task, bool* interrupted) {
  DAVIT_CO_TRY([[maybe_unused]] auto const signal, co_await wait_for_signal({SIGINT, SIGTERM}));
  *interrupted = true;
  task.cancel();
  co_return Result<>();
}

template <class T>
Async<> keep_result(Async<T> op, std::optional<Result<T>>* outcome) {
  outcome->emplace(co_await std::move(op));
  co_return Result<>();
}

// Runs `op` to its end. SIGINT and SIGTERM cancel it; the error is then `cancelled`, unless there
// was a result all the same.
template <class T>
Result<T> run_until_interrupted(Loop& loop, Async<T> op) {
  std::optional<Result<T>> outcome;
  auto interrupted = false;
  TaskScope work(loop.executor(), log::Logger());
  TaskScope watch(loop.executor(), log::Logger());
  auto const task = work.spawn("command", keep_result(std::move(op), &outcome));
  watch.spawn("interrupt", cancel_on_signal(task, &interrupted));
  DAVIT_CHECK(loop.run(work.join()));
  DAVIT_CHECK(loop.run(watch.stop(Duration::zero())));
  if (interrupted && !(outcome && *outcome)) return Error(ErrorKind::cancelled, "interrupted");
  if (!outcome) return Error(ErrorKind::internal, "the command ended by an exception");
  return *std::move(outcome);
}

}  // namespace davit::app

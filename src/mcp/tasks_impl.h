// Tasks::Impl: the life of tasks (tasks.cpp) and the methods that look at them (task_methods.cpp).
// Private to these two files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mcp/task_id.h"
#include "mcp/task_table.h"

namespace davit::mcp {

struct Tasks::Impl : std::enable_shared_from_this<Tasks::Impl> {
  using Entry = TaskTable::Entry;
  using Shared = std::shared_ptr<Impl>;

  Impl(
      Executor executor,
      const Clock& clock,
      const KeyRing& ring,
      TaskId self,
      Store& store,
      TaskLimits limits,
      Run run,
      Counters& counters,
      log::Logger logger
  );

  // tasks.cpp: from start to end -------------------------------------------------------------

  Outcome start(std::shared_ptr<Call> call);
  // Runs the handler, with the answers there are.
  void launch(const Entry& entry);
  static Async<> run_once(Shared self, Entry entry, std::shared_ptr<Call> call);
  void settle(const Entry& entry, Result<Outcome> outcome);
  void require_input(const Entry& entry);
  // Takes the answers that fit to what is pending, and goes on when nothing is pending any more:
  // then it is true.
  bool accept(const Entry& entry, const Answers& answers);
  // What a client wants: at once for the experiment, as far as the handler minds for the extension.
  void cancel(const Entry& entry);
  void end(const Entry& entry, TaskStatus status, std::string message);
  void fail(const Entry& entry, std::string message);
  // The client of the experiment does not answer: the tool fails, as it would without a task.
  void give_up(const Entry& entry, const std::string& why);
  // Something that others see is different now.
  void announce(const Entry& entry);
  void wake_waiters(const Entry& entry);
  void save(const Entry& entry);
  static Async<> save_behind(Shared self, Entry entry);
  void sweep();
  static Async<> sweep_now_and_then(Shared self);
  static Async<> stop(Shared self, Duration grace);

  // task_methods.cpp: what clients do with them ----------------------------------------------

  struct Method;
  static Async<Outcome> serve(Shared self, std::shared_ptr<Call> call);
  // The task as this replica or the store knows it; null pointer when neither does, or when it is
  // somebody else's.
  Async<Entry> find(std::string id, Principal principal, Revision revision);
  Async<Outcome> get(std::shared_ptr<Call> call, Entry entry);
  Async<Outcome> update(std::shared_ptr<Call> call, Entry entry);
  Async<Outcome> cancel_by(std::shared_ptr<Call> call, Entry entry);
  Async<Outcome> result(std::shared_ptr<Call> call, Entry entry);
  static Async<> ask(Shared self, std::shared_ptr<Call> call, Entry entry);

  Executor executor;
  const Clock& clock;
  const KeyRing& ring;
  TaskId self_id;
  Store& store;
  TaskLimits limits;
  Run run_call;
  OnChange on_change;
  log::Logger logger;

  TaskTable table;
  Counter& running_level;
  Counter& rejected;
  Counter& expired;
  std::vector<Counter*> ended;  // by status
  bool is_stopping = false;

  TaskScope runs;
  TaskScope asks;
  TaskScope background;  // saving and sweeping
  Task sweeper;
  bool is_sweeping = false;
};

}  // namespace davit::mcp

// Tasks: tool calls that go on in the background while the client comes back for them. One table
// serves both forms: the extension of 2026-07-28 (SEP-2663) and the experiment of 2025-11-25.
//
// A task belongs to the principal that started it. Its id is sealed and names its maker, so that
// any replica can say where it is, and nobody can guess one. With a shared store the state survives
// its maker: what was finished stays readable, what was running ends as failed.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/counters.h"
#include "mcp/dispatch.h"
#include "mcp/replica.h"
#include "mcp/store.h"

namespace davit::mcp {

struct TaskLimits {
  std::size_t max = 10'000;  // in all, finished ones included
  std::size_t max_per_principal = 100;
  std::size_t max_result_bytes = 16 * 1024 * 1024;  // of all results that are kept
  std::chrono::milliseconds ttl{60 * 60'000};  // from the start; the longest a client may ask for
  std::chrono::milliseconds poll_interval{1'000};  // what clients are advised
};

// What one principal may take of the bytes that all results share; one result, too.
inline std::size_t max_result_bytes_of_one(const TaskLimits& limits) {
  return limits.max_result_bytes / 4;
}

class Tasks {
 public:
  // Serves the call once more, as a task: dispatches it, guarded against exceptions.
  using Run = std::function<Async<Outcome>(std::shared_ptr<Call> call)>;
  // Tells the listeners of 2026-07-28 that a task of that revision has changed: its id, and the
  // members of the DetailedTask.
  using OnChange = std::function<void(std::string_view id, const std::string& members)>;

  // Everything passed by reference must outlive this. `server` is the server's name: a task is
  // one of this server only.
  Tasks(
      Executor executor,
      const Clock& clock,
      const KeyRing& ring,
      ReplicaId self,
      std::string server,
      Store& store,
      TaskLimits limits,
      Run run,
      Counters& counters,
      log::Logger logger
  );
  ~Tasks();

  void on_change(OnChange callback);

  // Starts `call` again as a task and answers with the CreateTaskResult of its revision; the kind
  // of the reply is `task`. `call` was dispatched once, with Reply::Kind::task, and nobody else
  // uses it any more. Over a bound: an error that says which.
  Outcome start(std::shared_ptr<Call> call);

  // tasks/get, tasks/update, tasks/cancel, tasks/result, as far as the call's revision has them;
  // tasks/list is not offered. `tasks/result` (2025-11-25) waits for the end, so no time limit of
  // calls must apply to it, and asks the client meanwhile through call->ask_client what the task
  // needs to know. A task of a replica that has gone is looked up in the store. Errors: cancelled.
  Async<Outcome> serve(std::shared_ptr<Call> call);

  // True when the task is one of this replica's and the principal may see it.
  bool knows(std::string_view id, const Principal& principal) const;

  // Waits up to `grace` for what runs, then cancels it. What has not ended then has failed; it can
  // still be read here, and in the store. Must be called before the end, while the loop runs.
  Async<> stop(Duration grace);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

// Which replica made the task, by its id. Nothing when it is no task id of this deployment.
std::optional<ReplicaId> maker_of_task(const KeyRing& ring, std::string_view id);

}  // namespace davit::mcp

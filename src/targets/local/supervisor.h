// The supervisor of one machine: keeps the tasks of the versions that shall run, the balancer in
// front of them, and their logs; and performs releases as a release::Target. What it wants and what
// it has is in STATE/state.json before it acts, so that the next one goes on where this one was
// killed.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/async.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/client.h"
#include "release/target.h"
#include "targets/local/balancer.h"
#include "targets/local/front.h"
#include "targets/local/task.h"
#include "targets/local/version.h"

namespace davit::local {

struct SupervisorOptions {
  std::filesystem::path folder;  // of the state: ".davit/local"
  BalancerOptions balancer;
  std::chrono::milliseconds drain{110'000};      // until a task that drains is killed
  std::chrono::milliseconds first_backoff{250};  // after a crash, doubled up to
  std::chrono::milliseconds longest_backoff{30'000};
  std::chrono::milliseconds settled{10'000};  // a task that ran so long begins with the first
  std::size_t log_bytes = 10 * 1024 * 1024;   // of one file
  int log_files = 5;                          // of one task, the older ones being removed
  // Until a new task is healthy. Shorter than the release's own limit, so that the error is ours.
  std::chrono::milliseconds start_limit{60'000};
  // Until the balancer must have the weights, one that was killed having been started again, and
  // one that hangs as well (Liveness). Shorter than a release's limit of a shift.
  std::chrono::milliseconds settle{20'000};
};

struct TaskStatus {
  TaskRecord record;
  std::string state;  // "starting", "healthy", "unhealthy", "draining", "crashed"
  int restarts = 0;
  std::string last_exit;  // "exit code 2", empty when it never ended
  std::string not_begun;  // why it could not be started when that was tried last; empty: it was
  int weight = 0;
  std::int64_t requests_running = 0;
};

struct Status {
  std::uint16_t port = 0;
  int balancer_pid = 0;
  std::string balancer_trouble;  // "does not answer"; empty: none
  std::string serving;  // the version that has all traffic, or the old one of a release under way
  std::string coming;   // the new one of a release under way
  int weight = 0;       // of the new one, per cent
  std::vector<TaskStatus> tasks;
};

class Supervisor final : public release::Target {
 public:
  Supervisor(
      Executor executor,
      const Clock& clock,
      http::Client& client,
      log::Logger logger,
      SupervisorOptions options
  );
  // With something else in the place of HAProxy.
  Supervisor(
      Executor executor,
      const Clock& clock,
      http::Client& client,
      log::Logger logger,
      SupervisorOptions options,
      MakeFront make_front
  );
  ~Supervisor() override;  // tasks and balancer run on

  // Takes over what an earlier supervisor left, starts again what has died, and the balancer.
  // Errors: those of Balancer::start; protocol (the state cannot be read).
  Async<> begin();
  // Keeps everything running until it is cancelled. It must run for the others to come to an end.
  Async<> run();
  // Ends all tasks, drained, and the balancer.
  Async<> stop_all();

  Async<Status> status();
  // The number of tasks of each service of the version that serves, or of one.
  Async<> scale(std::string service, int tasks);

  // The releases that have tasks, or shall have some, and no traffic.
  std::vector<std::string> leftovers() const;

  // The files of a task's log, the oldest first.
  std::vector<std::filesystem::path> logs(const std::string& task) const;

  Async<> start(std::string release, int percent) override;
  Async<> trim(std::string release, int percent) override;
  Async<> shift(std::string green, std::string blue, int percent) override;
  Async<std::vector<release::Endpoint>> endpoints(std::string release) override;
  Async<release::Measured> measure(std::string release) override;
  Async<json::Object> evidence(std::string release) override;

 private:
  std::unique_ptr<class Tasks> tasks_;
};

}  // namespace davit::local

// Task: one process of a service. It outlives us on purpose: it has a session of its own and writes
// to files, so that traffic flows on when the supervisor is killed, and the next supervisor takes
// it over by what was written down.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/async.h"
#include "async/child_process.h"
#include "json/json.h"
#include "targets/local/ports.h"
#include "targets/local/version.h"

namespace davit::local {

// What is written down of a process, enough to know it again.
struct TaskRecord {
  std::string id;  // "davitd-3": never used twice in one state folder
  std::string release;
  std::string service;
  Ports ports;
  int pid = 0;
  std::uint64_t started = 0;  // of /proc/PID/stat: a pid alone may be another's by now
};
json::Object to_json(const TaskRecord& record);
Result<TaskRecord> task_from_json(const json::Value& value);

class Task {
 public:
  // Starts it in `directory`, or ours when that is empty; standard output and standard error go to
  // `log`, appended. davitd inherits our variables, for the manifest's references are followed
  // there; others only what environment.h says. Errors: not_found (the program, the directory),
  // forbidden, unavailable.
  static Result<std::unique_ptr<Task>> start(
      Executor executor,
      TaskRecord record,  // pid and started are filled in
      std::vector<std::string> command,
      const manifest::Texts& environment,
      const std::filesystem::path& log,
      const std::string& directory = {},
      bool is_davitd = false
  );
  // Takes over one that an earlier supervisor started. Errors: not_found, when it has ended.
  static Result<std::unique_ptr<Task>> adopt(Executor executor, TaskRecord record);

  ~Task();  // the process runs on
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  const TaskRecord& record() const;
  bool is_running() const;
  // To its process group.
  void send_signal(int signal);
  // Waits for the end; without a status when it was not our child. Errors: cancelled.
  Async<std::optional<ExitStatus>> wait();
  // SIGTERM, and SIGKILL when it has not ended after `grace`. Errors: cancelled.
  Async<std::optional<ExitStatus>> stop(Duration grace);

 private:
  struct Impl;
  explicit Task(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace davit::local

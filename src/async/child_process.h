// ChildProcess: a program that runs beside us, in a process group of its own, with pipes for its
// standard input and output.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "async/async.h"

namespace davit {

enum class ChildErrors {
  inherit,  // its standard error is ours
  capture,  // a pipe: read it, or the child stops when it is full
  discard,
};

struct ChildOptions {
  std::vector<std::string> command;  // the program, looked up in PATH, and its arguments
  std::vector<std::pair<std::string, std::string>> environment;  // beside ours, or instead
  std::string directory;                                         // empty: ours
  ChildErrors errors = ChildErrors::inherit;
};

struct ExitStatus {
  int code = 0;    // of `exit`
  int signal = 0;  // instead, when it was killed

  bool ok() const { return code == 0 && signal == 0; }
};
// "exit code 2", "signal 9".
std::string to_string(const ExitStatus& status);

// How long `stop` waits after each step before it takes the next.
struct StopLadder {
  Duration after_close = std::chrono::seconds(2);  // of its input
  Duration after_term = std::chrono::seconds(2);   // SIGTERM; SIGKILL follows
};

// Use from the loop thread. When the child ends, so does what is left of its process group. The
// destructor kills what still runs; no zombie stays behind.
class ChildProcess {
 public:
  // Nothing of ours is inherited but the environment and, if asked for, standard error: no other
  // descriptor, no blocked or ignored signal. Errors: not_found (no such program), forbidden (not
  // executable), invalid_input (empty command, directory), unavailable.
  static Result<std::unique_ptr<ChildProcess>> spawn(Executor executor, ChildOptions options);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  int pid() const;
  // Our ends of its pipes, non-blocking, open as long as this lives; -1 for none. Whoever writes to
  // `input` must have ended before `close_input` or `stop`.
  int input() const;
  int output() const;
  int errors() const;

  void close_input();
  // To the whole group; nothing happens when the child has ended.
  void send_signal(int signal);

  // Waits for the end. Several may wait. Errors: cancelled.
  Async<ExitStatus> wait();
  // Closes its input, waits, sends SIGTERM to the group, waits, sends SIGKILL. Errors: cancelled,
  // and the child then runs on.
  Async<ExitStatus> stop(StopLadder ladder = {});

 private:
  struct Impl;
  explicit ChildProcess(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace davit

// The balancer: one HAProxy in front of all tasks. What it shall do is said as a whole; what
// differs goes through its runtime socket, without a reload, and into its configuration file, so
// that a new one begins with the same. It is a task like the others: it outlives the supervisor.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/async.h"
#include "base/log.h"
#include "json/json.h"

namespace davit::local {

struct BalancedTask {
  std::string id;  // "davitd-3"
  std::string release;
  std::uint16_t port = 0;
  int weight = 0;  // 0 to 256; 0 gets nothing new, and keeps what it has

  bool operator==(const BalancedTask&) const = default;
};

// All tasks of one service, of whatever version.
struct Backend {
  std::string name;                // of the service
  std::vector<std::string> paths;  // "/billing": it and what is below; empty: everything else
  std::string check;               // path that answers 200 while a task takes new work; empty:
                                   // a connection has to do
  std::string rewrite_to;          // of a server that is not ours: the path that /NAME/mcp becomes
  std::vector<BalancedTask> tasks;

  bool operator==(const Backend&) const = default;
};

// The weights that give green `percent` of the traffic, whatever the numbers of tasks.
// Pure; sum of shares is exact within 1/256 of a task's weight.
void set_weights(std::vector<BalancedTask>& tasks, const std::string& green, int percent);

// When HAProxy, being there, is held to hang: its runtime socket has been silent once, and then in
// each of the attempts neither this nor its port has answered within the limit. With these values
// that takes 12 s, so that one which is only slow, on a machine where all else is busy as well, is
// left alone; and calls that ran are lost with it.
struct Liveness {
  std::chrono::milliseconds between{2'000};  // two questions
  std::chrono::milliseconds limit{2'000};    // of one answer; the runtime socket's own, too
  int attempts = 3;
};

struct BalancerOptions {
  std::filesystem::path folder;  // of its configuration, sockets and pid
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string program = "haproxy";  // looked up in PATH and /usr/sbin
  int slots = 64;                   // tasks of one backend at most
  Liveness liveness;
};

// The configuration file of HAProxy. Pure.
std::string to_configuration(const BalancerOptions& options, const std::vector<Backend>& backends);

// What came of the requests that one task answered, from HAProxy's log: it is told for each.
struct TaskFigures {
  std::int64_t requests = 0;
  std::int64_t errors_5xx = 0;
  std::vector<std::uint32_t> times_ms;  // of requests that were no streams, at most 10,000
};

class Balancer {
 public:
  // Errors: not_found with what to install.
  static Result<std::unique_ptr<Balancer>> make(
      Executor executor, BalancerOptions options, log::Logger logger
  );
  ~Balancer();  // HAProxy runs on

  // Starts HAProxy with `backends`, or takes over the one that runs and brings it there. Errors:
  // conflict (the port is taken, by whom if that can be seen); unavailable (its last words).
  // One that runs and hangs is replaced.
  Async<> start(std::vector<Backend> backends);
  // Brings it there and asks until it is so. A backend that is new needs a reload, which HAProxy
  // does without losing a connection. Errors: unavailable, timeout.
  Async<> apply(std::vector<Backend> backends);
  // What it says: weight and health by task. Errors: unavailable.
  struct Seen {
    int weight = 0;
    bool is_up = false;
    std::int64_t sessions = 0;  // requests under way, also in workers from before a reload
  };
  Async<std::map<std::string, Seen>> look();

  // Since it was asked before, by task; empty for those without a request.
  std::map<std::string, TaskFigures> take_figures();

  // What a person should know of the HAProxy that runs, as "does not answer"; empty: nothing.
  std::string trouble() const;

  bool is_running() const;
  bool answers() const;        // it runs, and did when it was asked last
  std::uint16_t port() const;  // that it listens on
  int pid() const;
  // Until it ends, which it does when it was killed. One that hangs is killed here. Errors:
  // cancelled.
  Async<> wait();
  // Lets open connections finish for `grace`. Errors: cancelled.
  Async<> stop(Duration grace);

 private:
  struct Impl;
  explicit Balancer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace davit::local

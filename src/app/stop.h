// The way out of a process that serves: the order to stop, wherever it comes from, and the drain
// that follows.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "async/event.h"
#include "async/task_scope.h"
#include "base/log.h"
#include "host/host.h"
#include "http/server.h"

namespace davit::app {

struct DrainTimes {
  Duration grace;                      // from the order to the end
  Duration notice = Duration::zero();  // part of it: the listener stays open at least so long
};

// The order to stop. Given once; given again it changes nothing.
class StopOrder {
 public:
  // `at_once` runs inside the `give` that counts.
  StopOrder(Executor executor, std::function<void()> at_once)
      : changed_(std::move(executor)), at_once_(std::move(at_once)) {}

  void give(std::string by, DrainTimes times);
  bool is_given() const { return given_; }
  // By whom, for the log: "SIGTERM".
  const std::string& by() const { return by_; }

  // Waits until it is given. One waiter at a time. Errors: cancelled.
  Async<DrainTimes> wait();

 private:
  Event changed_;
  std::function<void()> at_once_;
  bool given_ = false;
  std::string by_;
  DrainTimes times_{};
};

// SIGTERM gives the order with `times`, SIGINT with two seconds. A SIGINT after that ends the
// process at once, with exit code 130 and the log written; a SIGTERM does not, for a process group
// and the wrapper that passes it on may both send theirs. Runs until it is cancelled; what is
// passed by pointer must outlive it.
Async<> watch_signals(Executor executor, StopOrder* order, DrainTimes times, log::Sink* sink);

// What is to be drained.
struct Drained {
  std::vector<http::Server*> servers;
  std::vector<mcp::transport::StreamableHttp*> transports;
};

// Lets what runs finish within `times`, then cuts it: first the endpoints, all at once, while the
// listener goes on to answer and the readers of session streams find other replicas; then the
// sessions of HTTP+SSE; then the listener. A process that hangs all the same is ended by
// `end_late_process`.
Async<> drain(Drained parts, DrainTimes times, Executor executor, log::Logger logger);

// Ends the process with exit code 1, and the log written, if it is still there two seconds after
// the drain should be over: something does not let itself be cancelled. `sink` must outlive it.
Async<> end_late_process(DrainTimes times, log::Sink* sink, log::Logger logger);

}  // namespace davit::app

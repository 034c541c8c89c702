// Foreground: the supervisor of this machine with all that `davit up` puts around it, until it is
// asked to end.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "app/local/narrator.h"
#include "app/local/operator.h"
#include "app/local/up.h"
#include "async/event.h"
#include "async/loop.h"
#include "async/task_scope.h"
#include "targets/local/supervisor.h"

namespace davit::app {

class Foreground {
 public:
  // `balancer` is HAProxy's folder.
  Foreground(
      Executor executor,
      const UpRequest& request,
      manifest::Manifest manifest,
      const std::filesystem::path& balancer,
      log::Logger logger,
      const Clock& clock,
      http::Client& client
  );

  // Answers the exit code. Errors: those of Supervisor::begin and of the control socket; of a first
  // release that cannot begin.
  Async<int> run();

 private:
  Operator::Parts operator_parts(const Clock& clock, log::Logger logger);
  Async<> open_control();
  Async<> serve();
  void end_leftovers();
  Async<> begin_release();
  Async<> wait_for_first();
  void tell_addresses(const local::Status& status) const;

  // foreground_end.cpp
  void order(std::string by);
  Async<> watch_signals();
  Async<> kill_all();
  Async<bool> may_end_all(bool has_failed);
  Async<> end_all();
  Async<> leave();
  Async<> end_ours();

  Executor executor_;
  Signals signals_;  // from the beginning: none may end us by what it does by default
  const UpRequest& request_;
  manifest::Manifest manifest_;
  StateFolder folder_;
  local::Supervisor supervisor_;
  Narrator narrator_;
  Releases releases_;
  Operator operator_;
  std::unique_ptr<ControlServer> control_;
  Event ordered_;
  std::string ordered_by_;
  bool is_own_first_ = false;  // nothing served, and this run began its first release
  int code_ = 0;
  TaskScope background_;
  log::Logger logger_;
};

}  // namespace davit::app

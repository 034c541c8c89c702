// What `davit up` says on standard error while it runs: a line for each change, whoever brought it
// about.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/local/releases.h"
#include "app/local/view.h"
#include "targets/local/supervisor.h"

namespace davit::app {

// At once, with what is written elsewhere.
void say(std::string_view text);

// Of a task that ended by itself, or could not be started.
std::string describe_restart(const local::TaskStatus& task);

class Narrator {
 public:
  // Of a release.
  void tell_state(const rollout::State& state, rollout::Time began);
  // Each task that ended by itself, or could not be started. Until it is cancelled.
  static Async<> tell_restarts(local::Supervisor* supervisor);
  // Each release that nobody goes on with, once, and what can be done. Until they are left, or
  // it is cancelled.
  static Async<> tell_stuck(Releases* releases);

 private:
  std::optional<View> told_;
};

}  // namespace davit::app

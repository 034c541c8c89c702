// Performer: does one action of the machine, with the hooks that belong to it.
#pragma once

#include <functional>
#include <vector>

#include "release/driver.h"

namespace davit::release {

// Which hooks are asked before the action of this state; those that fail keep it from being done.
std::vector<Hook::When> hooks_before(const rollout::State& state);

class Performer {
 public:
  // `target`, `client` and `options` must outlive this. `on_gate` gets each report of the gate.
  Performer(
      Executor executor,
      Target& target,
      http::Client& client,
      log::Logger logger,
      const DriverOptions& options,
      std::function<void(GateReport)> on_gate
  );

  // Both take the state in which the action was given. Errors: why it failed, for the person who
  // released; cancelled.
  Async<> ask_hooks(Hook::When when, rollout::State state);
  Async<> perform(rollout::Action action, rollout::State state);

 private:
  Async<> run_gate(rollout::State state);
  Async<> shift(rollout::Action action, rollout::State state);
  Async<GateOptions> gate_options(rollout::State state);
  Async<GateReport> ask(GateOptions options);

  Executor executor_;
  Target& target_;
  http::Client& client_;
  log::Logger logger_;
  const DriverOptions& options_;
  std::function<void(GateReport)> on_gate_;
};

}  // namespace davit::release

// Performer: does one action of the machine, with the hooks that belong to it.
#pragma once

#include <functional>

#include "release/driver.h"

namespace davit::release {

class Performer {
 public:
  // All of it must outlive this. `on_gate` gets each report of the gate.
  Performer(
      Executor executor,
      Target& target,
      http::Client& client,
      log::Logger logger,
      const DriverOptions& options,
      std::function<void(GateReport)> on_gate
  );

  // Both: `state` is the one in which the action was given. Errors: why it failed, for the person
  // who released; cancelled.
  // Asks the hooks that may keep the action from being done.
  Async<> ask_hooks(rollout::State state);
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

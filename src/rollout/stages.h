// What each stage is: its action, its time limit, its place in the documentation.
#pragma once

#include <span>

#include "rollout/rollout.h"

namespace davit::rollout {

struct StageRow {
  enum class Whose { nobody, green, blue };

  Stage stage;
  std::string_view name;
  std::string_view means;
  // What is done on entering; without an owner there is nothing to do but to wait.
  Whose whose = Whose::nobody;
  Act act = Act::start;
  int (*percent)(const State&) = nullptr;
  std::string_view percent_means;
  // Until the stage is late; none in the end states.
  milliseconds (*limit)(const State&) = nullptr;
  std::string_view limit_means;
};

std::span<const StageRow> stage_rows();
const StageRow& row_of(Stage stage);

// Of the step under way.
const Step& current_step(const State& state);

// Takes `state` into `stage` and answers what has to be done there. The stage it is in already
// begins its work again, with a new number and the whole time.
std::optional<Action> enter(State& state, Stage stage, Time now);

}  // namespace davit::rollout

#include <fmt/format.h>

#include "rollout/handlers.h"
#include "rollout/stages.h"

namespace davit::rollout {

std::optional<Stage> begin(State& state, const Event&) {
  state.reason = check(state.plan);
  if (!state.reason.empty()) return Stage::refused;
  state.step = state.plan.previous.empty() ? state.plan.steps.size() - 1 : 0;
  return Stage::starting;
}

std::optional<Stage> after_start(State& state, const Event&) {
  return state.was_shifted ? Stage::shifting : Stage::gating;
}

std::optional<Stage> after_gate(State& state, const Event&) {
  return state.plan.pauses ? Stage::paused : Stage::shifting;
}

std::optional<Stage> after_pause(State&, const Event&) { return Stage::shifting; }

std::optional<Stage> after_shift(State& state, const Event&) {
  state.weight = current_step(state).green_weight;
  auto const trims =
      !state.plan.previous.empty() && current_step(state).blue_runs < state.blue_runs;
  return trims ? Stage::trimming : Stage::baking;
}

std::optional<Stage> after_trim(State&, const Event&) { return Stage::baking; }

// Too much of blue harms nobody, and it is trimmed again in the end.
std::optional<Stage> after_failed_trim(State& state, const Event& event) {
  state.remarks.push_back(fmt::format(
      "step {} keeps more of {} than was planned: {}",
      state.step + 1,
      state.plan.previous,
      explain(state, event)
  ));
  return Stage::baking;
}

std::optional<Stage> after_bake(State& state, const Event&) {
  if (state.step + 1 == state.plan.steps.size()) {
    return state.plan.previous.empty() ? Stage::done : Stage::retiring;
  }
  auto const runs = current_step(state).green_runs;
  ++state.step;
  return current_step(state).green_runs > runs ? Stage::starting : Stage::shifting;
}

std::optional<Stage> after_retire(State&, const Event&) { return Stage::done; }

// Blue has no traffic: the release went well all the same.
std::optional<Stage> after_failed_retire(State& state, const Event& event) {
  state.remarks.push_back(fmt::format(
      "{} serves everything, but tasks of {} may be left: {}",
      state.plan.release,
      state.plan.previous,
      explain(state, event)
  ));
  return Stage::done;
}

std::optional<Stage> begin_again(State& state, const Event&) { return state.stage; }

}  // namespace davit::rollout

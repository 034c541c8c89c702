#include <fmt/format.h>

#include "rollout/handlers.h"

namespace davit::rollout {
namespace {

bool is_first_release(const State& state) { return state.plan.previous.empty(); }

// Until the tries are used up.
std::optional<Stage> try_again(State& state, const Event& event) {
  auto const why = explain(state, event);
  auto const try_number = ++state.tries;
  state.remarks.push_back(
      fmt::format("{}, try {} of {}: {}", to_string(state.stage), try_number, kMaxTries, why)
  );
  if (try_number < kMaxTries) return state.stage;
  state.reason += fmt::format("; and the rollback failed: {}", why);
  return Stage::failed;
}

}  // namespace

std::optional<Stage> refuse(State& state, const Event& event) {
  state.reason = explain(state, event);
  return Stage::refused;
}

std::optional<Stage> turn_back(State& state, const Event& event) {
  state.reason = explain(state, event);
  // Of a first release nothing is left: there is no version that could have the traffic.
  return state.was_shifted && !is_first_release(state) ? Stage::restoring : Stage::removing;
}

std::optional<Stage> turn_back_from_traffic(State& state, const Event& event) {
  if (!state.was_shifted) return std::nullopt;
  return turn_back(state, event);
}

std::optional<Stage> after_restore(State& state, const Event&) {
  state.blue_runs = 100;
  return Stage::shifting_back;
}

// Blue that was left alone takes the traffic as it did before the release, and at once: green is
// bad. With fewer tasks it might break under it, and green that is bad is better than nothing.
std::optional<Stage> after_failed_restore(State& state, const Event& event) {
  if (state.blue_runs < 100) return try_again(state, event);
  state.remarks.push_back(fmt::format(
      "{} got its traffic back though not all of its tasks are healthy: {}",
      state.plan.previous,
      explain(state, event)
  ));
  return Stage::shifting_back;
}

std::optional<Stage> after_shift_back(State& state, const Event&) {
  state.weight = 0;
  return Stage::removing;
}

std::optional<Stage> after_failed_shift_back(State& state, const Event& event) {
  return try_again(state, event);
}

std::optional<Stage> after_remove(State& state, const Event&) {
  state.weight = 0;
  return state.was_shifted ? Stage::rolled_back : Stage::refused;
}

// Green has no traffic any more, so that what is left of it is only untidy; but that of a first
// release has, until it is gone.
std::optional<Stage> after_failed_remove(State& state, const Event& event) {
  if (is_first_release(state) && state.was_shifted) return try_again(state, event);
  state.remarks.push_back(
      fmt::format("tasks of {} may be left: {}", state.plan.release, explain(state, event))
  );
  return after_remove(state, event);
}

}  // namespace davit::rollout

// A state for tests of what keeps states.
#pragma once

#include "rollout/rollout.h"

namespace davit::release {

inline rollout::Time at(std::int64_t ms) { return rollout::Time(std::chrono::milliseconds(ms)); }

// Nothing in it has the value that it has by itself.
inline rollout::State full_state() {
  using namespace std::chrono_literals;
  rollout::State state;
  state.plan.release = "green-2";
  state.plan.previous = "blue-1";
  state.plan.steps = {{50, 10, 100, 1'500ms}, {100, 100, 50, 60'000ms}};
  state.plan.pauses = true;
  state.plan.start_limit = 1ms;
  state.plan.gate_limit = 2ms;
  state.plan.shift_limit = 3ms;
  state.plan.retire_limit = 4ms;
  state.plan.pause_limit = 5ms;
  state.stage = rollout::Stage::shifting_back;
  state.step = 1;
  state.weight = 10;
  state.blue_runs = 50;
  state.was_shifted = true;
  state.under_way = rollout::Action{7, rollout::Act::shift, "green-2", 0};
  state.actions = 7;
  state.tries = 2;
  state.deadline = at(1'795'262'400'042);
  state.since = at(1'795'262'399'000);
  state.reason = "12 of 200 requests failed with 5xx: \"too\nmany\"";
  state.remarks = {"one", "another \xC3\xA9"};
  return state;
}

}  // namespace davit::release

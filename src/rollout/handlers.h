// What the rows of the table do; each is a Handler.
#pragma once

#include "rollout/transitions.h"

namespace davit::rollout {

std::optional<Stage> begin(State& state, const Event& event);
std::optional<Stage> after_start(State& state, const Event& event);
std::optional<Stage> after_gate(State& state, const Event& event);
std::optional<Stage> after_pause(State& state, const Event& event);
std::optional<Stage> after_shift(State& state, const Event& event);
std::optional<Stage> after_trim(State& state, const Event& event);
std::optional<Stage> after_failed_trim(State& state, const Event& event);
std::optional<Stage> after_bake(State& state, const Event& event);
std::optional<Stage> after_retire(State& state, const Event& event);
std::optional<Stage> after_failed_retire(State& state, const Event& event);
std::optional<Stage> begin_again(State& state, const Event& event);

std::optional<Stage> refuse(State& state, const Event& event);
std::optional<Stage> turn_back(State& state, const Event& event);
std::optional<Stage> turn_back_from_traffic(State& state, const Event& event);
std::optional<Stage> after_restore(State& state, const Event& event);
std::optional<Stage> after_failed_restore(State& state, const Event& event);
std::optional<Stage> after_shift_back(State& state, const Event& event);
std::optional<Stage> after_failed_shift_back(State& state, const Event& event);
std::optional<Stage> after_remove(State& state, const Event& event);
std::optional<Stage> after_failed_remove(State& state, const Event& event);

// What went wrong in this stage, in a sentence: the event's own, or one of ours.
std::string explain(const State& state, const Event& event);

}  // namespace davit::rollout

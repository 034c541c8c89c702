#include <fmt/format.h>

#include "rollout/stages.h"
#include "rollout/transitions.h"

namespace davit::rollout {
namespace {

// An outcome is that of the action under way; the time of the stage is over.
bool fits(const State& state, const Event& event) {
  switch (event.kind) {
    case Event::Kind::succeeded:
    case Event::Kind::failed: return state.under_way && state.under_way->number == event.number;
    case Event::Kind::tick: return state.deadline && event.now >= *state.deadline;
    default: return true;
  }
}

}  // namespace

std::string check(const State& state) {
  // A plan that is wrong is refused when it is begun, and stays so.
  if (state.stage == Stage::planned || is_end(state.stage)) return "";
  if (auto problem = check(state.plan); !problem.empty()) return problem;
  if (state.step < state.plan.steps.size()) return "";
  return fmt::format("step {} of {} does not exist", state.step + 1, state.plan.steps.size());
}

Advance advance(const State& state, const Event& event) {
  Advance result{.next = state};
  auto const* row = find_row(state.stage, event.kind);
  if (row == nullptr || !fits(state, event)) return result;
  auto& next = result.next;
  if (auto const problem = check(state); !problem.empty()) {
    next.reason = fmt::format("what was written down of this release makes no sense: {}", problem);
    result.action = enter(next, Stage::failed, event.now);
    return result;
  }
  if (auto const stage = row->handler(next, event)) result.action = enter(next, *stage, event.now);
  return result;
}

}  // namespace davit::rollout

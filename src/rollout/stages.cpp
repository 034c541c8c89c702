#include "rollout/stages.h"

#include <algorithm>

namespace davit::rollout {
namespace {

using Whose = StageRow::Whose;

int none(const State&) { return 0; }
int all(const State&) { return 100; }
int green_runs(const State& state) { return current_step(state).green_runs; }
int green_weight(const State& state) { return current_step(state).green_weight; }
int blue_runs(const State& state) { return current_step(state).blue_runs; }

milliseconds start_limit(const State& state) { return state.plan.start_limit; }
milliseconds gate_limit(const State& state) { return state.plan.gate_limit; }
milliseconds shift_limit(const State& state) { return state.plan.shift_limit; }
milliseconds retire_limit(const State& state) { return state.plan.retire_limit; }
milliseconds pause_limit(const State& state) { return state.plan.pause_limit; }
// Tasks that nobody touched run; waiting for a sick one would leave the traffic with bad green.
milliseconds restore_limit(const State& state) {
  auto const& plan = state.plan;
  return state.blue_runs < 100 ? plan.start_limit : std::min(plan.start_limit, plan.shift_limit);
}
milliseconds bake(const State& state) { return current_step(state).bake; }

// In the order of Stage.
constexpr StageRow kStages[] = {
    {Stage::planned, "planned", "nothing was done yet"},
    {Stage::starting,
     "starting",
     "the green tasks of this step are started, and become healthy",
     Whose::green,
     Act::start,
     green_runs,
     "`green_runs`",
     start_limit,
     "`start_limit`"},
    {Stage::gating,
     "gating",
     "once, before the first shift: green has to answer as it should",
     Whose::green,
     Act::gate,
     none,
     "",
     gate_limit,
     "`gate_limit`"},
    {.stage = Stage::paused,
     .name = "paused",
     .means = "a person looks at green, which has no traffic, and resumes",
     .limit = pause_limit,
     .limit_means = "`pause_limit`"},
    {Stage::shifting,
     "shifting",
     "the balancer gives green its share of this step",
     Whose::green,
     Act::shift,
     green_weight,
     "`green_weight`",
     shift_limit,
     "`shift_limit`"},
    {Stage::trimming,
     "trimming",
     "the blue tasks that this step does without drain and end",
     Whose::blue,
     Act::trim,
     blue_runs,
     "`blue_runs`",
     retire_limit,
     "`retire_limit`"},
    {.stage = Stage::baking,
     .name = "baking",
     .means = "the step is watched",
     .limit = bake,
     .limit_means = "`bake`, and the step went well"},
    {Stage::retiring,
     "retiring",
     "the rest of blue drains and ends",
     Whose::blue,
     Act::trim,
     none,
     "0",
     retire_limit,
     "`retire_limit`"},
    {Stage::restoring,
     "restoring",
     "rolling back: all blue tasks run and are healthy again",
     Whose::blue,
     Act::start,
     all,
     "100",
     restore_limit,
     "`start_limit`; when blue was never trimmed, not more than `shift_limit`"},
    {Stage::shifting_back,
     "shifting_back",
     "rolling back: the balancer gives blue everything",
     Whose::green,
     Act::shift,
     none,
     "0",
     shift_limit,
     "`shift_limit`"},
    {Stage::removing,
     "removing",
     "green drains and ends",
     Whose::green,
     Act::trim,
     none,
     "0",
     retire_limit,
     "`retire_limit`"},
    {Stage::done, "done", "the end: green serves everything"},
    {Stage::refused, "refused", "the end: green never had traffic, what served before serves"},
    {Stage::rolled_back, "rolled_back", "the end: blue serves everything again"},
    {Stage::failed, "failed", "the end: the rollback did not come to its end, a person has to look"
    },
};

// A clock that is far off must not overflow.
Time add(Time now, milliseconds limit) {
  return now > Time::max() - limit ? Time::max() : now + limit;
}

// What the target may have done from now on, whether it says so or not.
void note_risk(State& state, const Action& action) {
  if (state.stage == Stage::shifting) state.was_shifted = true;
  if (action.act == Act::trim && action.release == state.plan.previous) {
    state.blue_runs = std::min(state.blue_runs, action.percent);
  }
}

}  // namespace

std::span<const StageRow> stage_rows() { return kStages; }

const StageRow& row_of(Stage stage) { return kStages[static_cast<std::size_t>(stage)]; }

const Step& current_step(const State& state) { return state.plan.steps[state.step]; }

std::optional<Action> enter(State& state, Stage stage, Time now) {
  if (state.stage != stage) {
    state.stage = stage;
    state.since = now;
    state.tries = 0;
  }
  state.under_way.reset();
  state.deadline.reset();
  auto const& row = row_of(stage);
  if (row.limit != nullptr) state.deadline = add(now, row.limit(state));
  if (row.whose == Whose::nobody) return std::nullopt;
  auto const& release = row.whose == Whose::green ? state.plan.release : state.plan.previous;
  state.under_way = Action{++state.actions, row.act, release, row.percent(state)};
  note_risk(state, *state.under_way);
  return state.under_way;
}

}  // namespace davit::rollout

// rollout: a release as a pure state machine. `advance` takes where a release stands and what
// happened, and answers where it stands then and what has to be done. It waits for nothing and
// knows no clock: time is an event. Targets perform the actions; the same machine drives all of
// them.
//
// "Green" is the version that comes, "blue" the one that serves.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace davit::rollout {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;
using std::chrono::milliseconds;

// One step of the shift: so much of green runs, then gets so much of the traffic, then so much of
// blue stays; and then the step is watched. All are per cent, 0 to 100, and do not fall (blue_runs
// does not rise) from step to step. Targets round tasks up: any per cent is at least one.
struct Step {
  int green_runs = 100;
  int green_weight = 100;
  int blue_runs = 100;
  milliseconds bake{0};

  bool operator==(const Step&) const = default;
};

// What was decided before the first effect.
struct Plan {
  std::string release;   // green
  std::string previous;  // blue; empty when nothing serves yet
  // 1 to 100 of them; the last has all of green and gives it all traffic. When nothing serves yet
  // there is nothing to share with: the last is the only one that is done.
  std::vector<Step> steps;
  bool pauses = false;                // after the gate, until `resume` comes
  milliseconds start_limit{120'000};  // until the new tasks of a step are healthy
  milliseconds gate_limit{120'000};
  milliseconds shift_limit{30'000};     // until the balancer was seen to have the weights
  milliseconds retire_limit{150'000};   // until old tasks have drained and ended
  milliseconds pause_limit{3'600'000};  // then the release is rolled back

  bool operator==(const Plan&) const = default;
};

enum class Strategy { all_at_once, canary, linear, rolling };

struct StrategyOptions {
  int tasks = 2;     // rolling replaces one after the other
  int percent = 10;  // of the canary; of each linear step
  milliseconds step_bake{0};
  milliseconds bake{0};  // after the last step
};
// Canary: `percent`, then all. Linear: in steps of `percent`; a rest of less than a tenth of a step
// goes with the last. Rolling: one task at a time; the last of blue stays until the bake is over.
// Options out of range count as the nearest that is in it.
std::vector<Step> make_steps(Strategy strategy, const StrategyOptions& options);

// Empty when `advance` can take it; else what is wrong.
std::string check(const Plan& plan);

enum class Stage {
  planned,
  starting,  // green's tasks of this step
  gating,    // once, before the first shift
  paused,
  shifting,  // traffic, to this step's weight
  trimming,  // blue's tasks that this step does without
  baking,
  retiring,       // the rest of blue
  restoring,      // rolling back: blue's tasks are all brought back
  shifting_back,  // all traffic to blue
  removing,       // green's tasks
  done,           // green serves everything
  refused,        // ended before any traffic came to green; blue serves as before
  rolled_back,    // blue serves everything again
  failed,         // the rollback did not come to its end: a person has to look
};
std::string_view to_string(Stage stage);
std::optional<Stage> parse_stage(std::string_view name);
bool is_end(Stage stage);

// What a target has to do. Each is idempotent: "see to it that it is so". At most one is under way.
enum class Act {
  start,  // `percent` of the tasks of `release` run and are healthy
  gate,   // green answers as it should, reached without the balancer
  shift,  // green has `percent` of the traffic, blue the rest, and the balancer was asked
  trim,   // at most `percent` of the tasks of `release` are left; the others drained and ended
};
std::string_view to_string(Act act);

struct Action {
  std::uint64_t number = 0;  // 1, 2, ... in one release; what became of it comes back with it
  Act act = Act::start;
  std::string release;
  int percent = 0;

  bool operator==(const Action&) const = default;
};

struct Event {
  enum class Kind {
    begin,      // of a planned release
    succeeded,  // the action `number`
    failed,     // the action `number`, because of `reason`
    bad,        // the watch saw something: `reason`
    resume,     // a person lets a paused release go on
    roll_back,  // a person, or another release, wants it to end: `reason`
    tick,       // nothing but time passed
    recover,    // after the driver was killed: what was under way begins again
  };
  Kind kind = Kind::tick;
  Time now{};
  std::uint64_t number = 0;
  std::string reason;
};
std::string_view to_string(Event::Kind kind);

struct State {
  Plan plan;
  Stage stage = Stage::planned;
  std::size_t step = 0;  // of the plan's, from 0
  // Green's share of the traffic as it was last confirmed. While a shift is under way, the truth is
  // between it and the action's percent.
  int weight = 0;
  bool was_shifted = false;  // green may have had traffic
  // What was left to blue of its tasks; a trim under way counts as done.
  int blue_runs = 100;
  std::optional<Action> under_way;
  std::uint64_t actions = 0;         // given out so far
  int tries = 0;                     // that failed in this stage, while rolling back
  std::optional<Time> deadline;      // of the stage
  Time since{};                      // the stage began
  std::string reason;                // why it was rolled back or failed
  std::vector<std::string> remarks;  // what went wrong without changing the outcome

  bool operator==(const State&) const = default;
};

// Empty when `advance` can go on with a state that came from elsewhere; else what is wrong with it.
std::string check(const State& state);

struct Advance {
  State next;
  std::optional<Action> action;  // to be done now, in the place of any before it
};
// Any event may come in any state; what does not fit, such as the outcome of an action that is no
// longer under way, changes nothing.
Advance advance(const State& state, const Event& event);

// The versions that may get traffic now, blue first. Empty only while nothing serves: before the
// first shift of a first release, and when that was rolled back.
std::vector<std::string> serving(const State& state);

// The machine as a picture, in Mermaid's language, drawn from its table.
std::string to_mermaid();

}  // namespace davit::rollout

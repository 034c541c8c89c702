// Model: a target that does what it is told, more or less, and keeps an account of its own. For the
// tests and the fuzzer: it says when the machine does what must never happen.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "rollout/rollout.h"

namespace davit::rollout {

class Model {
 public:
  explicit Model(const Plan& plan) : plan_(plan), state_{.plan = plan} {}

  const State& state() const { return state_; }

  // Tells the machine. Empty when all is well, else what is not. `luck`, 0 to 100, is how much of a
  // new action is done before anything else happens.
  std::string tell(const Event& event, int luck) {
    auto const is_answer = state_.under_way && event.number == state_.under_way->number;
    if (is_answer && event.kind == Event::Kind::succeeded) confirm(*state_.under_way);
    auto const result = advance(state_, event);
    auto const before = std::exchange(state_, result.next);
    if (auto problem = check_event(before, event, result); !problem.empty()) return problem;
    if (result.action) {
      if (auto problem = check_action(*result.action); !problem.empty()) return problem;
      perform(*result.action, luck);
    }
    return check_state();
  }

 private:
  bool is_first() const { return state_.plan.previous.empty(); }
  bool is_green(const Action& action) const { return action.release == state_.plan.release; }

  static int part_of(int from, int to, int luck) { return from + (to - from) * luck / 100; }

  // It may get stuck anywhere between.
  void perform(const Action& action, int luck) {
    auto& runs = is_green(action) ? green_runs_ : blue_runs_;
    if (action.act == Act::shift) weight_ = part_of(weight_, action.percent, luck);
    if (action.act == Act::start) runs = part_of(runs, std::max(runs, action.percent), luck);
    if (action.act == Act::trim) runs = part_of(runs, std::min(runs, action.percent), luck);
  }

  void confirm(const Action& action) {
    perform(action, 100);
    if (action.act == Act::shift) confirmed_ = action.percent;
    // Nobody is left who could get it.
    if (action.act == Act::trim && is_green(action)) confirmed_ = weight_ = 0;
    if (action.act == Act::gate) was_gated_ = true;
  }

  std::string check_event(const State& before, const Event& event, const Advance& result) const {
    auto const is_outcome =
        event.kind == Event::Kind::succeeded || event.kind == Event::Kind::failed;
    auto const fits = before.under_way && before.under_way->number == event.number;
    if (is_end(before.stage) || (is_outcome && !fits)) {
      return result.next == before && !result.action ? "" : "what comes too late changed something";
    }
    if (result.action && result.next.actions != before.actions + 1) return "a number was left out";
    if (!result.action && result.next.actions != before.actions)
      return "a number came from nowhere";
    if (result.action && result.next.under_way != result.action)
      return "another action is under way";
    return "";
  }

  std::string check_action(const Action& action) const {
    if (action.number != state_.actions) return "the numbers of actions do not rise by one";
    if (action.percent < 0 || action.percent > 100) return "a share is out of range";
    if (action.release.empty()) return "an action is for nobody";
    if (action.act == Act::trim) return is_green(action) ? check_removal() : check_trim(action);
    if (action.act == Act::shift && action.percent > 0) return check_shift(action);
    return "";
  }

  std::string check_removal() const {
    if (!is_first() && weight_ > 0) return "green is taken down with traffic";
    return "";
  }

  std::string check_trim(const Action& action) const {
    auto const& step = state_.plan.steps[state_.step];
    auto const is_last = state_.step + 1 == state_.plan.steps.size();
    if (confirmed_ != weight_ || confirmed_ < step.green_weight) return "blue is trimmed too early";
    if (action.percent == step.blue_runs) return "";
    if (action.percent > 0 || !is_last || weight_ < 100) return "blue is trimmed too much";
    return "";
  }

  std::string check_shift(const Action& action) const {
    auto const& step = state_.plan.steps[state_.step];
    if (!was_gated_) return "traffic before the gate";
    if (action.percent != step.green_weight) return "another share than the step's";
    if (green_runs_ < step.green_runs) return "traffic before there are tasks for it";
    return "";
  }

  std::string check_state() const {
    auto const versions = serving(state_);
    auto const serves = [&](const std::string& version) {
      return std::ranges::find(versions, version) != versions.end();
    };
    if (state_.weight != confirmed_) return "the weight is not that of the last confirmed shift";
    if (weight_ > 0 && green_runs_ > 0 && !serves(state_.plan.release)) return "green serves too";
    if (!is_first() && weight_ < 100 && !serves(state_.plan.previous)) return "blue serves too";
    if (!is_first() && versions.empty()) return "nothing serves";
    if (std::ranges::count(versions, "") > 0) return "a version without a name serves";
    return is_end(state_.stage) ? check_end(versions) : "";
  }

  std::string check_end(const std::vector<std::string>& versions) const {
    if (state_.plan != plan_) return "the plan changed";
    if (state_.under_way || state_.deadline) return "there is something left to wait for";
    switch (state_.stage) {
      case Stage::done:
        if (weight_ != 100 || green_runs_ != 100)
          return "done, but green does not serve everything";
        return versions == std::vector{state_.plan.release} ? ""
                                                            : "done, and not green alone serves";
      case Stage::rolled_back:
        if (is_first()) return versions.empty() ? "" : "rolled back, but green serves";
        [[fallthrough]];
      case Stage::refused:
        if (weight_ != 0) return "it is over, but green has traffic";
        if (!is_first() && blue_runs_ < 100 && state_.remarks.empty()) return "blue is not whole";
        return "";
      default: return "";
    }
  }

  Plan plan_;
  State state_;
  int weight_ = 0;
  int confirmed_ = 0;
  int green_runs_ = 0;
  int blue_runs_ = 100;
  bool was_gated_ = false;
};

}  // namespace davit::rollout

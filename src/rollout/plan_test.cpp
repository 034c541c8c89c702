// What a plan is made of, and what is wrong with one.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rollout/rollout.h"

namespace davit::rollout {
namespace {

using std::chrono::seconds;

// As `green_runs/green_weight/blue_runs/bake in seconds`.
std::string to_text(const std::vector<Step>& steps) {
  std::string text;
  for (auto const& [runs, weight, blue, bake] : steps) {
    auto const* space = text.empty() ? "" : " ";
    text += fmt::format("{}{}/{}/{}/{}", space, runs, weight, blue, bake.count() / 1000);
  }
  return text;
}

struct StepsCase {
  Strategy strategy;
  int tasks;
  int percent;
  std::string_view steps;
};

TEST(MakeSteps, GivesWhatTheStrategyPromises) {
  constexpr StepsCase kCases[] = {
      {Strategy::all_at_once, 2, 10, "100/100/100/60"},
      {Strategy::canary, 2, 10, "10/10/100/5 100/100/100/60"},
      {Strategy::canary, 2, 100, "100/100/100/60"},
      {Strategy::canary, 2, 0, "1/1/100/5 100/100/100/60"},
      {Strategy::canary, 2, 1000, "100/100/100/60"},
      {Strategy::linear, 2, 50, "50/50/100/5 100/100/100/60"},
      {Strategy::linear, 2, 33, "33/33/100/5 66/66/100/5 100/100/100/60"},
      {Strategy::linear, 2, 30, "30/30/100/5 60/60/100/5 90/90/100/5 100/100/100/60"},
      {Strategy::linear, 2, 60, "60/60/100/5 100/100/100/60"},
      {Strategy::linear, 2, 100, "100/100/100/60"},
      {Strategy::rolling, 1, 10, "100/100/100/60"},
      {Strategy::rolling, 0, 10, "100/100/100/60"},
      {Strategy::rolling, 2, 10, "50/50/50/5 100/100/50/60"},
      {Strategy::rolling, 3, 10, "33/33/66/5 66/66/33/5 100/100/33/60"},
  };
  for (auto const& [strategy, tasks, percent, steps] : kCases) {
    StrategyOptions const options{
        .tasks = tasks, .percent = percent, .step_bake = seconds(5), .bake = seconds(60)
    };
    EXPECT_EQ(to_text(make_steps(strategy, options)), steps) << tasks << " " << percent;
  }
}

int round_up(int percent, int tasks) { return (percent * tasks + 99) / 100; }

TEST(MakeSteps, ReplacesOneTaskAfterTheOtherWhenTargetsRoundUp) {
  for (int tasks = 1; tasks <= 100; ++tasks) {
    auto const steps = make_steps(Strategy::rolling, {.tasks = tasks});
    ASSERT_EQ(steps.size(), static_cast<std::size_t>(tasks));
    auto blue = tasks;
    for (int i = 0; i < tasks; ++i) {
      auto const& step = steps[static_cast<std::size_t>(i)];
      ASSERT_EQ(round_up(step.green_runs, tasks), i + 1) << tasks;
      ASSERT_EQ(blue, tasks - i) << "of " << tasks << ": never more than one besides";
      blue = round_up(step.blue_runs, tasks);
    }
    ASSERT_EQ(blue, 1) << "stays until the bake is over";
  }
}

TEST(MakeSteps, AlwaysMakesAPlanThatCanBeFollowed) {
  for (auto const strategy :
       {Strategy::all_at_once, Strategy::canary, Strategy::linear, Strategy::rolling}) {
    for (int number = -1; number <= 300; ++number) {
      StrategyOptions const options{
          .tasks = number, .percent = number, .step_bake = seconds(-1), .bake = seconds(-1)
      };
      Plan const plan{.release = "v2", .previous = "v1", .steps = make_steps(strategy, options)};
      ASSERT_EQ(check(plan), "") << number;
    }
  }
}

struct PlanCase {
  void (*spoil)(Plan& plan);
  std::string_view problem;  // a part of it
};

TEST(Check, SaysWhatIsWrong) {
  constexpr PlanCase kCases[] = {
      {[](Plan&) {}, ""},
      {[](Plan& plan) { plan.previous.clear(); }, ""},
      {[](Plan& plan) { plan.steps.front() = {1, 0, 100, {}}; }, ""},
      {[](Plan& plan) { plan.steps.back().blue_runs = 0; }, ""},
      {[](Plan& plan) { plan.release.clear(); }, "the new version has no name"},
      {[](Plan& plan) { plan.previous = "v2"; }, "`v2` serves already"},
      {[](Plan& plan) { plan.steps.clear(); }, "there is no step"},
      {[](Plan& plan) { plan.steps.resize(101); }, "101 steps are too many"},
      {[](Plan& plan) { plan.steps[0].green_runs = 0; }, "step 1: green_runs is 0"},
      {[](Plan& plan) { plan.steps[1].green_runs = 101; }, "step 2: green_runs is 101"},
      {[](Plan& plan) { plan.steps[0].green_weight = -1; }, "step 1: green_weight is -1"},
      {[](Plan& plan) { plan.steps[0].blue_runs = 101; }, "step 1: blue_runs is 101"},
      {[](Plan& plan) { plan.steps[1].green_runs = 9; },
       "green_runs is 9 after 10; it must not fall"},
      {[](Plan& plan) { plan.steps[1].green_weight = 9; },
       "green_weight is 9 after 10; it must not fall"},
      {[](Plan& plan) { plan.steps[0].blue_runs = 50; },
       "blue_runs is 100 after 50; it must not rise"},
      {[](Plan& plan) { plan.steps[0].blue_runs = plan.steps[1].blue_runs = 0; },
       "step 1: blue_runs is 0, but blue has 90 % of the traffic"},
      {[](Plan& plan) { plan.steps[0].bake = seconds(-1); }, "step 1: bake is -1000 ms"},
      {[](Plan& plan) { plan.steps[1].bake = std::chrono::days(31); }, "step 2: bake is"},
      {[](Plan& plan) { plan.steps.pop_back(); }, "the last step must give green all traffic"},
      {[](Plan& plan) { plan.steps[1].green_runs = 99; }, "the last step must run all of green"},
      {[](Plan& plan) { plan.start_limit = seconds(0); }, "start_limit is 0 ms"},
      {[](Plan& plan) { plan.gate_limit = seconds(0); }, "gate_limit is 0 ms"},
      {[](Plan& plan) { plan.shift_limit = seconds(-1); }, "shift_limit is -1000 ms"},
      {[](Plan& plan) { plan.retire_limit = std::chrono::days(31); }, "retire_limit is"},
      {[](Plan& plan) { plan.pause_limit = milliseconds::max(); }, "pause_limit is"},
  };
  for (auto const& [spoil, problem] : kCases) {
    Plan plan{.release = "v2", .previous = "v1", .steps = make_steps(Strategy::canary, {})};
    spoil(plan);
    if (problem.empty()) {
      EXPECT_EQ(check(plan), "");
    } else {
      EXPECT_NE(check(plan).find(problem), std::string::npos) << problem << "\n" << check(plan);
    }
  }
}

}  // namespace
}  // namespace davit::rollout

#include <fmt/format.h>

#include "rollout/rollout.h"

namespace davit::rollout {
namespace {

constexpr std::size_t kMaxSteps = 100;
// What is longer is a mistake of units.
constexpr milliseconds kLongest = std::chrono::days(30);

struct Share {
  std::string_view name;
  int Step::* member;
  int least;
  bool falls;  // from step to step; else it rises
};
constexpr Share kShares[] = {
    {"green_runs", &Step::green_runs, 1, false},
    {"green_weight", &Step::green_weight, 0, false},
    {"blue_runs", &Step::blue_runs, 0, true},
};

struct Limit {
  std::string_view name;
  milliseconds Plan::* member;
};
constexpr Limit kLimits[] = {
    {"start_limit", &Plan::start_limit},
    {"gate_limit", &Plan::gate_limit},
    {"shift_limit", &Plan::shift_limit},
    {"retire_limit", &Plan::retire_limit},
    {"pause_limit", &Plan::pause_limit},
};

std::string check_names(const Plan& plan) {
  if (plan.release.empty()) return "the new version has no name";
  if (plan.release == plan.previous) {
    return fmt::format("`{}` serves already: give the new version another name", plan.release);
  }
  return "";
}

std::string check_limits(const Plan& plan) {
  for (auto const& [name, member] : kLimits) {
    auto const limit = plan.*member;
    if (limit < milliseconds(1) || limit > kLongest) {
      return fmt::format("{} is {} ms; it must be from 1 ms to 30 days", name, limit.count());
    }
  }
  return "";
}

std::string check_shares(const Step& step, const Step* before) {
  for (auto const& [name, member, least, falls] : kShares) {
    auto const share = step.*member;
    if (share < least || share > 100) {
      return fmt::format("{} is {}; it must be from {} to 100", name, share, least);
    }
    if (before == nullptr || share == before->*member) continue;
    if ((share < before->*member) != falls) {
      return fmt::format(
          "{} is {} after {}; it must not {} from step to step",
          name,
          share,
          before->*member,
          falls ? "rise" : "fall"
      );
    }
  }
  return "";
}

std::string check_step(const Step& step, const Step* before) {
  if (auto problem = check_shares(step, before); !problem.empty()) return problem;
  if (step.blue_runs == 0 && step.green_weight < 100) {
    return fmt::format(
        "blue_runs is 0, but blue has {} % of the traffic: leave it some tasks",
        100 - step.green_weight
    );
  }
  if (step.bake < milliseconds(0) || step.bake > kLongest) {
    return fmt::format("bake is {} ms; it must be from 0 to 30 days", step.bake.count());
  }
  return "";
}

}  // namespace

std::string check(const Plan& plan) {
  if (auto problem = check_names(plan); !problem.empty()) return problem;
  if (auto problem = check_limits(plan); !problem.empty()) return problem;
  if (plan.steps.empty()) return "there is no step: one is needed, that gives green all traffic";
  if (plan.steps.size() > kMaxSteps) {
    return fmt::format("{} steps are too many: at most {}", plan.steps.size(), kMaxSteps);
  }
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    auto const* before = i == 0 ? nullptr : &plan.steps[i - 1];
    auto const problem = check_step(plan.steps[i], before);
    if (!problem.empty()) return fmt::format("step {}: {}", i + 1, problem);
  }
  auto const& last = plan.steps.back();
  if (last.green_weight != 100)
    return "the last step must give green all traffic, green_weight 100";
  if (last.green_runs != 100) return "the last step must run all of green, green_runs 100";
  return "";
}

}  // namespace davit::rollout

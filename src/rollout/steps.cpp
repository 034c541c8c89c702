#include <algorithm>

#include "rollout/rollout.h"

namespace davit::rollout {
namespace {

// Green runs as much as it gets of the traffic; blue stays whole, so that going back is at once.
std::vector<Step> by_weights(const std::vector<int>& weights) {
  std::vector<Step> steps;
  steps.reserve(weights.size());
  for (auto const weight : weights) {
    steps.push_back({.green_runs = weight, .green_weight = weight});
  }
  return steps;
}

std::vector<Step> canary(int percent) {
  return by_weights(percent == 100 ? std::vector{100} : std::vector{percent, 100});
}

// A last step of one per cent would be baked, and show nothing: 33, 66, 100.
std::vector<Step> linear(int percent) {
  std::vector<int> weights;
  for (auto weight = percent; (100 - weight) * 10 >= percent; weight += percent) {
    weights.push_back(weight);
  }
  weights.push_back(100);
  return by_weights(weights);
}

// Rounded down, because targets round up: 33 per cent of 3 tasks is one task, 34 would be two.
std::vector<Step> rolling(int tasks) {
  std::vector<Step> steps;
  for (int i = 1; i <= tasks; ++i) {
    auto const green = 100 * i / tasks;
    auto const left = std::max(tasks - i, 1);
    steps.push_back({.green_runs = green, .green_weight = green, .blue_runs = 100 * left / tasks});
  }
  return steps;
}

std::vector<Step> without_bake(Strategy strategy, const StrategyOptions& options) {
  auto const percent = std::clamp(options.percent, 1, 100);
  switch (strategy) {
    case Strategy::all_at_once: break;
    case Strategy::canary: return canary(percent);
    case Strategy::linear: return linear(percent);
    // With more tasks than per cents, several are replaced at a time.
    case Strategy::rolling: return rolling(std::clamp(options.tasks, 1, 100));
  }
  return by_weights({100});
}

}  // namespace

std::vector<Step> make_steps(Strategy strategy, const StrategyOptions& options) {
  auto steps = without_bake(strategy, options);
  for (auto& step : steps) step.bake = std::max(options.step_bake, milliseconds(0));
  steps.back().bake = std::max(options.bake, milliseconds(0));
  return steps;
}

}  // namespace davit::rollout

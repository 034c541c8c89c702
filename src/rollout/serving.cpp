#include <algorithm>

#include "rollout/stages.h"

namespace davit::rollout {
namespace {

// Green's share of the traffic lies somewhere in it.
struct Range {
  int low = 0;
  int high = 0;
};

// While a shift is under way, and after one that failed, nobody knows where the balancer stands.
Range weight_range(const State& state) {
  if (!state.was_shifted) return {0, 0};
  switch (state.stage) {
    case Stage::shifting: {
      auto const wanted = state.under_way ? state.under_way->percent : 100;
      return {std::min(state.weight, wanted), std::max(state.weight, wanted)};
    }
    case Stage::restoring: return {state.weight, 100};
    case Stage::shifting_back:
    case Stage::failed: return {0, 100};
    default: return {state.weight, state.weight};
  }
}

}  // namespace

std::vector<std::string> serving(const State& state) {
  auto const& plan = state.plan;
  std::vector<std::string> versions;
  auto range = weight_range(state);
  // It is taken down with what traffic it has.
  if (plan.previous.empty() && state.stage == Stage::removing && state.was_shifted)
    range.high = 100;
  if (!plan.previous.empty() && range.low < 100) versions.push_back(plan.previous);
  if (range.high > 0) versions.push_back(plan.release);
  return versions;
}

}  // namespace davit::rollout

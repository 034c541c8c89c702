#include <algorithm>

#include "targets/local/balancer.h"

namespace davit::local {
namespace {

constexpr int kMostWeight = 256;  // of a server of HAProxy

struct Pair {
  int green = 0;
  int blue = 0;
};

// The weights of one task each whose share is nearest to `percent`. All pairs with the larger
// weight of 256 or less are tried: few enough, and no rounding is then worse than it must be.
Pair nearest_pair(int greens, int blues, int percent) {
  Pair best{1, 1};
  double best_error = 2;
  for (int green = 1; green <= kMostWeight; ++green) {
    // share = green*greens / (green*greens + blue*blues)
    auto const wanted = static_cast<double>(green) * greens * (100 - percent) /
                        (static_cast<double>(percent) * blues);
    for (int blue = static_cast<int>(wanted); blue <= static_cast<int>(wanted) + 1; ++blue) {
      if (blue < 1 || blue > kMostWeight) continue;
      auto const ours = static_cast<double>(green) * greens;
      auto const share = ours / (ours + static_cast<double>(blue) * blues);
      auto const error = std::abs(share - percent / 100.0);
      if (error > best_error - 1e-12) continue;
      best_error = error;
      best = {green, blue};
    }
  }
  if (best_error < 2) return best;
  // Out of reach: 8 tasks against one and 1 per cent. As near as weights go.
  auto const green_is_small = greens * (100 - percent) < percent * blues;
  return green_is_small ? Pair{kMostWeight, 1} : Pair{1, kMostWeight};
}

}  // namespace

void set_weights(std::vector<BalancedTask>& tasks, const std::string& green, int percent) {
  percent = std::clamp(percent, 0, 100);
  auto const is_green = [&green](const BalancedTask& task) { return task.release == green; };
  auto const greens = static_cast<int>(std::count_if(tasks.begin(), tasks.end(), is_green));
  auto const blues = static_cast<int>(tasks.size()) - greens;
  // A side that gets everything, or has nobody to share with, needs no more than equal weights.
  Pair pair{percent == 0 ? 0 : 1, percent == 100 ? 0 : 1};
  if (percent > 0 && percent < 100 && greens > 0 && blues > 0)
    pair = nearest_pair(greens, blues, percent);
  for (auto& task : tasks) task.weight = is_green(task) ? pair.green : pair.blue;
}

}  // namespace davit::local

// How long CloudWatch keeps logs.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>

namespace davit::infra {

// CloudWatch Logs API reference, PutRetentionPolicy: no other numbers of days are taken.
inline constexpr std::array kRetentionDays{1,    3,    5,    7,    14,   30,  60,  90,
                                           120,  150,  180,  365,  400,  545, 731, 1096,
                                           1827, 2192, 2557, 2922, 3288, 3653};

// The shortest that CloudWatch has and that is no shorter than `wanted`.
inline int retention_days(std::chrono::days wanted) {
  auto const found = std::ranges::lower_bound(kRetentionDays, wanted.count());
  return found == kRetentionDays.end() ? kRetentionDays.back() : *found;
}

}  // namespace davit::infra

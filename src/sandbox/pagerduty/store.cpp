#include "sandbox/pagerduty/store.h"

namespace davit::sandbox::pagerduty {

// The multiplier has no factor in common with 36^7, so no id comes twice.
std::string Store::new_id(std::string_view prefix) {
  constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  constexpr std::uint64_t kSpace = 36ULL * 36 * 36 * 36 * 36 * 36 * 36;
  auto number = (++ids_ * 48271ULL * 104729ULL) % kSpace;
  std::string id(prefix);
  // Incidents and log entries have 14 characters, everything else 8.
  if (prefix == "Q") id += "SANDBX";
  for (int i = 0; i < 7; ++i, number /= 36) id += kDigits[number % 36];
  return id;
}

}  // namespace davit::sandbox::pagerduty

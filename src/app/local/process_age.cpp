#include "app/local/process_age.h"

#include <algorithm>
#include <ctime>
#include <unistd.h>

namespace davit::app {

std::optional<std::chrono::milliseconds> process_age(std::uint64_t started) {
  timespec now{};
  auto const ticks = ::sysconf(_SC_CLK_TCK);
  if (started == 0 || ticks <= 0 || ::clock_gettime(CLOCK_BOOTTIME, &now) != 0) return {};
  auto const up = std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
  auto const begun = std::chrono::milliseconds(started * 1000 / static_cast<std::uint64_t>(ticks));
  auto const age = std::chrono::duration_cast<std::chrono::milliseconds>(up) - begun;
  return std::max(age, std::chrono::milliseconds(0));
}

}  // namespace davit::app

// How long to wait before a stream is opened again.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "mcp/client/options.h"

namespace davit::mcp::client {

class Waits {
 public:
  explicit Waits(const Limits& limits)
      : first_(limits.first_wait), longest_(limits.longest_wait), next_(limits.first_wait) {}

  // `asked` is what the server wants (`retry:`); it must be honoured. What fails again and again
  // waits longer than that.
  std::chrono::milliseconds next(std::optional<std::chrono::milliseconds> asked) {
    auto const own = vain_ == 0 && asked ? std::chrono::milliseconds(0) : next_;
    if (vain_++ > 0 || !asked) next_ = std::min(next_ * 2, longest_);
    return std::max(own, std::min(asked.value_or(own), longest_));
  }
  // There was news: the next wait is a first one.
  void reset() {
    vain_ = 0;
    next_ = first_;
  }
  int vain() const { return vain_; }

 private:
  std::chrono::milliseconds first_;
  std::chrono::milliseconds longest_;
  std::chrono::milliseconds next_;
  int vain_ = 0;
};

}  // namespace davit::mcp::client

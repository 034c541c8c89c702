// Watch: judges what was measured of a version that has traffic. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "release/driver.h"
#include "release/target.h"

namespace davit::release {

class Watch {
 public:
  explicit Watch(WatchLimits limits) : limits_(limits) {}

  // Takes what came since the look before. Answers what is wrong, in a sentence with the numbers.
  std::optional<std::string> judge(const Measured& look);
  // A look that failed: nothing was measured.
  void miss(const std::string& why);

  // What was not measured, and was not told of before.
  std::vector<std::string> take_gaps();

  // Some of its tasks were not healthy when they were last counted: once is no verdict yet.
  bool is_unhealthy() const { return unhealthy_looks_ > 0; }

  // For the stretch of time that begins now: whether requests were counted in it at all. None is a
  // count.
  void begin_stretch() { was_measured_ = false; }
  bool was_measured() const { return was_measured_; }

 private:
  struct Sums {
    std::int64_t requests = 0;
    std::int64_t errors_5xx = 0;
    std::int64_t rpc_errors = 0;
    std::int64_t restarts = 0;
  };
  void find_gaps(const Measured& look);
  void add_gap(const std::string& gap);
  std::optional<std::string> judge_5xx(const Sums& sums, std::string_view when) const;
  std::optional<std::string> judge_rpc(const Sums& sums, std::string_view when) const;

  WatchLimits limits_;
  Sums all_;
  bool was_measured_ = false;
  int unhealthy_looks_ = 0;  // one after the other; those that did not count are passed over
  std::set<std::string> known_gaps_;
  std::vector<std::string> new_gaps_;
};

}  // namespace davit::release

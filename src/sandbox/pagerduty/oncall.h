// Who is on call when: rotations, with overrides laid over them.
#pragma once

#include <string>
#include <vector>

#include "sandbox/pagerduty/store.h"

namespace davit::sandbox::pagerduty {

struct Shift {
  Time start{};
  Time end{};
  std::string user;
};

// Shifts of the rotation that overlap with the range, whole, in order.
std::vector<Shift> layer_shifts(const Layer& layer, Time since, Time until);
// The same after overrides.
std::vector<Shift> final_shifts(const Schedule& schedule, Time since, Time until);
// Cut to the range.
std::vector<Shift> cut(std::vector<Shift> shifts, Time since, Time until);
// Whom a level of the policy pages; "" when nobody is on call.
std::string on_call(const Store& store, const Policy& policy, int level, Time at);

}  // namespace davit::sandbox::pagerduty

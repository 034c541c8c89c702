// What the balancer shall do: who gets how much of each service's traffic. Pure.
#pragma once

#include <string>
#include <vector>

#include "targets/local/balancer.h"
#include "targets/local/entry.h"

namespace davit::local {

struct Shares {
  std::string green;
  std::string blue;
  int percent = 0;  // of green
};

// A backend for each service that has tasks, in order of name. A service that only one of the two
// versions has: what is new gets all of its traffic with the first per cent, for nobody used it
// before; what is gone keeps its traffic until its tasks are trimmed. Tasks of other versions,
// those that leave, and those that were never healthy have weight 0.
std::vector<Backend> to_backends(const std::vector<EntryPtr>& entries, const Shares& shares);

}  // namespace davit::local

// Paths: which addresses lead to which container.
#pragma once

#include <string>
#include <vector>

#include "infra/unit.h"

namespace davit::infra {

// Regular expressions for the condition of one rule.
struct Paths {
  std::vector<std::string> patterns;
  // They match whatever the other containers leave, since the names do not fit into one rule. So
  // the rule comes last.
  bool take_the_rest = false;
};

// A davitd answers at the paths of its servers, /NAME... and /mcp/NAME..., and at /mcp and /sse
// while it is the only one. An image answers at /NAME/..., which is taken off in front
// (prefix_of_image): /billing/mcp is its /mcp, and /billing its /. An image that is alone is met at
// /mcp as well.
Paths paths_of(const Container& container, const std::vector<Unit>& units);

// What an image does not see of its addresses, as a regular expression whose first group is the
// rest.
std::string prefix_of_image(const Container& container);

// The container that answers for the whole deployment: the first davitd, or the first image.
const Container& front_of(const std::vector<Unit>& units);
// Where it is asked for its health: "/health", or "/billing/health" of an image.
std::string health_path_of(const std::vector<Unit>& units);

}  // namespace davit::infra

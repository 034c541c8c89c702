// Principal: on whose behalf a request runs.
#pragma once

#include <string>

namespace davit {

struct Principal {
  // Stable within the deployment; never a token. "anonymous" when authentication is off.
  std::string id = "anonymous";

  bool operator==(const Principal&) const = default;
};

}  // namespace davit

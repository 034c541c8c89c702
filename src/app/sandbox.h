// `davitd sandbox`: GitLab's API on loopback, in memory, for trying and testing.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace davit::app {

struct SandboxSettings {
  std::uint16_t port = 8929;
  std::string token = "sandbox-token";
};

// Prints its URL and serves until SIGTERM or SIGINT. Answers the exit code. Errors: unavailable (an
// address in use).
Result<int> run_sandbox(const SandboxSettings& settings);

}  // namespace davit::app

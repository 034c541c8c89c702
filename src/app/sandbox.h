// `davitd sandbox`: the vendors' APIs on loopback, in memory, for trying and testing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace davit::app {

struct SandboxSettings {
  std::vector<std::string> names;  // of sandbox_names(); empty takes all
  std::uint16_t port = 8929;       // of the first; the others have the next ones
  std::string token = "sandbox-token";
  bool as_config = false;  // print davitd's `servers:` block in place of the addresses
};

// "gitlab", "atlassian", ...: those of the connectors.
const std::vector<std::string>& sandbox_names();

// Prints where each is, a line each of name, URL, token and user, and serves until SIGTERM or
// SIGINT. Answers the exit code. Errors: unavailable (an address in use).
Result<int> run_sandbox(const SandboxSettings& settings);

}  // namespace davit::app

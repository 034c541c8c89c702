// `davitd`: serves the MCP servers of its settings until it is told to stop.
#pragma once

#include "app/settings.h"
#include "base/result.h"

namespace davit::app {

// Runs in the foreground. SIGTERM and POST /drain let running calls finish within `settings.drain`;
// SIGINT gives them two seconds; a second signal ends at once. Answers the exit code. Errors: what
// kept it from starting.
Result<int> run_server(const Settings& settings, const secrets::Environment& environment);

// `davitd sandbox`: GitLab's API on loopback, in memory, for trying and testing.
struct SandboxSettings {
  std::uint16_t port = 8929;
  std::string token = "sandbox-token";
};
Result<int> run_sandbox(const SandboxSettings& settings);

}  // namespace davit::app

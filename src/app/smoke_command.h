// `davit smoke`: the gate's checks on one MCP server.
#pragma once

#include <string>
#include <vector>

#include "app/mcp_commands.h"
#include "release/gate.h"

namespace davit::app {

struct SmokeRequest {
  SmokeRequest() { target.timeout_seconds = 10; }

  McpTarget target;
  std::vector<std::string> calls;     // "echo text=hello"
  std::vector<std::string> expected;  // texts in the answers, in the order of the calls
  std::string health;                 // URL of the health page
  std::string release;                // what Davit-Release has to say
};

// Prints the checks and answers the exit code: `verification` when one failed. Errors:
// invalid_input, cancelled.
Result<int> run_smoke(const SmokeRequest& request);

// The checks as a tree, in lines of `columns` except for why one failed.
std::string draw_smoke(
    const std::string& url, const release::GateReport& report, bool has_colours, std::size_t columns
);

}  // namespace davit::app

// `davit diff`: what lies between the tools of two servers, or versions of one.
#pragma once

#include <string>

#include "app/mcp_commands.h"

namespace davit::app {

struct DiffRequest {
  std::string before;  // URL of an MCP server, or a file with a tools/list result; "-" is stdin
  std::string after;
  McpTarget target;        // how servers are asked; its URL does not matter
  bool exit_code = false;  // 2 when there are differences
};

// Prints to standard output and answers the exit code. Errors: what kept it from its work.
Result<int> run_diff(const DiffRequest& request);

}  // namespace davit::app

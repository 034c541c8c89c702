// Calls: what the gate calls beside the tools of `release.smoke`, as one line each:
//   [SERVER/]TOOL [NAME=VALUE ...] [=> TEXT]
// A value is JSON when it reads as such (7, true, "two words", [1,2]), else a text. TEXT is what
// the answer has to contain.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "json/json.h"

namespace davit::manifest {

struct ToolCall {
  std::string server;  // empty: the server that has the tool
  std::string tool;
  json::Object arguments;
  std::string contains;  // empty takes any answer without an error
};

// Errors: invalid_input, with what is wrong.
Result<ToolCall> parse_call(std::string_view text);

std::string_view check_call(std::string_view text);

}  // namespace davit::manifest

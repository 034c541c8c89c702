// `davit tools` and `davit call`: any MCP server from the command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "json/json.h"

namespace davit::app {

struct McpTarget {
  std::string url;
  std::vector<std::string> headers;  // "Name: value"
  std::string token;                 // env:NAME or file:PATH; sent as a bearer token
  int timeout_seconds = 60;
  std::string era;  // "", "legacy", "modern"
  bool json = false;
};

struct CallRequest {
  std::string tool;
  std::vector<std::string> arguments;  // key=value, key:=json
  std::string arguments_json;          // a whole object; single arguments are put over it
};

// Print to standard output and answer the exit code. Errors: what kept the command from its work.
Result<int> run_tools(const McpTarget& target);
Result<int> run_call(const McpTarget& target, const CallRequest& request);

// The headers of every request, the token's among them. Errors: invalid_input, and those of
// secrets::resolve.
Result<http::Headers> read_headers(const McpTarget& target);

// The tools of a server. Errors: those of mcp::client::Client.
Result<json::Array> list_tools(const McpTarget& target);

// What `key=value` and `key:=json` mean for a tool with this input schema: a value gets the type
// that the schema asks for. Errors: invalid_input, with the parameters that the tool has.
Result<json::Object> read_arguments(
    const std::vector<std::string>& arguments, json::Object base, const json::Value& input_schema
);

}  // namespace davit::app

// `x-mcp-header`: arguments of a tool that the client repeats as HTTP headers, so that proxies can
// route by them. MCP 2026-07-28, basic/transports/streamable-http, "Custom Headers".
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "json/json.h"

namespace davit::mcp {

struct HeaderParam {
  std::string name;               // the part behind "Mcp-Param-"
  std::vector<std::string> path;  // of properties, from the arguments down
  enum class Type { string, integer, boolean } type = Type::string;
};

// The annotations of an input schema. Errors: invalid_input (not a token, twice the same name, on a
// number, object or array, or at a place that is not reached through `properties` alone).
Result<std::vector<HeaderParam>> find_header_params(const json::Object& input_schema);

// The argument of a parameter; null pointer when it is absent or null.
const json::Value* find_argument(const HeaderParam& param, const json::Object& arguments);

// True when a decoded header value says the same as the argument. Integers compare as numbers.
bool says_the_same(const HeaderParam& param, const json::Value& argument, std::string_view header);

}  // namespace davit::mcp

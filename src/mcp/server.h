// mcp::Server: what one MCP server offers, whatever transport and era a client uses.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "json/schema.h"
#include "mcp/tool.h"

namespace davit::mcp {

struct ServerInfo {
  Implementation implementation;
  std::string instructions;  // for the model; optional
};

class Server {
 public:
  explicit Server(ServerInfo info) : info_(std::move(info)) {}

  // Compiles the tool's schemas. Errors: invalid_input (name, schema, missing handler), conflict
  // (the name is taken).
  Result<> add_tool(Tool tool);

  struct Entry {
    Tool tool;
    json::Schema input;
    std::optional<json::Schema> output;
  };

  const ServerInfo& info() const { return info_; }
  // In the order they were added: a list that changes its order defeats every cache.
  const std::vector<std::unique_ptr<Entry>>& tools() const { return tools_; }
  // Null pointer when there is none of that name.
  const Entry* find_tool(std::string_view name) const;

 private:
  ServerInfo info_;
  std::vector<std::unique_ptr<Entry>> tools_;
  std::unordered_map<std::string_view, const Entry*> by_name_;
};

}  // namespace davit::mcp

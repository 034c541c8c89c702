#include "mcp/server.h"

#include <fmt/format.h>

namespace davit::mcp {
namespace {

constexpr std::size_t kMaxNameBytes = 128;  // MCP 2025-11-25, server/tools, "Tool Names"

bool is_tool_name(std::string_view name) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";
  return !name.empty() && name.size() <= kMaxNameBytes &&
         name.find_first_not_of(kAllowed) == std::string_view::npos;
}

bool has_object_root(const json::Object& schema) {
  auto const* type = schema.if_contains("type");
  return type != nullptr && *type == "object";
}

}  // namespace

Result<> Server::add_tool(Tool tool) {
  auto const& definition = tool.definition;
  auto const refuse = [&](ErrorKind kind, std::string_view why) {
    return Error(kind, fmt::format("tool '{}': {}", definition.name, why));
  };
  if (!is_tool_name(definition.name)) {
    return refuse(ErrorKind::invalid_input, "a name has 1 to 128 characters of A-Z a-z 0-9 _ - .");
  }
  if (find_tool(definition.name) != nullptr)
    return refuse(ErrorKind::conflict, "the name is taken");
  if (!tool.handler) return refuse(ErrorKind::invalid_input, "it has no handler");
  if (!has_object_root(definition.input_schema)) {
    return refuse(
        ErrorKind::invalid_input, "the root of its input schema must have \"type\":\"object\""
    );
  }
  auto input = json::Schema::compile(definition.input_schema);
  if (!input) return refuse(input.error().kind(), "input schema: " + input.error().message());
  std::optional<json::Schema> output;
  if (definition.output_schema) {
    auto compiled = json::Schema::compile(*definition.output_schema);
    if (!compiled)
      return refuse(compiled.error().kind(), "output schema: " + compiled.error().message());
    output = *std::move(compiled);
  }
  tools_.push_back(std::make_unique<Entry>(std::move(tool), *std::move(input), std::move(output)));
  auto const& entry = *tools_.back();
  by_name_.emplace(entry.tool.definition.name, &entry);
  return {};
}

const Server::Entry* Server::find_tool(std::string_view name) const {
  auto const place = by_name_.find(name);
  return place == by_name_.end() ? nullptr : place->second;
}

}  // namespace davit::mcp

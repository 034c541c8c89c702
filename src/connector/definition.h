// What a row looks like to a client: the definition with its schemas, and the page of the manual.
#pragma once

#include <string>

#include "connector/connector.h"
#include "mcp/tool.h"

namespace davit::connector {

// The input schema is one flat object: clients differ in how much more they understand.
mcp::ToolDefinition define(const Tool& tool);

// What a client pays before its first call, and what we let it cost. Output schemas are left out of
// a list that would be larger with them.
inline constexpr std::size_t kListBudget = 30 * 1024;
// Bytes of the definition in a `tools/list`.
std::size_t listed_bytes(const mcp::ToolDefinition& definition);

// The connector's tools as a page of Markdown, one table for each toolset.
std::string to_markdown(const Connector& connector);

}  // namespace davit::connector

// What the fixture server offers: every tool, resource and prompt that the official conformance
// suite calls by its name, and a few of our own for what only the SDK clients are asked to do.
// Names and texts: @modelcontextprotocol/conformance 0.2.0-alpha.12, README and scenarios.
#pragma once

#include <string_view>
#include <vector>

#include "mcp/server.h"

namespace davit::conformance {

// The server must stay where it is while it is served. Errors: those of mcp::Server, all bugs here.
Result<> offer_everything(mcp::Server& server);

// The parts of it, one file each. The suite calls the first tool of all with `{}`, so the plain
// ones go first.
Result<> add_plain_tools(mcp::Server& server);
Result<> add_form_tools(mcp::Server& server);
Result<> add_round_trip_tools(mcp::Server& server);
Result<> add_task_tools(mcp::Server& server);
Result<> add_resources(mcp::Server& server);
Result<> add_prompts(mcp::Server& server);

struct ToolRow {
  std::string_view name;
  std::string_view description;
  mcp::ToolHandler handler;
  std::string_view input_schema = R"({"type":"object","additionalProperties":false})";
  mcp::TaskSupport tasks = mcp::TaskSupport::forbidden;
  bool starts_task_itself = false;
  std::string_view output_schema = {};
};
Result<> add_tools(mcp::Server& server, std::vector<ToolRow> rows);

// A handler that always answers the same.
mcp::ToolHandler always(mcp::ToolResult result);

// JSON text that is part of the program: it must be an object.
json::Object object(std::string_view text);

// What an elicitation brought, in the words that the suite looks for.
std::string describe_form(const mcp::Answers& answers, std::string_view key);

// The elicitation that several fixtures share.
mcp::InputRequest ask_user_name();

// One red pixel and an empty recording, as base64.
inline constexpr std::string_view kPng =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg"
    "==";
inline constexpr std::string_view kWav =
    "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";
std::string png();

}  // namespace davit::conformance

// A tool as a server offers it: definition, and the handler that runs it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "async/async.h"
#include "json/json.h"
#include "mcp/content.h"
#include "mcp/context.h"

namespace davit::mcp {

// Hints for the client's user interface, never a protection. MCP 2025-11-25, schema
// "ToolAnnotations".
struct ToolAnnotations {
  bool read_only = false;
  bool destructive = true;
  bool idempotent = false;
  bool open_world = true;
};

struct ToolDefinition {
  std::string name;  // 1 to 128 characters of A-Z a-z 0-9 _ - .
  std::string title;
  std::string description;
  json::Object input_schema;  // root "type":"object"; reaches the client as it is
  std::optional<json::Object> output_schema;
  ToolAnnotations annotations;
  std::vector<Icon> icons;
};

// Whether a call may go on as a task, in the background (2025-11-25 tasks; SEP-2663).
enum class TaskSupport {
  forbidden,  // answered while the client waits
  optional,   // a task when the client takes one
  required,   // refused when it does not
};

struct ToolResult {
  std::vector<Content> content;
  // When set and `content` is empty, the text block is this value as JSON.
  std::optional<json::Value> structured;
  // The tool did its work and the work failed: the model reads why, and may try again.
  bool is_error = false;

  static ToolResult text(std::string text) { return {.content = {Content::text(std::move(text))}}; }
  static ToolResult of(json::Value structured) { return {.structured = std::move(structured)}; }
  static ToolResult error(std::string text) {
    return {.content = {Content::text(std::move(text))}, .is_error = true};
  }
};

// The context may be kept until the handler ends. An error becomes a tool result with `isError`,
// but for `cancelled`, which is not answered, and `internal`, which is the JSON-RPC error -32603.
using ToolHandler = std::function<Async<ToolResult>(Context context, json::Object arguments)>;

struct Tool {
  ToolDefinition definition;
  ToolHandler handler;
  // Called on the arguments before they are checked against the schema, to accept what models
  // write: "5" for 5, null for an argument left out. Optional.
  std::function<void(json::Object& arguments)> prepare;
  // Longest run. Unset takes the server's limit (25 s); at most 90 s. A task may run as long as it
  // lives.
  std::optional<std::chrono::milliseconds> timeout;
  TaskSupport tasks = TaskSupport::forbidden;
  // False: the call becomes a task at once. True: when the handler calls Context::start_task.
  bool starts_task_itself = false;
};

}  // namespace davit::mcp

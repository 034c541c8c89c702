// Tools that ask nobody: content of every type, logging, progress, errors, changes.
#include <fmt/format.h>

#include "base/base64.h"
#include "conformance/fixture.h"

namespace davit::conformance {

namespace {

using namespace std::chrono_literals;
using mcp::Content;
using mcp::Context;
using mcp::ToolResult;

// The suite's own figure for the pause between two notifications.
constexpr auto kPause = 50ms;

ToolResult mixed_content() {
  ToolResult result;
  result.content.push_back(Content::text("Multiple content types test:"));
  result.content.push_back(Content::image(png(), "image/png"));
  result.content.push_back(Content::resource({
      .uri = "test://mixed-content-resource",
      .mime_type = "application/json",
      .text = R"({"test":"data","value":123})",
  }));
  return result;
}

ToolResult with_link() {
  ToolResult result;
  result.content.push_back(Content::link({
      .uri = "test://static-text",
      .name = "Static text",
      .description = "A resource of this server.",
      .mime_type = "text/plain",
  }));
  return result;
}

Async<ToolResult> with_logging(Context context, json::Object) {
  context.log(mcp::LogLevel::info, "", "Tool execution started");
  DAVIT_CO_CHECK(co_await sleep_for(kPause));
  context.log(mcp::LogLevel::info, "", "Tool processing data");
  DAVIT_CO_CHECK(co_await sleep_for(kPause));
  context.log(mcp::LogLevel::info, "", "Tool execution completed");
  co_return ToolResult::text("Three messages were logged.");
}

Async<ToolResult> with_progress(Context context, json::Object) {
  context.progress(0, 100, "begun");
  DAVIT_CO_CHECK(co_await sleep_for(kPause));
  context.progress(50, 100, "half of it");
  DAVIT_CO_CHECK(co_await sleep_for(kPause));
  context.progress(100, 100, "all of it");
  co_return ToolResult::text("The work is done.");
}

// Says each number at once, and then takes its time: what came before the end of a process, and
// what did not, can be told apart.
Async<ToolResult> count(Context context, json::Object arguments) {
  auto const steps = arguments.at("steps").as_int64();
  for (std::int64_t i = 1; i <= steps; ++i) {
    context.progress(static_cast<double>(i), static_cast<double>(steps));
  }
  auto const rest = std::chrono::milliseconds(arguments.at("rest_ms").as_int64());
  DAVIT_CO_CHECK(co_await sleep_for(rest));
  co_return ToolResult::text(fmt::format("Counted to {}.", steps));
}

// SEP-1699: the server may close the stream of a call that runs; the client comes back.
Async<ToolResult> reconnection(Context context, json::Object) {
  context.release_stream(500ms);
  DAVIT_CO_CHECK(co_await sleep_for(100ms));
  co_return ToolResult::text("Reconnection test completed successfully.");
}

Async<ToolResult> missing_capability(Context context, json::Object) {
  DAVIT_CO_CHECK(context.require(mcp::ClientCapabilities::sampling));
  co_return ToolResult::text("The client can sample.");
}

Async<ToolResult> logging_inside(Context context, json::Object) {
  context.log(mcp::LogLevel::warning, "fixture", "Only for those who asked for it.");
  co_return ToolResult::text("Logged.");
}

Async<ToolResult> custom_header(Context, json::Object arguments) {
  co_return ToolResult::text(fmt::format("region={}", json::to_text(arguments["region"])));
}

Async<ToolResult> structured(Context, json::Object arguments) {
  auto const count = static_cast<double>(arguments["a"].as_int64() + arguments["b"].as_int64());
  co_return ToolResult::of(json::Object{{"sum", count}});
}

Async<ToolResult> announce(const mcp::Server* server, mcp::Change change) {
  server->announce(std::move(change));
  co_return ToolResult::text("The change was announced.");
}

mcp::ToolHandler announcing(const mcp::Server& server, mcp::Change change) {
  return [&server, change = std::move(change)](Context, json::Object) {
    return announce(&server, change);
  };
}

// An update of a resource that the caller names keeps the clients of a test apart.
Async<ToolResult> announce_update(const mcp::Server* server, json::Object arguments) {
  auto const uri = json::find_string(arguments, "uri").value_or("test://watched-resource");
  server->announce({.kind = mcp::Change::Kind::resource_updated, .uri = std::string(uri)});
  co_return ToolResult::text("The change was announced.");
}

constexpr std::string_view kDialectSchema = R"({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "$defs": {
    "address": {
      "$anchor": "addressDef",
      "type": "object",
      "properties": {"street": {"type": "string"}, "city": {"type": "string"}}
    }
  },
  "properties": {
    "name": {"type": "string"},
    "address": {"$ref": "#/$defs/address"},
    "contactMethod": {"type": "string", "enum": ["phone", "email"]},
    "phone": {"type": "string"},
    "email": {"type": "string"}
  },
  "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
  "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
  "then": {"required": ["phone"]},
  "else": {"required": ["email"]},
  "additionalProperties": false
})";

constexpr std::string_view kHeaderSchema = R"({
  "type": "object",
  "properties": {"region": {"type": "string", "x-mcp-header": "Region"}},
  "required": ["region"]
})";

constexpr std::string_view kCountSchema = R"({
  "type": "object",
  "properties": {
    "steps": {"type": "integer", "minimum": 0, "maximum": 1000},
    "rest_ms": {"type": "integer", "minimum": 0, "maximum": 60000}
  },
  "required": ["steps", "rest_ms"],
  "additionalProperties": false
})";

constexpr std::string_view kSumSchema = R"({
  "type": "object",
  "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
  "required": ["a", "b"],
  "additionalProperties": false
})";

}  // namespace

Result<> add_plain_tools(mcp::Server& server) {
  auto const update = [&server](Context, json::Object arguments) {
    return announce_update(&server, std::move(arguments));
  };
  auto const embedded = Content::resource({
      .uri = "test://embedded-resource",
      .mime_type = "text/plain",
      .text = "This is an embedded resource content.",
  });
  using Kind = mcp::Change::Kind;
  return add_tools(
      server,
      {
          {"test_simple_text",
           "Answers one text.",
           always(ToolResult::text("This is a simple text response for testing."))},
          {"test_image_content",
           "Answers one image.",
           always({.content = {Content::image(png(), "image/png")}})},
          {"test_audio_content",
           "Answers one recording.",
           always({.content = {Content::audio(*base64_decode(kWav), "audio/wav")}})},
          {"test_embedded_resource",
           "Answers one embedded resource.",
           always({.content = {embedded}})},
          {"test_multiple_content_types",
           "Answers a text, an image and a resource.",
           always(mixed_content())},
          {"test_resource_link", "Answers a link to a resource.", always(with_link())},
          {"test_error_handling",
           "Fails.",
           always(ToolResult::error("This tool intentionally returns an error for testing"))},
          {"test_tool_with_logging", "Logs three messages while it runs.", with_logging},
          {"test_tool_with_progress", "Reports its progress.", with_progress},
          {"test_count", "Counts with progress, and rests.", count, kCountSchema},
          {"test_reconnection", "Lets go of its stream before it answers.", reconnection},
          {"json_schema_2020_12_tool",
           "Has an input schema of many keywords.",
           always(ToolResult::text("The arguments are valid.")),
           kDialectSchema},
          {.name = "test_structured_content",
           .description = "Adds two numbers.",
           .handler = structured,
           .input_schema = kSumSchema,
           .output_schema =
               R"({"type":"object","properties":{"sum":{"type":"number"}},"required":["sum"]})"},
          {"test_missing_capability", "Needs a client that can sample.", missing_capability},
          {"test_logging_tool", "Logs one message.", logging_inside},
          {"test_custom_header",
           "Takes an argument that is repeated as a header.",
           custom_header,
           kHeaderSchema},
          {"test_trigger_tool_change",
           "Says that the tools have changed.",
           announcing(server, {.kind = Kind::tools})},
          {"test_trigger_prompt_change",
           "Says that the prompts have changed.",
           announcing(server, {.kind = Kind::prompts})},
          {"test_trigger_resource_update",
           "Says that a resource has changed, test://watched-resource unless another one is named.",
           update,
           R"({"type":"object","properties":{"uri":{"type":"string"}}})"},
      }
  );
}

}  // namespace davit::conformance

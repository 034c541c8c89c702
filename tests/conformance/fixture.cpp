#include "conformance/fixture.h"

#include <fmt/format.h>

#include "base/base64.h"

namespace davit::conformance {

namespace {

Async<mcp::ToolResult> answer(mcp::ToolResult result) { co_return result; }

}  // namespace

Result<> offer_everything(mcp::Server& server) {
  DAVIT_CHECK(add_plain_tools(server));
  DAVIT_CHECK(add_form_tools(server));
  DAVIT_CHECK(add_round_trip_tools(server));
  DAVIT_CHECK(add_task_tools(server));
  DAVIT_CHECK(add_resources(server));
  return add_prompts(server);
}

Result<> add_tools(mcp::Server& server, std::vector<ToolRow> rows) {
  for (auto& row : rows) {
    mcp::Tool tool;
    tool.definition.name = row.name;
    tool.definition.description = row.description;
    tool.definition.input_schema = object(row.input_schema);
    if (!row.output_schema.empty()) tool.definition.output_schema = object(row.output_schema);
    tool.handler = std::move(row.handler);
    tool.tasks = row.tasks;
    tool.starts_task_itself = row.starts_task_itself;
    DAVIT_CHECK(server.add_tool(std::move(tool)));
  }
  return {};
}

mcp::ToolHandler always(mcp::ToolResult result) {
  return [result = std::move(result)](mcp::Context, json::Object) { return answer(result); };
}

json::Object object(std::string_view text) { return json::parse(text)->get_object(); }

std::string describe_form(const mcp::Answers& answers, std::string_view key) {
  auto const* const answer = answers.find(key);
  auto const* const content = answer ? answer->if_contains("content") : nullptr;
  return fmt::format(
      "action={}, content={}", answers.action(key), content ? json::to_text(*content) : "{}"
  );
}

mcp::InputRequest ask_user_name() {
  return mcp::elicit("user_name", "What is your name?", object(R"({"name":{"type":"string"}})"));
}

std::string png() { return *base64_decode(kPng); }

}  // namespace davit::conformance

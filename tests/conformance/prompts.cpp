// Prompts: fixed ones, one with arguments, one that asks the user first.
#include <fmt/format.h>

#include "conformance/fixture.h"

namespace davit::conformance {

namespace {

using mcp::Content;
using mcp::Context;
using mcp::PromptResult;
using mcp::Variables;

PromptResult from_user(std::vector<Content> blocks) {
  PromptResult result;
  for (auto& block : blocks) result.messages.push_back({.content = std::move(block)});
  return result;
}

Async<PromptResult> simple(Context, Variables) {
  co_return from_user({Content::text("This is a simple prompt for testing.")});
}

Async<PromptResult> with_arguments(Context, Variables arguments) {
  auto const text = fmt::format(
      "Prompt with arguments: arg1='{}', arg2='{}'",
      arguments.find("arg1")->second,
      arguments.find("arg2")->second
  );
  co_return from_user({Content::text(text)});
}

Async<PromptResult> with_resource(Context, Variables arguments) {
  auto const resource = Content::resource({
      .uri = arguments.find("resourceUri")->second,
      .mime_type = "text/plain",
      .text = "Embedded resource content for testing.",
  });
  co_return from_user({resource, Content::text("Please process the embedded resource above.")});
}

Async<PromptResult> with_image(Context, Variables) {
  co_return from_user(
      {Content::image(png(), "image/png"), Content::text("Please analyze the image above.")}
  );
}

Async<PromptResult> asking(Context context, Variables) {
  DAVIT_CO_TRY(
      auto const answers,
      context.ask({mcp::elicit(
          "user_context",
          "What context should the prompt use?",
          object(R"({"context":{"type":"string"}})")
      )})
  );
  co_return from_user(
      {Content::text(fmt::format("The context: {}", answers.text("user_context", "context")))}
  );
}

Async<std::vector<std::string>> complete_argument(Context, std::string typed, Variables) {
  std::vector<std::string> matching;
  for (std::string_view const value : {"test", "testing", "paris", "park"}) {
    if (value.starts_with(typed)) matching.emplace_back(value);
  }
  co_return matching;
}

mcp::PromptArgument required(std::string name, std::string description) {
  return {
      .name = std::move(name),
      .description = std::move(description),
      .required = true,
      .completer = complete_argument
  };
}

}  // namespace

Result<> add_prompts(mcp::Server& server) {
  struct Row {
    std::string_view name;
    std::string_view description;
    mcp::PromptHandler handler;
    std::vector<mcp::PromptArgument> arguments = {};
  };
  std::vector<Row> rows{
      {"test_simple_prompt", "One text.", simple},
      {"test_prompt_with_arguments",
       "Repeats its arguments.",
       with_arguments,
       {required("arg1", "The first."), required("arg2", "The second.")}},
      {"test_prompt_with_embedded_resource",
       "A resource, and what to do with it.",
       with_resource,
       {required("resourceUri", "The resource's URI.")}},
      {"test_prompt_with_image", "An image, and what to do with it.", with_image},
      {"test_input_required_result_prompt", "Asks the user before it answers.", asking},
  };
  for (auto& row : rows) {
    mcp::Prompt prompt;
    prompt.name = row.name;
    prompt.description = row.description;
    prompt.arguments = std::move(row.arguments);
    prompt.handler = std::move(row.handler);
    DAVIT_CHECK(server.add_prompt(std::move(prompt)));
  }
  return {};
}

}  // namespace davit::conformance

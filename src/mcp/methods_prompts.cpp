// prompts/list and prompts/get.
#include <fmt/format.h>

#include "mcp/methods.h"
#include "mcp/projection.h"

namespace davit::mcp {
namespace {

std::string unknown_prompt(const Server& server, std::string_view name) {
  std::vector<std::string_view> names;
  for (auto const& prompt : server.prompts()) names.push_back(prompt->name);
  return unknown("prompt", name, names);
}

// Errors: invalid_input.
Result<Variables> read_arguments(const Call& call, const Prompt& prompt) {
  Variables arguments;
  auto const* params = std::as_const(*call.message).params();
  auto const* given = params->if_contains("arguments");
  if (given != nullptr && !given->is_null()) {
    if (!given->is_object())
      return Error(ErrorKind::invalid_input, "params.arguments must be an object");
    for (auto const& [name, value] : given->get_object()) {
      if (!value.is_string()) {
        return Error(
            ErrorKind::invalid_input,
            fmt::format("params.arguments.{} must be a string", std::string_view(name))
        );
      }
      arguments.emplace(name, json::view(value.get_string()));
    }
  }
  for (auto const& argument : prompt.arguments) {
    if (argument.required && !arguments.contains(argument.name)) {
      return Error(
          ErrorKind::invalid_input, fmt::format("params.arguments.{} is missing", argument.name)
      );
    }
  }
  return arguments;
}

}  // namespace

Async<Outcome> list_prompts(const Dispatcher* dispatcher, std::shared_ptr<Call> call) {
  auto const& prompts = dispatcher->server().prompts();
  co_return list_page(*dispatcher, *call, "prompts", prompts.size(), [&](std::size_t i) {
    return describe(*prompts[i], call->revision);
  });
}

Async<Outcome> get_prompt(const Dispatcher* dispatcher, std::shared_ptr<Call> call) {
  auto const name = string_param(*call, "name");
  if (!name) co_return refuse(jsonrpc::kInvalidParams, "params.name must be the name of a prompt");
  auto const prompt = dispatcher->server().find_prompt(*name);
  if (prompt == nullptr)
    co_return refuse(jsonrpc::kInvalidParams, unknown_prompt(dispatcher->server(), *name));
  auto arguments = read_arguments(*call, *prompt);
  if (!arguments) co_return refuse(jsonrpc::kInvalidParams, arguments.error().message());
  auto ran = co_await prompt->handler(Context(call), *std::move(arguments));
  if (ran) co_return to_reply(*ran, call->revision);
  co_return to_outcome(call, ran.error());
}

}  // namespace davit::mcp

// completion/complete.
#include <algorithm>

#include <fmt/format.h>

#include "mcp/methods.h"

namespace davit::mcp {
namespace {

constexpr std::size_t kMaxValues = 100;  // MCP 2024-11-05 to 2026-07-28, schema "CompleteResult"

// What is to be completed. `owner` keeps the completer alive, which is null for an argument that
// has none.
struct Target {
  std::shared_ptr<const void> owner;
  const Completer* completer = nullptr;
};

Error bad(std::string message) { return {ErrorKind::invalid_input, std::move(message)}; }

Result<Target> find_prompt_argument(
    const Server& server, std::string_view prompt_name, std::string_view name
) {
  auto const prompt = server.find_prompt(prompt_name);
  if (prompt == nullptr) return bad("params.ref names no prompt");
  auto const argument = std::ranges::find(prompt->arguments, name, &PromptArgument::name);
  if (argument == prompt->arguments.end()) return bad("params.argument.name is none of the prompt");
  return Target{prompt, argument->completer ? &argument->completer : nullptr};
}

Result<Target> find_variable(
    const Server& server, std::string_view uri_template, std::string_view name
) {
  auto const entry = server.find_template(uri_template);
  if (entry == nullptr) return bad("params.ref names no resource template");
  auto const& names = entry->compiled.names();
  if (std::ranges::find(names, name) == names.end())
    return bad("params.argument.name is none of the template");
  auto const place = entry->offered.completers.find(name);
  return Target{entry, place == entry->offered.completers.end() ? nullptr : &place->second};
}

Result<Target> find_target(const Server& server, const json::Value& params, std::string_view name) {
  auto const type = json::find_string(params, "ref.type").value_or("");
  if (type == "ref/prompt") {
    auto const prompt = json::find_string(params, "ref.name");
    if (!prompt) return bad("params.ref.name must be the name of a prompt");
    return find_prompt_argument(server, *prompt, name);
  }
  if (type == "ref/resource") {
    auto const uri = json::find_string(params, "ref.uri");
    if (!uri) return bad("params.ref.uri must be a resource template");
    return find_variable(server, *uri, name);
  }
  return bad("params.ref.type must be ref/prompt or ref/resource");
}

// From 2025-06-18 on; what is no string is none of ours.
Variables known_arguments(const json::Value& params) {
  Variables known;
  auto const* arguments = json::find_object(params, "context.arguments");
  if (arguments == nullptr) return known;
  for (auto const& [name, value] : *arguments) {
    if (value.is_string()) known.emplace(name, json::view(value.get_string()));
  }
  return known;
}

Reply to_reply(std::vector<std::string> values) {
  auto const total = values.size();
  auto const shown = std::min(total, kMaxValues);
  json::Array array(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(shown));
  json::Object completion{
      {"values", std::move(array)}, {"total", total}, {"hasMore", total > shown}
  };
  return Reply::of(json::Object{{"completion", std::move(completion)}});
}

}  // namespace

Async<Outcome> complete(const Dispatcher* dispatcher, std::shared_ptr<Call> call) {
  static const json::Value kNone;
  auto const* given = call->message->root.get_object().if_contains("params");
  auto const& params = given == nullptr ? kNone : *given;
  auto const name = json::find_string(params, "argument.name");
  auto const typed = json::find_string(params, "argument.value");
  if (!name || !typed)
    co_return refuse(jsonrpc::kInvalidParams, "params.argument must have a name and a value");
  auto const target = find_target(dispatcher->server(), params, *name);
  if (!target) co_return refuse(jsonrpc::kInvalidParams, target.error().message());
  if (target->completer == nullptr) co_return to_reply({});
  auto ran =
      co_await (*target->completer)(Context(call), std::string(*typed), known_arguments(params));
  if (ran) co_return to_reply(*std::move(ran));
  // Only tools, prompts and resources may ask. MCP 2026-07-28, basic/patterns/mrtr.
  if (!call->asked.empty())
    co_return broken(call, Error(ErrorKind::internal, "a completer asked the client"));
  co_return to_outcome(call, ran.error());
}

}  // namespace davit::mcp

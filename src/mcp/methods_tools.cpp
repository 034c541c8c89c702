// tools/list and tools/call.
#include <fmt/format.h>

#include "mcp/methods.h"
#include "mcp/projection.h"

namespace davit::mcp {
namespace {

using ToolEntry = Server::ToolEntry;

std::string unknown_tool(const Server& server, std::string_view name) {
  std::vector<std::string_view> names;
  for (auto const& entry : server.tools()) names.push_back(entry->tool.definition.name);
  return unknown("tool", name, names);
}

// The client and the tool must agree on how the call is answered. MCP 2025-11-25,
// basic/utilities/tasks, "Tool-Level Negotiation"; SEP-2663, "Required Tasks".
std::optional<Outcome> check_task_support(
    const Server& server, const Tool& tool, const Call& call
) {
  if (call.is_task) return std::nullopt;
  auto const knows_tasks = call.revision == Revision::v2025_11_25;
  if (tool.tasks == TaskSupport::required && !call.may_become_task) {
    if (era_of(call.revision) == Era::modern) {
      json::Object data{{"requiredCapabilities", to_json(ClientCapabilities::tasks)}};
      return refuse(
          kMissingCapability, needs_capability(ClientCapabilities::tasks), std::move(data)
      );
    }
    if (knows_tasks) {
      return refuse(
          jsonrpc::kMethodNotFound,
          fmt::format("the tool '{}' runs as a task only: give params.task", tool.definition.name)
      );
    }
  }
  // Where no tool runs as a task, `params.task` is to be ignored.
  if (tool.tasks == TaskSupport::forbidden && call.may_become_task && knows_tasks &&
      server.offers_tasks()) {
    return refuse(
        jsonrpc::kMethodNotFound,
        fmt::format("the tool '{}' does not run as a task", tool.definition.name)
    );
  }
  return std::nullopt;
}

// True when the arguments are needed after this run: a legacy client is asked and the handler
// begins anew, or lost its connection and sends the request again, which must be known for the
// same; the call goes on as a task; or the requestState of 2026-07-28 is bound to them.
bool needs_arguments_later(const Call& call) {
  return era_of(call.revision) == Era::legacy || call.capabilities.bits != 0 ||
         call.may_become_task || call.is_task;
}

// The arguments, in the arena of the message: it lives as long as the call. Null when they are no
// object.
json::Value take_arguments(Call& call) {
  auto* given = call.message->params()->if_contains("arguments");
  if (given == nullptr || given->is_null()) return json::Object();
  if (!given->is_object()) return nullptr;
  return needs_arguments_later(call) ? json::Value(*given, given->storage()) : std::move(*given);
}

// The one mapping from a tool's error to what the client reads.
ToolResult to_tool_result(const Call& call, const Error& error) {
  if (call.missing) return ToolResult::error(needs_capability(*call.missing));
  json::Object structured{{"error", to_string(error.kind())}};
  if (error.retry_after) {
    structured["retry_after_s"] =
        std::chrono::ceil<std::chrono::seconds>(*error.retry_after).count();
  }
  auto result = ToolResult::error(error.message());
  result.structured = std::move(structured);
  return result;
}

Outcome finish(const std::shared_ptr<Call>& call, const ToolEntry& entry, ToolResult result) {
  call->tool_failed = result.is_error;
  if (entry.output && !result.is_error) {
    auto const conforms = result.structured && entry.output->accepts(*result.structured);
    if (!conforms) {
      auto const why = result.structured
                           ? json::to_text(entry.output->validate(*result.structured), "the result")
                           : std::string("there is none");
      Context(call).logger().error("structured result does not match its schema", {{"error", why}});
      return refuse(
          jsonrpc::kInternalError, "internal error: the tool's result does not match its schema"
      );
    }
  }
  // The schema describes results; the TypeScript SDK's client 1.32 holds errors to it as well.
  if (entry.output && result.is_error && result.structured &&
      !entry.output->accepts(*result.structured)) {
    if (result.content.empty())
      result.content.push_back(Content::text(json::to_text(*result.structured)));
    result.structured.reset();
  }
  return to_reply(result, call->revision);
}

// What comes before the handler runs: finds the tool and the arguments, or has an answer already.
// Neither this nor what comes after is to grow the coroutine's frame, which over 1 KB is not
// recycled.
[[gnu::noinline]] std::optional<Outcome> prepare(
    const Server& server,
    Call& call,
    std::shared_ptr<const ToolEntry>& entry,
    std::optional<json::Object>& arguments
) {
  auto const name = string_param(call, "name");
  if (!name) return refuse(jsonrpc::kInvalidParams, "params.name must be the name of a tool");
  entry = server.find_tool(*name);
  if (entry == nullptr) return refuse(jsonrpc::kInvalidParams, unknown_tool(server, *name));
  auto const& tool = entry->tool;
  call.tool = tool.definition.name;
  if (auto refusal = check_task_support(server, tool, call)) return refusal;
  if (tool.tasks == TaskSupport::forbidden) call.may_become_task = false;

  auto given = take_arguments(call);
  if (!given.is_object())
    return refuse(jsonrpc::kInvalidParams, "params.arguments must be an object");
  Reply as_task;
  as_task.kind = Reply::Kind::task;
  auto const may_start = call.may_become_task && !call.is_task;
  // Who asked for a task in 2025-11-25 is answered with one, even where the arguments are wrong.
  if (may_start && era_of(call.revision) == Era::legacy) return as_task;
  if (tool.prepare) tool.prepare(given.get_object());
  if (!entry->input.accepts(given)) {
    call.tool_failed = true;
    auto const problems = json::to_text(entry->input.validate(given), "arguments");
    return to_reply(ToolResult::error("Invalid arguments: " + problems), call.revision);
  }
  if (may_start && !tool.starts_task_itself) return as_task;
  arguments.emplace(std::move(given.get_object()));
  return std::nullopt;
}

// What comes after.
[[gnu::noinline]] Result<Outcome> conclude(
    const std::shared_ptr<Call>& call, const ToolEntry& entry, Result<ToolResult> ran
) {
  if (ran) return finish(call, entry, *std::move(ran));
  if (auto ended = ended_by_context(*call)) return *std::move(ended);
  auto const& error = ran.error();
  if (!call->missing && error.kind() == ErrorKind::cancelled) return error;
  if (!call->missing && error.kind() == ErrorKind::internal) return broken(call, error);
  return finish(call, entry, to_tool_result(*call, error));
}

}  // namespace

Async<Outcome> list_tools(const Dispatcher* dispatcher, std::shared_ptr<Call> call) {
  auto const& tools = dispatcher->server().tools();
  co_return list_page(*dispatcher, *call, "tools", tools.size(), [&](std::size_t i) {
    return describe(tools[i]->tool.definition, tools[i]->tool.tasks, call->revision);
  });
}

Async<Outcome> call_tool(const Dispatcher* dispatcher, std::shared_ptr<Call> call) {
  std::shared_ptr<const ToolEntry> entry;
  std::optional<json::Object> arguments;
  if (auto answer = prepare(dispatcher->server(), *call, entry, arguments))
    co_return *std::move(answer);
  auto running = entry->tool.handler(Context(call), *std::move(arguments));
  auto ran = co_await std::move(running);
  co_return conclude(call, *entry, std::move(ran));
}

}  // namespace davit::mcp

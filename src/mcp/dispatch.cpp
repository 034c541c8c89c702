#include "mcp/dispatch.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::mcp {
namespace {

using jsonrpc::ErrorObject;

constexpr std::chrono::minutes kListTtl{5};

Outcome refuse(int code, std::string message) {
  return tl::unexpected(ErrorObject{code, std::move(message)});
}

// True for an output schema that a legacy client can be shown: 2025-06-18, schema "Tool".
bool has_object_root(const json::Object& schema) {
  auto const* type = schema.if_contains("type");
  return type != nullptr && *type == "object";
}

json::Object describe(const ToolDefinition& tool, Revision revision) {
  json::Object object{{"name", tool.name}};
  auto const& hints = tool.annotations;
  if (!tool.title.empty() && revision >= Revision::v2025_06_18) object["title"] = tool.title;
  object["description"] = tool.description;
  object["inputSchema"] = tool.input_schema;
  if (tool.output_schema && revision >= Revision::v2025_06_18 &&
      (era_of(revision) == Era::modern || has_object_root(*tool.output_schema))) {
    object["outputSchema"] = *tool.output_schema;
  }
  if (revision >= Revision::v2025_03_26) {
    object["annotations"] = json::Object{
        {"readOnlyHint", hints.read_only},
        {"destructiveHint", hints.destructive},
        {"idempotentHint", hints.idempotent},
        {"openWorldHint", hints.open_world},
    };
  }
  return object;
}

void append_text_block(std::string& out, std::string_view text) {
  out += R"({"type":"text","text":)";
  append_json_string(out, is_utf8(text) ? text : std::string_view(to_utf8(text)));
  out += '}';
}

Reply to_reply(const ToolResult& result, Revision revision) {
  Reply reply;
  auto& out = reply.members;
  std::string structured;
  if (result.structured) json::append_text(structured, *result.structured);
  out += R"("content":[)";
  if (result.content.empty() && result.structured) append_text_block(out, structured);
  for (auto const& block : result.content) {
    if (out.back() == '}') out += ',';
    append_text_block(out, block.text);
  }
  out += ']';
  auto const shows_structured =
      result.structured && (era_of(revision) == Era::modern ||
                            (revision >= Revision::v2025_06_18 && result.structured->is_object()));
  if (shows_structured) out.append(R"(,"structuredContent":)").append(structured);
  if (result.is_error) out += R"(,"isError":true)";
  return reply;
}

// The one mapping from a handler's error to what the client reads. `cancelled` never comes here.
ToolResult to_tool_result(const Error& error) {
  json::Object structured{{"error", to_string(error.kind())}};
  if (error.retry_after) {
    structured["retry_after_s"] =
        std::chrono::ceil<std::chrono::seconds>(*error.retry_after).count();
  }
  auto result = ToolResult::error(error.message());
  result.structured = std::move(structured);
  return result;
}

}  // namespace

constexpr MethodRow Dispatcher::kMethods[] = {
    {"server/discover", Revision::v2026_07_28, false, "", &Dispatcher::discover},
    {"tools/list", Revision::v2024_11_05, true, "", &Dispatcher::list_tools},
    {"tools/call", Revision::v2024_11_05, true, "name", &Dispatcher::call_tool},
};

Reply Reply::of(const json::Object& result, std::optional<CacheHint> cache) {
  Reply reply{{}, cache};
  json::append_members(reply.members, result);
  return reply;
}

const MethodRow* Dispatcher::find_method(std::string_view method, Revision revision) const {
  auto const* place = std::ranges::find(kMethods, method, &MethodRow::name);
  if (place == std::end(kMethods) || revision < place->since) return nullptr;
  if (place->needs_tools && server_.tools().empty()) return nullptr;
  return place;
}

Async<Outcome> Dispatcher::dispatch(std::shared_ptr<Call> call) const {
  auto const* method = find_method(call->message->method, call->revision);
  if (method == nullptr) {
    co_return refuse(
        jsonrpc::kMethodNotFound,
        fmt::format("unknown method '{}'", utf8_prefix(call->message->method, 100))
    );
  }
  co_return co_await (this->*method->serve)(std::move(call));
}

json::Object Dispatcher::capabilities() const {
  json::Object object{{"logging", json::Object()}};
  if (!server_.tools().empty()) object["tools"] = json::Object();
  return object;
}

Async<Outcome> Dispatcher::discover(std::shared_ptr<Call>) const {
  json::Array versions;
  for (auto const& revision : kRevisions) {
    if (revision.served && revision.era == Era::modern)
      versions.push_back(json::String(revision.name));
  }
  json::Object result{{"supportedVersions", std::move(versions)}, {"capabilities", capabilities()}};
  auto const& instructions = server_.info().instructions;
  if (!instructions.empty()) result["instructions"] = instructions;
  co_return Reply::of(result, CacheHint{kListTtl, false});
}

Async<Outcome> Dispatcher::list_tools(std::shared_ptr<Call> call) const {
  // The list has one page, so there is no cursor of ours that could come back.
  auto const* params = call->message->params();
  if (params != nullptr && params->contains("cursor")) {
    co_return refuse(jsonrpc::kInvalidParams, "the cursor is not one of this server's");
  }
  json::Array tools;
  tools.reserve(server_.tools().size());
  for (auto const& entry : server_.tools()) {
    tools.push_back(describe(entry->tool.definition, call->revision));
  }
  co_return Reply::of(json::Object{{"tools", std::move(tools)}}, CacheHint{kListTtl, false});
}

Async<Outcome> Dispatcher::call_tool(std::shared_ptr<Call> call) const {
  auto* params = call->message->params();
  auto const* name = params == nullptr ? nullptr : params->if_contains("name");
  if (name == nullptr || !name->is_string()) {
    co_return refuse(jsonrpc::kInvalidParams, "params.name must be the name of a tool");
  }
  auto const* entry = server_.find_tool(json::view(name->get_string()));
  if (entry == nullptr)
    co_return refuse(jsonrpc::kInvalidParams, unknown_tool(json::view(name->get_string())));
  call->tool = entry->tool.definition.name;

  auto* given = params->if_contains("arguments");
  if (given != nullptr && !given->is_object()) {
    co_return refuse(jsonrpc::kInvalidParams, "params.arguments must be an object");
  }
  // Taken out of the message, whose arena they stay in: it lives as long as the call.
  json::Value checked = given == nullptr ? json::Value(json::Object()) : std::move(*given);
  if (entry->tool.prepare) entry->tool.prepare(checked.get_object());
  if (!entry->input.accepts(checked)) {
    call->tool_failed = true;
    auto const problems = json::to_text(entry->input.validate(checked), "arguments");
    co_return to_reply(ToolResult::error("Invalid arguments: " + problems), call->revision);
  }

  auto ran = co_await entry->tool.handler(Context(call), std::move(checked.get_object()));
  if (!ran) {
    auto const& error = ran.error();
    if (error.kind() == ErrorKind::cancelled) co_return std::move(ran).error();
    if (error.kind() == ErrorKind::internal) {
      Context(call).logger().error(
          "tool broke", {{"error", error.message()}, {"detail", error.detail()}}
      );
      co_return refuse(jsonrpc::kInternalError, "internal error");
    }
    ran = to_tool_result(error);
  }
  call->tool_failed = ran->is_error;
  if (entry->output && !ran->is_error) {
    auto const conforms = ran->structured && entry->output->accepts(*ran->structured);
    if (!conforms) {
      auto const why = ran->structured
                           ? json::to_text(entry->output->validate(*ran->structured), "the result")
                           : std::string("there is none");
      Context(call).logger().error("structured result does not match its schema", {{"error", why}});
      co_return refuse(
          jsonrpc::kInternalError, "internal error: the tool's result does not match its schema"
      );
    }
  }
  // The schema describes results; the TypeScript SDK's client 1.32 holds errors to it as well.
  if (entry->output && ran->is_error && ran->structured &&
      !entry->output->accepts(*ran->structured)) {
    if (ran->content.empty()) ran->content.push_back({json::to_text(*ran->structured)});
    ran->structured.reset();
  }
  co_return to_reply(*ran, call->revision);
}

std::string Dispatcher::unknown_tool(std::string_view name) const {
  std::vector<std::string_view> names;
  for (auto const& entry : server_.tools()) names.push_back(entry->tool.definition.name);
  auto const near = nearest(name, names);
  auto message = fmt::format("unknown tool '{}'", utf8_prefix(name, 128));
  if (!near.empty()) message += fmt::format("; did you mean '{}'?", near);
  return message;
}

}  // namespace davit::mcp

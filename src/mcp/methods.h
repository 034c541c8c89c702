// The methods of the protocol that are the same in every era, one function each: rows of the
// dispatcher's table. Inside mcp only. Errors of all: cancelled.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mcp/dispatch.h"

namespace davit::mcp {

Async<Outcome> discover(const Dispatcher* dispatcher, std::shared_ptr<Call> call);
Async<Outcome> list_tools(const Dispatcher* dispatcher, std::shared_ptr<Call> call);
Async<Outcome> call_tool(const Dispatcher* dispatcher, std::shared_ptr<Call> call);
Async<Outcome> list_resources(const Dispatcher* dispatcher, std::shared_ptr<Call> call);
Async<Outcome> list_templates(const Dispatcher* dispatcher, std::shared_ptr<Call> call);
Async<Outcome> read_resource(const Dispatcher* dispatcher, std::shared_ptr<Call> call);
Async<Outcome> list_prompts(const Dispatcher* dispatcher, std::shared_ptr<Call> call);
Async<Outcome> get_prompt(const Dispatcher* dispatcher, std::shared_ptr<Call> call);
Async<Outcome> complete(const Dispatcher* dispatcher, std::shared_ptr<Call> call);

// What the methods share.

// How long lists may be kept; a client that is told of changes need not wait for that.
inline constexpr CacheHint kListCache{std::chrono::minutes(5), false};
inline constexpr CacheHint kContentsCache{std::chrono::seconds(5), false};

Outcome refuse(int code, std::string message, std::optional<json::Value> data = {});

// The member of params as text; nothing when it is absent or of another type. The view lives as
// long as the message.
std::optional<std::string_view> string_param(const Call& call, std::string_view name);

// "unknown tool 'x'; did you mean 'y'?"
std::string unknown(
    std::string_view what, std::string_view name, std::span<const std::string_view> known
);

// One page of a list of `size` elements: the result has them under `key`.
Outcome list_page(
    const Dispatcher& dispatcher,
    const Call& call,
    std::string_view key,
    std::size_t size,
    const std::function<json::Object(std::size_t)>& describe_one
);

// The answer to a run that a Context method has ended: for want of a capability (2026-07-28), to go
// on as a task, or to ask. Nothing when it ended otherwise.
std::optional<Outcome> ended_by_context(const Call& call);

// The one mapping from a handler's error to a JSON-RPC error, for all but tools. Errors: cancelled.
Result<Outcome> to_outcome(const std::shared_ptr<Call>& call, const Error& error);

// A handler broke: logged in full, and answered without saying how.
Outcome broken(const std::shared_ptr<Call>& call, const Error& error);

}  // namespace davit::mcp

#include "mcp/methods.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "mcp/paging.h"

namespace davit::mcp {
namespace {

using jsonrpc::ErrorObject;

json::Object describe_error(const Error& error) {
  json::Object data{{"error", to_string(error.kind())}};
  if (error.retry_after) {
    data["retry_after_s"] = std::chrono::ceil<std::chrono::seconds>(*error.retry_after).count();
  }
  return data;
}

}  // namespace

Outcome refuse(int code, std::string message, std::optional<json::Value> data) {
  return tl::unexpected(ErrorObject{code, std::move(message), std::move(data)});
}

std::optional<std::string_view> string_param(const Call& call, std::string_view name) {
  auto const* params = std::as_const(*call.message).params();
  auto const* value = params == nullptr ? nullptr : params->if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return json::view(value->get_string());
}

std::string unknown(
    std::string_view what, std::string_view name, std::span<const std::string_view> known
) {
  auto message = fmt::format("unknown {} '{}'", what, utf8_prefix(name, 128));
  auto const near = nearest(name, known);
  if (!near.empty()) message += fmt::format("; did you mean '{}'?", near);
  return message;
}

Outcome list_page(
    const Dispatcher& dispatcher,
    const Call& call,
    std::string_view key,
    std::size_t size,
    const std::function<json::Object(std::size_t)>& describe_one
) {
  auto const& server = dispatcher.server().info().implementation.name;
  auto const page = find_page(
      dispatcher.ring(),
      fmt::format("{} {}", key, server),
      call,
      size,
      dispatcher.options().page_size
  );
  if (!page) return refuse(jsonrpc::kInvalidParams, page.error().message());
  json::Array elements;
  elements.reserve(page->end - page->begin);
  for (auto i = page->begin; i < page->end; ++i) elements.push_back(describe_one(i));
  json::Object result{{key, std::move(elements)}};
  if (!page->next_cursor.empty()) result["nextCursor"] = page->next_cursor;
  return Reply::of(result, kListCache);
}

std::optional<Outcome> ended_by_context(const Call& call) {
  if (call.missing) {
    if (era_of(call.revision) == Era::legacy) return std::nullopt;
    json::Object data{{"requiredCapabilities", to_json(*call.missing)}};
    return refuse(kMissingCapability, needs_capability(*call.missing), std::move(data));
  }
  Reply reply;
  if (call.wants_task) {
    reply.kind = Reply::Kind::task;
  } else if (!call.asked.empty()) {
    reply.kind = Reply::Kind::input_required;
  } else {
    return std::nullopt;
  }
  return reply;
}

Outcome broken(const std::shared_ptr<Call>& call, const Error& error) {
  Context(call).logger().error(
      "handler broke",
      {{"method", call->message->method}, {"error", error.message()}, {"detail", error.detail()}}
  );
  return refuse(jsonrpc::kInternalError, "internal error");
}

Result<Outcome> to_outcome(const std::shared_ptr<Call>& call, const Error& error) {
  if (auto ended = ended_by_context(*call)) return *std::move(ended);
  if (call->missing) return refuse(jsonrpc::kInvalidParams, needs_capability(*call->missing));
  switch (error.kind()) {
    case ErrorKind::cancelled: return error;
    case ErrorKind::internal: return broken(call, error);
    case ErrorKind::invalid_input: return refuse(jsonrpc::kInvalidParams, error.message());
    default:
      return refuse(jsonrpc::kInternalError, error.message(), json::Value(describe_error(error)));
  }
}

Async<Outcome> discover(const Dispatcher* dispatcher, std::shared_ptr<Call> call) {
  json::Array versions;
  for (auto const& revision : kRevisions) {
    if (revision.era == Era::modern) versions.push_back(json::String(revision.name));
  }
  json::Object result{
      {"supportedVersions", std::move(versions)},
      {"capabilities", dispatcher->capabilities(call->revision)},
  };
  auto const& instructions = dispatcher->server().info().instructions;
  if (!instructions.empty()) result["instructions"] = instructions;
  co_return Reply::of(result, kListCache);
}

}  // namespace davit::mcp

// JSON-RPC 2.0 messages as MCP uses them: ids are integers or strings, params are objects, and
// there are no batches. Source: MCP 2025-11-25 and 2026-07-28, basic/index, "Messages".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "json/json.h"

namespace davit::jsonrpc {

inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kInternalError = -32603;

// 1 and "1" are different ids.
using Id = std::variant<std::int64_t, std::string>;

json::Value to_json(const Id& id);
// Nothing for every other type, null and fractions included.
std::optional<Id> to_id(const json::Value& value);

struct ErrorObject {
  int code = kInternalError;
  std::string message;
  std::optional<json::Value> data = {};
};

enum class Kind { request, notification, response };

struct Message {
  Kind kind = Kind::notification;
  std::optional<Id> id;  // absent in notifications, and in error responses to what was unreadable
  std::string_view method;  // empty in responses; lives as long as `root`
  json::Value root;         // the whole message

  // Null pointer when the message has none.
  json::Object* params();
  const json::Object* params() const;
};

// Errors: an ErrorObject that says which rule is broken, with the id where it could be read.
struct Malformed {
  std::optional<Id> id;
  ErrorObject error;
};
tl::expected<Message, Malformed> read(json::Value root);

// The text of a message to send, without line breaks.
std::string write_request(const Id& id, std::string_view method, const json::Object& params);
std::string write_notification(std::string_view method, const json::Object& params);
// `members` are those of the result, already written, without braces.
std::string write_result(const Id& id, std::string_view members);
// Without an id the member is left out, as MCP asks from 2025-11-25 on.
std::string write_error(const std::optional<Id>& id, const ErrorObject& error);

}  // namespace davit::jsonrpc

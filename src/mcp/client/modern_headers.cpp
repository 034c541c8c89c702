#include "mcp/client/modern_headers.h"

#include <algorithm>

#include "base/base64.h"
#include "base/strings.h"
#include "mcp/protocol.h"

namespace davit::mcp::client {
namespace {

struct NameRow {
  std::string_view method;
  std::string_view member;
};
// What `Mcp-Name` repeats.
constexpr NameRow kNames[] = {
    {"tools/call", "name"},
    {"prompts/get", "name"},
    {"resources/read", "uri"},
    {"tasks/get", "taskId"},
    {"tasks/update", "taskId"},
    {"tasks/cancel", "taskId"},
};

std::string text_of(const json::Value& value) {
  if (auto const* text = value.if_string()) return encode_header_value(json::view(*text));
  if (auto const whole = json::find_int(value, "")) return std::to_string(*whole);
  return json::to_text(value);
}

}  // namespace

std::string encode_header_value(std::string_view value) {
  auto const is_plain = [](char c) { return c >= 0x20 && c < 0x7F; };
  if (std::ranges::all_of(value, is_plain) && trim(value) == value &&
      !value.starts_with("=?base64?")) {
    return std::string(value);
  }
  return "=?base64?" + base64_encode(value) + "?=";
}

http::Headers modern_headers(
    std::string_view method, const json::Object& params, const std::vector<HeaderParam>& repeated
) {
  http::Headers headers{
      {"MCP-Protocol-Version", to_string(Revision::v2026_07_28)}, {"Mcp-Method", method}
  };
  for (auto const& row : kNames) {
    auto const* named = row.method == method ? params.if_contains(row.member) : nullptr;
    if (named != nullptr && named->is_string())
      headers.add("Mcp-Name", encode_header_value(json::view(named->get_string())));
  }
  auto const* arguments = params.if_contains("arguments");
  if (arguments == nullptr || !arguments->is_object()) return headers;
  for (auto const& param : repeated) {
    if (auto const* value = find_argument(param, arguments->get_object()))
      headers.add("Mcp-Param-" + param.name, text_of(*value));
  }
  return headers;
}

}  // namespace davit::mcp::client

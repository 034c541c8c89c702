// The input is header lines, an empty line, and a body: a request as the MCP endpoint gets it.
// Every refusal is one that can be sent, what is let in has headers that say what the body says,
// and no text opens as a session id.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/base64.h"
#include "base/strings.h"
#include "mcp/session.h"
#include "mcp/transport/era.h"

namespace {

using namespace davit;
using namespace davit::mcp;

void require(bool condition) {
  if (!condition) std::abort();
}

Async<ToolResult> nothing(Context, json::Object) { co_return ToolResult(); }

Server make_server() {
  Server server({{"fuzz", "1", ""}, ""});
  Tool tool;
  tool.definition.name = "a";
  tool.definition.input_schema = json::Object{{"type", "object"}};
  tool.handler = nothing;
  require(server.add_tool(std::move(tool)).has_value());
  return server;
}

void check_value(std::string_view value) {
  auto const decoded = transport::decode_header_value(value);
  if (decoded) require(is_utf8(*decoded));
  if (!is_utf8(value)) return;
  auto const encoded = "=?base64?" + base64_encode(value) + "?=";
  require(transport::decode_header_value(encoded) == value);
}

void check_message(const http::Headers& headers, const jsonrpc::Message& message) {
  static Server const server = make_server();
  static Dispatcher const dispatcher(server);
  auto const era = transport::classify(headers, message);
  if (era == Era::legacy) {
    require(transport::has_legacy_version(headers));
    return;
  }
  if (message.kind != jsonrpc::Kind::request) return;
  auto const refusal = transport::check_modern(headers, message, dispatcher);
  if (refusal) {
    require(refusal->status == 400 || refusal->status == 404);
    require((refusal->status == 404) == (refusal->error.code == jsonrpc::kMethodNotFound));
    require(json::parse(jsonrpc::write_error(message.id, refusal->error)).has_value());
    return;
  }
  require(headers.get("MCP-Protocol-Version") == "2026-07-28");
  require(headers.get("Mcp-Method") == message.method);
  require(dispatcher.find_method(message.method, Revision::v2026_07_28) != nullptr);
  auto const name = json::find_string(message.root, "params.name");
  if (message.method == "tools/call" && name) {
    require(transport::decode_header_value(*headers.get("Mcp-Name")) == *name);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  auto const middle = input.find("\n\n");
  if (middle == std::string_view::npos) return 0;
  static KeyRing const ring = KeyRing::random();
  http::Headers headers;
  for (auto const line : split(input.substr(0, middle), '\n')) {
    auto const colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    headers.add(line.substr(0, colon), line.substr(colon + 1));
    check_value(line.substr(colon + 1));
    require(!open_session(ring, line.substr(colon + 1)).has_value());
  }
  auto const body = input.substr(middle + 2);
  Session session{.id = std::string(16, 'i'), .client = {std::string(body), std::string(body), ""}};
  auto const token = seal_session(ring, session);
  require(token.size() <= 512);
  auto const opened = open_session(ring, token);
  require(opened && opened->id == session.id && body.starts_with(opened->client.name));

  auto root = json::parse(body);
  if (!root) return 0;
  auto const message = jsonrpc::read(*std::move(root));
  if (message) check_message(headers, *message);
  return 0;
}

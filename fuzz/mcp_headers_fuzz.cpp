// The input is header lines, an empty line, and a body: a request as the MCP endpoint gets it.
// Every refusal is one that can be sent, what is let in has headers that say what the body says,
// and what our own client writes in the headers is let in.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/base64.h"
#include "base/strings.h"
#include "mcp/client/modern_headers.h"
#include "mcp/transport/era.h"

namespace {

using namespace davit;
using namespace davit::mcp;

void require(bool condition) {
  if (!condition) std::abort();
}

constexpr std::string_view kSchema = R"({"type":"object","properties":{
  "s":{"type":"string","x-mcp-header":"S"},
  "i":{"type":"integer","x-mcp-header":"I"},
  "b":{"type":"boolean","x-mcp-header":"B"},
  "o":{"type":"object","properties":{"s":{"type":"string","x-mcp-header":"Inner"}}}}})";

Async<ToolResult> nothing(Context, json::Object) { co_return ToolResult(); }

Server make_server() {
  Server server({{"fuzz", "1", ""}, ""});
  Tool tool;
  tool.definition.name = "a";
  tool.definition.input_schema = json::parse(kSchema)->get_object();
  tool.handler = nothing;
  require(server.add_tool(std::move(tool)).has_value());
  return server;
}

void check_value(std::string_view value) {
  auto const decoded = transport::decode_header_value(value);
  if (decoded) require(is_utf8(*decoded));
  if (!is_utf8(value)) return;
  auto const sentinel = "=?base64?" + base64_encode(value) + "?=";
  require(transport::decode_header_value(sentinel) == value);
  http::Headers const sent{{"X", client::encode_header_value(value)}};
  require(!sent.has_control_character());
  require(transport::decode_header_value(*sent.get("X")) == value);
}

// The headers of our client, and then one of them changed.
void check_client(
    const jsonrpc::Message& message, const Dispatcher& dispatcher, std::string_view instead
) {
  auto const entry = dispatcher.server().find_tool("a");
  if (message.method != "tools/call" || json::find_string(message.root, "params.name") != "a")
    return;
  auto const* arguments = json::find_object(message.root, "params.arguments");
  for (auto const& param : entry->header_params) {
    auto const* value = arguments ? find_argument(param, *arguments) : nullptr;
    if (value != nullptr && value->is_structured()) return;  // not what the schema allows
  }
  auto headers = client::modern_headers(message.method, *message.params(), entry->header_params);
  require(!transport::check_modern(headers, message, dispatcher));
  auto const* text = arguments ? arguments->if_contains("s") : nullptr;
  if (text == nullptr || !text->is_string() || json::view(text->get_string()) == instead) return;
  headers.set("Mcp-Param-S", client::encode_header_value(instead));
  auto const refusal = transport::check_modern(headers, message, dispatcher);
  require(refusal && refusal->error.code == kHeaderMismatch);
}

void check_message(const http::Headers& headers, const jsonrpc::Message& message) {
  static KeyRing const ring = KeyRing::random();
  static Server const server = make_server();
  static Dispatcher const dispatcher(server, ring);
  auto const era = transport::classify(headers, message);
  if (era == Era::legacy) {
    require(transport::has_legacy_version(headers));
    return;
  }
  if (message.kind != jsonrpc::Kind::request) return;
  if (!transport::check_modern(message, dispatcher)) {
    auto const first = headers.size() == 0 ? "" : headers.value(0);
    check_client(message, dispatcher, is_utf8(first) ? first : "");
  }
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
  http::Headers headers;
  for (auto const line : split(input.substr(0, middle), '\n')) {
    auto const colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    headers.add(line.substr(0, colon), line.substr(colon + 1));
    check_value(line.substr(colon + 1));
  }
  auto const body = input.substr(middle + 2);
  auto root = json::parse(body);
  if (!root) return 0;
  auto const message = jsonrpc::read(*std::move(root));
  if (message) check_message(headers, *message);
  return 0;
}

// A message that was read says the same when it is written again, and one that was refused has a
// reason that can be sent.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/strings.h"
#include "jsonrpc/message.h"

namespace {

using namespace davit;

void require(bool condition) {
  if (!condition) std::abort();
}

// What a message is, without its extra members.
bool same(const jsonrpc::Message& a, const jsonrpc::Message& b) {
  auto const* left = a.params();
  auto const* right = b.params();
  auto const same_params =
      left == nullptr ? right == nullptr || right->empty() : right != nullptr && *left == *right;
  return a.kind == b.kind && a.id == b.id && a.method == b.method &&
         (a.kind == jsonrpc::Kind::response || same_params);
}

std::string write(const jsonrpc::Message& message) {
  auto const* given = message.params();
  json::Object const params = given == nullptr ? json::Object() : *given;
  if (message.kind == jsonrpc::Kind::request)
    return jsonrpc::write_request(*message.id, message.method, params);
  if (message.kind == jsonrpc::Kind::notification)
    return jsonrpc::write_notification(message.method, params);
  if (message.root.get_object().contains("error"))
    return jsonrpc::write_error(message.id, {1, "refused", params});
  return jsonrpc::write_result(*message.id, "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto root = json::parse({reinterpret_cast<const char*>(data), size});
  if (!root) {
    require(is_utf8(root.error().message()));
    return 0;
  }
  auto const message = jsonrpc::read(*std::move(root));
  if (!message) {
    require(message.error().error.code == jsonrpc::kInvalidRequest);
    auto const refusal =
        json::parse(jsonrpc::write_error(message.error().id, message.error().error));
    require(refusal && jsonrpc::read(*refusal).has_value());
    return 0;
  }
  auto const text = write(*message);
  require(text.find('\n') == std::string::npos);  // it must fit in one line of a stream
  auto again_root = json::parse(text);
  require(again_root.has_value());
  auto const again = jsonrpc::read(*std::move(again_root));
  require(again.has_value() && same(*message, *again));
  return 0;
}

// A message that was read says the same when it is written again, and one that was refused has a
// reason that can be sent.
#include <algorithm>
#include <cmath>
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

// A number may be written in another way, 2.0 as 2, and Boost.JSON 1.81 reads long ones with an
// error in the last place (boostorg/json, "numbers::imprecise").
bool same(const json::Value& a, const json::Value& b) {
  if (a.is_number() && b.is_number() && !(a.is_int64() && b.is_int64())) {
    auto const left = a.to_number<double>();
    return std::abs(left - b.to_number<double>()) <= std::abs(left) * 1e-14;
  }
  if (a.is_array() && b.is_array()) {
    return std::ranges::equal(a.get_array(), b.get_array(), [](const auto& x, const auto& y) {
      return same(x, y);
    });
  }
  if (!a.is_object() || !b.is_object()) return a == b;
  auto const& other = b.get_object();
  return a.get_object().size() == other.size() &&
         std::ranges::all_of(a.get_object(), [&](const auto& member) {
           auto const* value = other.if_contains(member.key());
           return value != nullptr && same(member.value(), *value);
         });
}

// What a message is, without its extra members.
bool same(const jsonrpc::Message& a, const jsonrpc::Message& b) {
  auto const* left = a.params();
  auto const* right = b.params();
  auto const same_params = left == nullptr ? right == nullptr || right->empty()
                                           : right != nullptr && same(json::Value(*left), *right);
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

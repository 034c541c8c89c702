#include "jsonrpc/message.h"

#include "base/strings.h"

namespace davit::jsonrpc {
namespace {

constexpr std::string_view kHead = R"({"jsonrpc":"2.0")";

void append_id(std::string& out, const Id& id) {
  out += R"(,"id":)";
  if (auto const* number = std::get_if<std::int64_t>(&id)) {
    append_json_number(out, *number);
  } else {
    append_json_string(out, std::get<std::string>(id));
  }
}

void append_key(std::string& out, std::string_view name) {
  out.append(",\"").append(name).append("\":");
}

void append_params(std::string& out, const json::Object& params) {
  append_key(out, "params");
  out += '{';
  json::append_members(out, params);
  out += '}';
}

Malformed malformed(const std::optional<Id>& id, std::string_view message) {
  return {id, {kInvalidRequest, std::string(message)}};
}

}  // namespace

json::Value to_json(const Id& id) {
  if (auto const* number = std::get_if<std::int64_t>(&id)) return *number;
  return json::String(std::get<std::string>(id));
}

std::optional<Id> to_id(const json::Value& value) {
  if (auto const* number = value.if_int64()) return Id(*number);
  if (auto const* text = value.if_string()) return Id(std::string(json::view(*text)));
  return std::nullopt;
}

json::Object* Message::params() {
  auto* at = root.get_object().if_contains("params");
  return at == nullptr ? nullptr : at->if_object();
}

const json::Object* Message::params() const { return const_cast<Message*>(this)->params(); }

tl::expected<Message, Malformed> read(json::Value root) {
  auto const refuse = [](const std::optional<Id>& id, std::string_view why) {
    return tl::unexpected(malformed(id, why));
  };
  if (root.is_array()) return refuse({}, "batches are not supported by this protocol version");
  // Constructed from the root, which keeps its storage and with it whatever `method` looks at: a
  // short text lies inside its value, but that is a member of the object, which does not move.
  Message message{.root = std::move(root)};
  auto const* object = message.root.if_object();
  if (object == nullptr) return refuse({}, "a message must be a JSON object");
  auto const* id = object->if_contains("id");
  if (id != nullptr) message.id = to_id(*id);
  if (json::find_string(message.root, "jsonrpc") != "2.0")
    return refuse(message.id, "jsonrpc must be \"2.0\"");

  auto const* method = object->if_contains("method");
  if (method != nullptr) {
    if (!method->is_string()) return refuse(message.id, "method must be a string");
    if (id != nullptr && !message.id) return refuse({}, "id must be a string or an integer");
    auto const* params = object->if_contains("params");
    if (params != nullptr && !params->is_object())
      return refuse(message.id, "params must be an object");
    message.kind = id == nullptr ? Kind::notification : Kind::request;
    message.method = json::view(method->get_string());
  } else {
    auto const has_result = object->contains("result");
    auto const has_error = object->contains("error");
    if (has_result == has_error)
      return refuse(message.id, "a message needs a method, a result or an error");
    if (has_result && !message.id) return refuse({}, "a result needs the id of its request");
    message.kind = Kind::response;
  }
  return message;
}

std::string write_request(const Id& id, std::string_view method, const json::Object& params) {
  std::string out(kHead);
  append_id(out, id);
  append_key(out, "method");
  append_json_string(out, method);
  append_params(out, params);
  out += '}';
  return out;
}

std::string write_notification(std::string_view method, const json::Object& params) {
  std::string out(kHead);
  append_key(out, "method");
  append_json_string(out, method);
  append_params(out, params);
  out += '}';
  return out;
}

std::string write_result(const Id& id, std::string_view members) {
  std::string out;
  out.reserve(kHead.size() + members.size() + 48);
  out += kHead;
  append_id(out, id);
  append_key(out, "result");
  out.append("{").append(members).append("}}");
  return out;
}

std::string write_error(const std::optional<Id>& id, const ErrorObject& error) {
  std::string out(kHead);
  if (id) append_id(out, *id);
  out += R"(,"error":{"code":)";
  append_json_number(out, std::int64_t{error.code});
  append_key(out, "message");
  append_json_string(out, error.message);
  if (error.data) {
    append_key(out, "data");
    json::append_text(out, *error.data);
  }
  out += "}}";
  return out;
}

}  // namespace davit::jsonrpc

#include "connector/cursor.h"

#include "base/base64.h"
#include "base/crypto.h"

namespace davit::connector {
namespace {

constexpr std::string_view kPurpose = "cursor";

json::Object fields_of(const http::Headers& headers) {
  json::Object fields;
  for (std::size_t i = 0; i < headers.size(); ++i) fields[headers.name(i)] = headers.value(i);
  return fields;
}

}  // namespace

std::string cursor_binding(std::string_view tool, const json::Object& arguments) {
  json::Object without(arguments);
  without.erase("cursor");
  auto const text = std::string(tool) + '\n' + json::canonical(without);
  // 96 bits: it tells calls apart, the seal keeps strangers out.
  return base64url_encode(std::string_view(sha256(text)).substr(0, 12));
}

std::string seal_cursor(const KeyRing& keys, std::string_view binding, const Cursor& cursor) {
  auto const& request = cursor.request;
  json::Object plain{{"of", binding}, {"at", request.target}, {"skip", cursor.skip}};
  if (request.method == http::Method::post) plain["post"] = request.body;
  if (request.headers.size() > 0) plain["headers"] = fields_of(request.headers);
  return keys.seal(kPurpose, json::to_text(plain));
}

Result<Cursor> open_cursor(const KeyRing& keys, std::string_view binding, std::string_view text) {
  auto const plain = keys.open(kPurpose, text);
  auto const value = plain ? json::parse(*plain) : plain.error();
  if (!value) {
    return Error(
        ErrorKind::invalid_input,
        "the cursor is not one that this server made, or has become too old; start again without it"
    );
  }
  if (json::find_string(*value, "of") != binding) {
    return Error(
        ErrorKind::invalid_input,
        "the cursor belongs to a call with other arguments; repeat that call's arguments, or start "
        "again without it"
    );
  }
  ApiRequest request{.target = std::string(json::find_string(*value, "at").value_or(""))};
  if (auto const body = json::find_string(*value, "post")) {
    request.method = http::Method::post;
    request.body = *body;
  }
  if (auto const* fields = json::find_object(*value, "headers")) {
    for (auto const& field : *fields) {
      request.headers.add(field.key(), json::find_string(field.value(), "").value_or(""));
    }
  }
  return Cursor{
      .request = std::move(request),
      .skip = static_cast<std::size_t>(json::find_int(*value, "skip").value_or(0)),
  };
}

}  // namespace davit::connector

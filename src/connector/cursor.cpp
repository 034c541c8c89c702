#include "connector/cursor.h"

#include "base/base64.h"
#include "base/crypto.h"

namespace davit::connector {
namespace {

constexpr std::string_view kPurpose = "cursor";

}  // namespace

std::string cursor_binding(std::string_view tool, const json::Object& arguments) {
  json::Object without(arguments);
  without.erase("cursor");
  auto const text = std::string(tool) + '\n' + json::canonical(without);
  // 96 bits: it tells calls apart, the seal keeps strangers out.
  return base64url_encode(std::string_view(sha256(text)).substr(0, 12));
}

std::string seal_cursor(const KeyRing& keys, std::string_view binding, const Cursor& cursor) {
  json::Object const plain{{"of", binding}, {"at", cursor.target}, {"skip", cursor.skip}};
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
  return Cursor{
      .target = std::string(json::find_string(*value, "at").value_or("")),
      .skip = static_cast<std::size_t>(json::find_int(*value, "skip").value_or(0)),
  };
}

}  // namespace davit::connector

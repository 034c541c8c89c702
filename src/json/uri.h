// How schemas and places in JSON are addressed: URI references (RFC 3986), JSON pointers (RFC
// 6901).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "json/json.h"

namespace davit::json {

struct UriParts {
  std::optional<std::string_view> scheme;
  std::optional<std::string_view> authority;
  std::string_view path;
  std::optional<std::string_view> query;
  std::optional<std::string_view> fragment;
};

// RFC 3986, appendix B. The views live as long as `uri`.
UriParts split_uri(std::string_view uri);

// RFC 3986, section 5.2. `base` may be empty: then a relative reference stays relative.
std::string resolve_uri(std::string_view base, std::string_view reference);

// Nothing when an escape is broken.
std::optional<std::string> percent_decode(std::string_view text);

// Appends "/" and the token, escaped.
void append_pointer_token(std::string& pointer, std::string_view token);

// One step of a JSON pointer; `token` is still escaped. Null when it leads nowhere.
const Value* step_into(const Value& value, std::string_view token);

}  // namespace davit::json

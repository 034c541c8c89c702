// Base64, RFC 4648: the standard alphabet with padding (section 4) and the URL alphabet without
// (section 5). Decoding is strict: every stray, missing or non-canonical character is an error.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace davit {

std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);

std::string base64url_encode(std::string_view bytes);
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace davit

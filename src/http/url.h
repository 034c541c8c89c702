// URLs: splitting http and https addresses, percent-encoding, query strings. RFC 3986.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace davit::http {

struct Url {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case; an IPv6 address keeps its brackets
  std::uint16_t port = 0;
  std::string path;   // starts with '/', still percent-encoded
  std::string query;  // without '?', still percent-encoded

  // "gitlab.com", with the port when it is not the scheme's.
  std::string authority() const;
  // "https://gitlab.com".
  std::string origin() const;
  bool same_origin(const Url& other) const;
};

// Errors: invalid_input; user names, other schemes, control characters and blanks are refused, a
// fragment is dropped.
Result<Url> parse_url(std::string_view text);

// Every byte but the unreserved ones (RFC 3986, 2.3) becomes %XX; so one path segment stays one.
std::string percent_encode(std::string_view text);
// Plus signs stay what they are. Nothing when a percent sign is not followed by two hex digits.
std::optional<std::string> percent_decode(std::string_view text);

// "a=1&b=x%20y" from pairs, in order.
std::string to_query(const std::vector<std::pair<std::string, std::string>>& pairs);
// The pairs of a query, decoded, plus signs as blanks (WHATWG URL,
// "application/x-www-form-urlencoded"); a pair that is not decodable is taken as it is.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);

}  // namespace davit::http

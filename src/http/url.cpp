#include "http/url.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::http {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

std::uint16_t default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

bool is_host(std::string_view host) {
  if (host.starts_with('[')) {
    return host.size() > 2 && host.ends_with(']') &&
           host.find_first_not_of("0123456789abcdef:.", 1) == host.size() - 1;
  }
  return !host.empty() && host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-._") ==
                              std::string_view::npos;
}

}  // namespace

std::string Url::authority() const {
  return port == default_port(scheme) ? host : fmt::format("{}:{}", host, port);
}

std::string Url::origin() const { return scheme + "://" + authority(); }

bool Url::same_origin(const Url& other) const {
  return scheme == other.scheme && host == other.host && port == other.port;
}

Result<Url> parse_url(std::string_view text) {
  auto const refuse = [&](std::string_view why) {
    // Without the text, which may hold a password.
    return Error(ErrorKind::invalid_input, fmt::format("not a usable URL: {}", why));
  };
  auto const is_bad = [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '\\';
  };
  if (std::ranges::any_of(text, is_bad))
    return refuse("it contains a blank or a control character");

  auto rest = text.substr(0, text.find('#'));
  auto const mark = rest.find("://");
  if (mark == std::string_view::npos) return refuse("it must start with https:// or http://");
  Url url;
  url.scheme = to_lower(rest.substr(0, mark));
  if (url.scheme != "https" && url.scheme != "http") {
    return refuse("it must start with https:// or http://");
  }
  rest.remove_prefix(mark + 3);

  auto const authority = rest.substr(0, rest.find_first_of("/?"));
  rest.remove_prefix(authority.size());
  if (authority.find('@') != std::string_view::npos)
    return refuse("a user name is not allowed in it");
  auto const colon = authority.rfind(':');
  auto const has_port =
      colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
  url.host = to_lower(has_port ? authority.substr(0, colon) : authority);
  if (!is_host(url.host)) return refuse("it has no valid host");
  url.port = default_port(url.scheme);
  if (has_port) {
    auto const digits = authority.substr(colon + 1);
    auto const [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
    if (ec != std::errc() || end != digits.data() + digits.size() || url.port == 0) {
      return refuse("its port is not a number from 1 to 65535");
    }
  }

  auto const question = rest.find('?');
  url.path = rest.substr(0, question);
  if (url.path.empty()) url.path = "/";
  if (question != std::string_view::npos) url.query = rest.substr(question + 1);
  return url;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char const c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      auto const byte = static_cast<unsigned char>(c);
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    auto const high = hex_value(text[i + 1]);
    auto const low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return out;
}

std::string to_query(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string out;
  for (auto const& [name, value] : pairs) {
    if (!out.empty()) out += '&';
    out += percent_encode(name);
    out += '=';
    out += percent_encode(value);
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  auto const decode = [](std::string_view text) {
    std::string blanks(text);
    std::ranges::replace(blanks, '+', ' ');
    return percent_decode(blanks).value_or(blanks);
  };
  for (auto const piece : split(query, '&')) {
    if (piece.empty()) continue;
    auto const equals = piece.find('=');
    auto const value =
        equals == std::string_view::npos ? std::string_view() : piece.substr(equals + 1);
    pairs.emplace_back(decode(piece.substr(0, equals)), decode(value));
  }
  return pairs;
}

}  // namespace davit::http

#include "auth/api_keys.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "base/crypto.h"
#include "base/strings.h"

namespace davit::auth {
namespace {

constexpr std::string_view kPrefix = "davit_";
constexpr std::size_t kKeyBytes = 32;
constexpr std::string_view kDivider = ":sha256:";
constexpr std::size_t kDigestBytes = 32;
// Ours have 49; a longer one is refused before it costs a hash.
constexpr std::size_t kMaxKeyBytes = 512;

constexpr std::string_view kDigits = "0123456789abcdef";

std::optional<std::string> from_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    auto const high = kDigits.find(text[i]);
    auto const low = kDigits.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    bytes += static_cast<char>(high << 4 | low);
  }
  return text.size() % 2 == 0 ? std::optional(bytes) : std::nullopt;
}

std::string to_hex(std::string_view bytes) {
  std::string text;
  for (auto const byte : bytes) fmt::format_to(std::back_inserter(text), "{:02x}", byte & 0xFF);
  return text;
}

// What is wrong with the name of a principal, or nothing.
std::string_view check_principal(std::string_view name) {
  auto const is_bad = [](char c) { return c <= ' ' || c > '~' || c == ':'; };
  if (name.empty() || name.size() > kMaxPrincipalBytes || std::ranges::any_of(name, is_bad)) {
    return "a principal is 1 to 96 visible ASCII characters without `:`";
  }
  // The name that callers have when nobody is asked who they are.
  if (name == Principal().id) return "`anonymous` is nobody's name";
  return {};
}

Error wrong(std::string_view what) { return Error(ErrorKind::invalid_input, std::string(what)); }

Error refused(std::string message) { return Error(ErrorKind::unauthenticated, std::move(message)); }

// The key in an Authorization field; nothing under another scheme. RFC 9110, 11.4: the scheme has
// no case, and blanks divide it from what follows.
std::optional<std::string_view> bearer_key(std::string_view field) {
  constexpr std::string_view kScheme = "Bearer";
  auto const scheme = field.substr(0, field.find(' '));
  if (!iequals(scheme, kScheme)) return std::nullopt;
  return trim(field.substr(scheme.size()));
}

// The one key that a request brings.
Result<std::string_view> presented_key(const http::Headers& headers) {
  std::optional<std::string_view> key;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    auto const is_key = iequals(headers.name(i), "X-API-Key");
    if (!is_key && !iequals(headers.name(i), "Authorization")) continue;
    auto const value = trim(headers.value(i));
    auto const found = is_key ? value : bearer_key(value);
    if (!found) continue;
    if (key && *key != *found) return refused("the request brings two different API keys");
    key = found;
  }
  if (!key) {
    return refused("an API key is needed, as `Authorization: Bearer KEY` or `X-API-Key: KEY`");
  }
  return *key;
}

}  // namespace

std::uint64_t ApiKeys::index_of(std::string_view digest) {
  std::uint64_t index = 0;
  std::memcpy(&index, digest.data(), sizeof index);
  return index;
}

const ApiKeys::Key* ApiKeys::find(std::string_view digest) const {
  auto const [begin, end] = keys_.equal_range(index_of(digest));
  for (auto at = begin; at != end; ++at) {
    if (equal_in_constant_time(at->second.digest, digest)) return &at->second;
  }
  return nullptr;
}

Result<> ApiKeys::add(std::string_view list) {
  auto const lines = split(list, '\n');
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto line = lines[i];
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = trim(line);
    if (line.empty() || line.starts_with('#')) continue;
    auto const in_line = fmt::format("line {} of the API keys", i + 1);
    auto const divider = line.find(kDivider);
    if (divider == std::string_view::npos) {
      return wrong("is not of the form PRINCIPAL:sha256:HEX; make one with `davitd keys new`")
          .while_doing(in_line);
    }
    auto const name = line.substr(0, divider);
    if (auto const why = check_principal(name); !why.empty()) {
      return wrong(why).while_doing(in_line);
    }
    auto digest = from_hex(line.substr(divider + kDivider.size()));
    if (!digest || digest->size() != kDigestBytes) {
      return wrong("a SHA-256 is 64 of 0-9 and a-f").while_doing(in_line);
    }
    if (find(*digest) != nullptr) return wrong("this key is there twice").while_doing(in_line);
    auto const index = index_of(*digest);
    keys_.emplace(index, Key{*std::move(digest), Principal{std::string(name)}});
  }
  return {};
}

Result<Principal> ApiKeys::authenticate(const http::Headers& headers) const {
  DAVIT_TRY(auto const key, presented_key(headers));
  auto const* found = key.size() > kMaxKeyBytes ? nullptr : find(sha256(key));
  if (found == nullptr) return refused("the API key is not known");
  return found->principal;
}

Result<NewKey> make_api_key(std::string_view principal) {
  if (auto const why = check_principal(principal); !why.empty()) return wrong(why);
  Secret key(std::string(kPrefix) + random_id(kKeyBytes));
  auto line = fmt::format("{}{}{}", principal, kDivider, to_hex(sha256(key.reveal())));
  return NewKey{std::move(key), std::move(line)};
}

}  // namespace davit::auth

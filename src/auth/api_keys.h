// API keys: callers by a long random text that each of them holds. What is stored is a hash, so
// that a stored list opens nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "auth/authenticator.h"
#include "base/secret.h"

namespace davit::auth {

// A name of a caller: visible ASCII without `:`; a session id has room for so much.
inline constexpr std::size_t kMaxPrincipalBytes = 96;

class ApiKeys final : public Authenticator {
 public:
  // Adds the keys of a list: a line `PRINCIPAL:sha256:HEX` each, where HEX is the SHA-256 of the
  // key, 64 lower-case digits. Empty lines and lines that begin with `#` are skipped. A principal
  // may have several keys, so that they can be rotated. Errors: invalid_input, with the number of
  // the line and nothing of its text; the list is then added in part.
  Result<> add(std::string_view list);

  std::size_t size() const { return keys_.size(); }

  // The key stands in `Authorization: Bearer KEY` or in `X-API-Key: KEY`; two that differ are
  // refused.
  Result<Principal> authenticate(const http::Headers& headers) const override;

 private:
  struct Key {
    std::string digest;
    Principal principal;
  };
  // Found by the first bytes of the digest, then compared in constant time: what the look-up may
  // tell by its time is a part of a hash, which leads to no key.
  static std::uint64_t index_of(std::string_view digest);
  const Key* find(std::string_view digest) const;

  std::unordered_multimap<std::uint64_t, Key> keys_;
};

struct NewKey {
  Secret key;        // "davit_" and 32 random bytes in base64url
  std::string line;  // for the list
};
// Errors: invalid_input, when the name cannot be a principal.
Result<NewKey> make_api_key(std::string_view principal);

}  // namespace davit::auth

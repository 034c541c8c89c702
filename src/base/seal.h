// KeyRing: seals small states into tokens that a client carries but can neither read nor change:
// session ids, cursors, request states. AES-256-GCM; the purpose is the associated data, so that a
// token made for one purpose never opens under another.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace davit {

class KeyRing {
 public:
  // `keys` are 32 raw bytes each, at least one: the first seals, all open, so a key is rotated by
  // putting the new one in front and dropping the old one once its tokens have expired.
  // Errors: invalid_input.
  static Result<KeyRing> make(const std::vector<Secret>& keys);

  // One fresh random key: tokens then end with the process.
  static KeyRing random();

  KeyRing(KeyRing&&) noexcept;
  KeyRing& operator=(KeyRing&&) noexcept;
  ~KeyRing();

  // base64url of key id (1), nonce (12), ciphertext, tag (16): 4/3 of the plain size plus 39 bytes.
  std::string seal(std::string_view purpose, std::string_view plain) const;

  // Errors: invalid_input for every token that this ring did not seal for this purpose.
  Result<std::string> open(std::string_view purpose, std::string_view token) const;

 private:
  struct Impl;
  explicit KeyRing(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace davit

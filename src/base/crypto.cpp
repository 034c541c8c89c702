#include "base/crypto.h"

#include <array>
#include <cstdlib>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/base64.h"
#include "base/seal.h"

namespace davit {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;  // NIST SP 800-38D, 5.2.1.1
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kHeadBytes = 1 + kNonceBytes;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

}  // namespace

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  if (RAND_bytes(bytes_of(out), static_cast<int>(count)) != 1) std::abort();
  return out;
}

std::string random_id(std::size_t bytes) { return base64url_encode(random_bytes(bytes)); }

std::string sha256(std::string_view data) {
  std::string out(32, '\0');
  if (EVP_Digest(data.data(), data.size(), bytes_of(out), nullptr, EVP_sha256(), nullptr) != 1) {
    std::abort();
  }
  return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

// The key schedule is computed once per key and direction; a call then only sets the nonce.
struct KeyRing::Impl {
  struct Key {
    char id;  // first byte of the key's digest: names the key without telling anything of it
    Cipher encrypt;
    Cipher decrypt;
  };
  std::vector<Key> keys;

  void add(const Secret& secret) {
    Key key{sha256(secret.reveal())[0], Cipher(EVP_CIPHER_CTX_new()), Cipher(EVP_CIPHER_CTX_new())};
    auto const* raw = bytes_of(secret.reveal());
    auto const* cipher = EVP_aes_256_gcm();
    if (EVP_EncryptInit_ex(key.encrypt.get(), cipher, nullptr, raw, nullptr) != 1 ||
        EVP_DecryptInit_ex(key.decrypt.get(), cipher, nullptr, raw, nullptr) != 1) {
      std::abort();
    }
    keys.push_back(std::move(key));
  }
};

KeyRing::KeyRing(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KeyRing::KeyRing(KeyRing&&) noexcept = default;
KeyRing& KeyRing::operator=(KeyRing&&) noexcept = default;
KeyRing::~KeyRing() = default;

Result<KeyRing> KeyRing::make(const std::vector<Secret>& keys) {
  if (keys.empty()) return Error(ErrorKind::invalid_input, "a key ring needs at least one key");
  auto impl = std::make_unique<Impl>();
  for (auto const& key : keys) {
    if (key.reveal().size() != kKeyBytes) {
      return Error(ErrorKind::invalid_input, "a key of the ring must be 32 bytes long");
    }
    impl->add(key);
  }
  return KeyRing(std::move(impl));
}

KeyRing KeyRing::random() {
  auto impl = std::make_unique<Impl>();
  impl->add(Secret(random_bytes(kKeyBytes)));
  return KeyRing(std::move(impl));
}

std::string KeyRing::seal(std::string_view purpose, std::string_view plain) const {
  auto const& key = impl_->keys.front();
  auto* context = key.encrypt.get();
  auto token = key.id + random_bytes(kNonceBytes);
  token.resize(kHeadBytes + plain.size() + kTagBytes);
  auto* out = bytes_of(token) + kHeadBytes;
  int written = 0;
  bool const ok =
      EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, bytes_of(token) + 1) == 1 &&
      EVP_EncryptUpdate(
          context, nullptr, &written, bytes_of(purpose), static_cast<int>(purpose.size())
      ) == 1 &&
      EVP_EncryptUpdate(context, out, &written, bytes_of(plain), static_cast<int>(plain.size())) ==
          1 &&
      EVP_EncryptFinal_ex(context, out + plain.size(), &written) == 1 &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, kTagBytes, out + plain.size()) == 1;
  if (!ok) std::abort();
  return base64url_encode(token);
}

Result<std::string> KeyRing::open(std::string_view purpose, std::string_view token) const {
  auto const refuse = [] { return Error(ErrorKind::invalid_input, "not a valid token"); };
  auto sealed = base64url_decode(token);
  if (!sealed || sealed->size() < kHeadBytes + kTagBytes) return refuse();
  auto const size = sealed->size() - kHeadBytes - kTagBytes;
  std::string plain(size, '\0');
  for (auto const& key : impl_->keys) {
    if (key.id != sealed->front()) continue;
    auto* context = key.decrypt.get();
    auto* in = bytes_of(*sealed) + kHeadBytes;
    int written = 0;
    bool const ok =
        EVP_DecryptInit_ex(context, nullptr, nullptr, nullptr, bytes_of(*sealed) + 1) == 1 &&
        EVP_DecryptUpdate(
            context, nullptr, &written, bytes_of(purpose), static_cast<int>(purpose.size())
        ) == 1 &&
        EVP_DecryptUpdate(context, bytes_of(plain), &written, in, static_cast<int>(size)) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, kTagBytes, in + size) == 1 &&
        EVP_DecryptFinal_ex(context, bytes_of(plain) + size, &written) == 1;
    if (ok) return plain;
  }
  return refuse();
}

}  // namespace davit

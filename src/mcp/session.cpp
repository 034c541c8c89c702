#include "mcp/session.h"

#include "base/base64.h"
#include "base/crypto.h"
#include "base/strings.h"
#include "mcp/packing.h"

namespace davit::mcp {
namespace {

constexpr std::string_view kPurpose = "mcp session 2";
constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kMaxNameBytes = 64;
constexpr std::size_t kMaxVersionBytes = 32;
constexpr std::size_t kMaxPrincipalBytes = 64;
constexpr std::size_t kMaxServerBytes = 32;
constexpr std::size_t kMaxHomeBytes = 64;

// The longest parts and the fixed ones: 318 bytes, which make 463 characters.
static_assert(
    (kIdBytes + 8 + 1 + 2 + kMaxNameBytes + kMaxVersionBytes + kMaxPrincipalBytes +
     kMaxServerBytes + kMaxHomeBytes + 5 * 2 + 29 + 2) /
        3 * 4 <=
    512
);

// Two principals must never look alike, however long their ids are.
std::string packed_principal(const Principal& principal) {
  if (principal.id.size() <= kMaxPrincipalBytes) return principal.id;
  return "sha256:" + base64url_encode(sha256(principal.id));
}

}  // namespace

bool Session::is_of(const Principal& other) const {
  return principal.id == other.id || principal.id == packed_principal(other);
}

std::string session_server_name(std::string_view name) {
  return std::string(utf8_prefix(name, kMaxServerBytes));
}

std::string seal_session(const KeyRing& ring, const Session& session) {
  Packer packer;
  packer.raw(session.id);
  packer.number(static_cast<std::uint64_t>(session.expires_at.time_since_epoch().count()), 8);
  packer.number(static_cast<std::uint64_t>(session.revision), 1);
  packer.number(session.capabilities.bits, 2);
  packer.text(utf8_prefix(session.client.name, kMaxNameBytes));
  packer.text(utf8_prefix(session.client.version, kMaxVersionBytes));
  packer.text(packed_principal(session.principal));
  packer.text(session.server);
  packer.text(utf8_prefix(session.home.text(), kMaxHomeBytes));
  return ring.seal(kPurpose, packer.out());
}

Result<Session> open_session(const KeyRing& ring, std::string_view token) {
  DAVIT_TRY(auto const plain, ring.open(kPurpose, token));
  Unpacker unpacker(plain);
  Session session;
  session.id = unpacker.raw(kIdBytes);
  session.expires_at =
      std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(unpacker.number(8))));
  auto const revision = unpacker.number(1);
  session.capabilities.bits = static_cast<std::uint16_t>(unpacker.number(2));
  session.client.name = unpacker.text();
  session.client.version = unpacker.text();
  session.principal.id = unpacker.text();
  session.server = unpacker.text();
  session.home = ReplicaId::parse(unpacker.text());
  if (!unpacker.is_clean() || revision >= kRevisions.size()) {
    return Error(
        ErrorKind::invalid_input, "the session id was made by another version of this server"
    );
  }
  session.revision = static_cast<Revision>(revision);
  return session;
}

Result<Session> SessionCache::open(const KeyRing& ring, std::string_view token) {
  auto& entry = entries_[std::hash<std::string_view>()(token) % kEntries];
  if (entry && equal_in_constant_time(entry->token, token)) return entry->session;
  DAVIT_TRY(auto session, open_session(ring, token));
  entry = std::make_unique<Entry>(Entry{std::string(token), session});
  return session;
}

}  // namespace davit::mcp

// Legacy sessions: the sealed id that carries all a replica needs to know to serve one.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/principal.h"
#include "base/seal.h"
#include "mcp/protocol.h"
#include "mcp/replica.h"

namespace davit::mcp {

// What a session id says. Sealed under the key ring that all replicas share, so any of them can
// read it, and neither a rollout nor a crash ends a session.
struct Session {
  std::string id;  // 16 random bytes
  Revision revision = kNewestLegacy;
  ClientCapabilities capabilities;
  Implementation client;  // name and version, cut to 64 and 32 bytes
  Principal principal;    // an id over 64 bytes stands as its hash: is_of
  std::string server;     // it is a session of this one only; name of at most 32 bytes
  ReplicaId home;         // the replica that made it
  std::chrono::sys_seconds expires_at;

  bool is_of(const Principal& other) const;
};

// At most 512 characters, visible ASCII only (MCP 2025-11-25, basic/transports, "Session
// Management").
std::string seal_session(const KeyRing& ring, const Session& session);
// Errors: invalid_input (not ours, or changed).
Result<Session> open_session(const KeyRing& ring, std::string_view token);

// What the ids of a few sessions say that came lately, so that not every call opens its own again.
// What an id says never changes; whether it still counts is for the caller to check each time.
class SessionCache {
 public:
  // As open_session.
  Result<Session> open(const KeyRing& ring, std::string_view token);

 private:
  struct Entry {
    std::string token;
    Session session;
  };
  static constexpr std::size_t kEntries = 256;
  std::array<std::unique_ptr<Entry>, kEntries> entries_;  // each at its token's place
};

// How a name stands in tokens, cut to what they hold.
std::string session_server_name(std::string_view name);

}  // namespace davit::mcp

// Legacy sessions: the sealed id that carries what a replica needs to know, and the little state
// that only lives where the session is at home.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "async/task_scope.h"
#include "base/clock.h"
#include "base/counters.h"
#include "base/principal.h"
#include "base/seal.h"
#include "jsonrpc/message.h"
#include "mcp/protocol.h"

namespace davit::mcp {

// What a session id says. Sealed under the key ring that all replicas share, so any of them can
// read it, and neither a rollout nor a crash ends a session.
struct Session {
  std::string id;  // 16 random bytes
  Revision revision = kNewestLegacy;
  ClientCapabilities capabilities;
  Implementation client;  // name and version, cut to 64 and 32 bytes
  Principal principal;    // id of at most 96 bytes
  std::string server;     // it is a session of this one only; name of at most 32 bytes
  std::string home;       // id of the replica that made it, 11 characters
  std::chrono::sys_seconds expires_at;
};

// At most 512 characters, visible ASCII only (MCP 2025-11-25, basic/transports, "Session
// Management").
std::string seal_session(const KeyRing& ring, const Session& session);
// Errors: invalid_input (not ours, or changed).
Result<Session> open_session(const KeyRing& ring, std::string_view token);

struct SessionLimits {
  std::chrono::seconds lifetime{24 * 3600};
  // Live state of a session that nobody uses.
  std::chrono::seconds idle{15 * 60};
  std::size_t max_live = 10'000;
  std::size_t max_revoked = 100'000;
};

// Live state by session id: log level, running calls, revocations. Bounded: when it is full, the
// one that was idle longest is dropped. Use from the loop thread.
class LiveSessions {
 public:
  LiveSessions(const Clock& clock, SessionLimits limits, Counters& counters);

  // The level that the session asked for with logging/setLevel, `info` before.
  LogLevel log_level(const std::string& session) const;
  void set_log_level(const std::string& session, LogLevel level);

  // Remembers a running call, so that it can be cancelled. False when the id is in use.
  bool add_call(const std::string& session, const jsonrpc::Id& id, Task task);
  void remove_call(const std::string& session, const jsonrpc::Id& id);
  bool has_call(const std::string& session, const jsonrpc::Id& id) const;
  // False when no such call is running.
  bool cancel_call(const std::string& session, const jsonrpc::Id& id);

  // Cancels what runs, and refuses the id until it would have expired.
  void revoke(const Session& session);
  bool is_revoked(const std::string& session) const;

  std::size_t size() const { return live_.size(); }

 private:
  struct Live {
    std::optional<LogLevel> log_level;
    std::map<jsonrpc::Id, Task> calls;
    std::chrono::steady_clock::time_point used;
  };
  Live& use(const std::string& session);
  void drop_idle();

  const Clock& clock_;
  SessionLimits limits_;
  Counter& level_;
  std::unordered_map<std::string, Live> live_;
  std::unordered_map<std::string, std::chrono::sys_seconds> revoked_;
};

}  // namespace davit::mcp

// What the legacy era needs in front of the dispatcher: the handshake, the session that later
// requests name, and the few methods that only a session has.
#pragma once

#include <string>

#include "base/seal.h"
#include "mcp/session.h"
#include "mcp/transport/era.h"

namespace davit::mcp::transport {

class LegacyAdapter {
 public:
  // Everything passed by reference must outlive this.
  LegacyAdapter(
      const Dispatcher& dispatcher,
      const KeyRing& ring,
      const Clock& clock,
      SessionLimits limits,
      Counters& counters
  );

  struct Handshake {
    Outcome outcome;
    std::string session_token;  // empty when the handshake failed
  };
  Handshake initialize(const Call& call) const;

  // The session that the headers name. A refusal is 400 without an id, 404 with one that is not, or
  // is no longer, a session of this principal: the client then starts a new one.
  tl::expected<Session, Refusal> find_session(
      const http::Headers& headers, const Principal& principal
  ) const;

  // Fills in what a self-contained request would have brought.
  void complete(Call& call, const Session& session) const;

  // The answer to a method that only sessions have; nothing when the dispatcher has to serve it.
  std::optional<Outcome> serve(const Call& call, const Session& session);

  // notifications/cancelled; every other notification is dropped.
  void notify(const Call& call, const Session& session);

  LiveSessions& live() { return live_; }

 private:
  const Dispatcher& dispatcher_;
  const KeyRing& ring_;
  const Clock& clock_;
  SessionLimits limits_;
  Counter& opened_;
  std::string server_name_;
  std::string home_;
  LiveSessions live_;
};

}  // namespace davit::mcp::transport

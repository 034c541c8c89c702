// Peers: how replicas pass the messages of legacy sessions on to each other. A replica that gets a
// message for something that another one holds sends it there whole, and streams the answer back;
// one hop, never two. A replica that cannot be reached is taken for gone, and whoever got the
// message serves it.
//
// A forwarded message carries `Davit-Peer`: sealed with the key ring that all replicas share, bound
// to the message, and good for a minute. So the listener for peers trusts nobody by address.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "async/task_scope.h"
#include "base/clock.h"
#include "base/counters.h"
#include "base/principal.h"
#include "base/seal.h"
#include "http/client.h"
#include "http/server.h"
#include "mcp/replica.h"

namespace davit::mcp::transport {

class StreamableHttp;

// What was found out about a request before it came to its endpoint.
struct RequestInfo {
  std::string request_id;
  std::string trace_id;  // W3C; may be empty
  Principal principal;
  bool forwarded = false;  // by a peer: it goes no further
};

struct PeerOptions {
  ReplicaId self;
  // How long a replica that could not be reached is not tried again.
  std::chrono::milliseconds gone_for{30'000};
  std::size_t max_stream_bytes = 1024 * 1024;  // of a forwarded stream, waiting to be written
};

class Peers {
 public:
  // `client` should give up connecting after 200 ms. Everything passed by reference must outlive
  // this.
  Peers(
      Executor executor,
      http::Client& client,
      const KeyRing& ring,
      const Clock& clock,
      PeerOptions options,
      Counters& counters,
      log::Logger logger
  );

  // False: it is this replica, has no address, or has gone.
  bool can_reach(const ReplicaId& replica) const;

  // The answer of `target` to a message for `server`; nothing when the message was not taken there,
  // so that it has to be served here. A replica that took it and then broke gives a 502, for it may
  // have been carried out. An answer that `may_be_cut` is a stream which its client takes up again
  // wherever it ended: see `drain`. Errors: cancelled.
  Async<std::optional<http::Response>> forward(
      ReplicaId target,
      std::string server,
      http::Request request,
      RequestInfo info,
      bool may_be_cut = false
  );

  // From now on streams that go through here and may be cut are, with a farewell: their clients
  // take them up again through another replica.
  void drain();

  Async<> stop(Duration grace);

 private:
  struct Transfer;
  std::string seal(
      const ReplicaId& target,
      std::string_view server,
      const http::Request& request,
      const RequestInfo& info
  ) const;
  Async<> carry(std::shared_ptr<Transfer> transfer);
  Async<> cut_silent(std::weak_ptr<Transfer> weak);

  Executor executor_;
  http::Client& client_;
  const KeyRing& ring_;
  const Clock& clock_;
  PeerOptions options_;
  Counter& forwarded_;
  Counter& declined_;
  Counter& failed_;
  log::Logger logger_;
  std::unordered_map<std::string, std::chrono::steady_clock::time_point> gone_;  // until when
  std::set<Transfer*> may_be_cut_;
  bool draining_ = false;
  TaskScope scope_;
};

// What the listener for peers serves: POST, GET and DELETE of messages that peers pass on.
class PeerHandler final : public http::Handler {
 public:
  // `instance` is this replica's.
  PeerHandler(const KeyRing& ring, const Clock& clock, std::string instance, Counters& counters);

  // It must outlive the handler. The name is the endpoint's, as it stands in session ids.
  void add(std::string name, StreamableHttp& endpoint);

  Async<http::Response> handle(http::Request request) override;

 private:
  const KeyRing& ring_;
  const Clock& clock_;
  std::string instance_;
  Counter& refused_;
  std::unordered_map<std::string, StreamableHttp*> endpoints_;
};

// The answer of a replica that does not take a forwarded message, and why: "gone" when it is not
// the one that was meant, "draining" when it takes no new work.
http::Response decline(std::string_view why);

}  // namespace davit::mcp::transport

// This process as one replica of a deployment: its name, the store that it shares, and how it and
// the others pass messages on to each other.
#pragma once

#include <memory>

#include "app/process.h"
#include "app/settings.h"
#include "base/seal.h"
#include "http/server.h"
#include "mcp/store.h"
#include "mcp/transport/peers.h"

namespace davit::app {

struct Replica {
  mcp::ReplicaId self;
  std::unique_ptr<mcp::Store> store;
  // Null pointers without `peer.port`.
  std::unique_ptr<Counters> counters;  // of the listener
  std::unique_ptr<http::Client> client;
  std::unique_ptr<mcp::transport::Peers> peers;
  std::unique_ptr<mcp::transport::PeerHandler> handler;
  std::unique_ptr<http::Server> listener;
};

// Listens for peers when it returns. Errors: as resolve_store; those of http::Server::start;
// invalid_input (a store's address); not_found (an address of this machine for peers). The process
// and the ring must outlive it.
Result<Replica> make_replica(
    const Settings& settings,
    const secrets::Environment& environment,
    Process& process,
    const KeyRing& ring
);

// Closes the listener for peers and the store. The endpoints have been stopped before.
Async<> stop_replica(Replica& replica);

}  // namespace davit::app

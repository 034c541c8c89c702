#include "app/replica.h"

#include <fmt/format.h>

#include "app/own_address.h"
#include "base/crypto.h"
#include "mcp/store/memory.h"
#include "mcp/store/redis.h"

namespace davit::app {
namespace {

// A replica that does not take a connection for so long has gone.
constexpr std::chrono::milliseconds kPeerConnect{200};
constexpr std::chrono::milliseconds kLastAnswers{200};
// A call that is handed on needs a connection of its own, so that a replica may get as many as all
// the others have clients.
constexpr std::size_t kReplicas = 16;

// HOST:PORT under which the others find the listener.
Result<std::string> peer_address(const PeerSettings& settings, std::uint16_t port) {
  if (!settings.address.empty()) return settings.address;
  auto host = settings.host;
  if (is_wildcard(host)) {
    DAVIT_TRY(host, own_address());
  }
  auto const is_six = host.find(':') != std::string::npos;
  return is_six ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

Result<std::unique_ptr<mcp::Store>> make_store(
    const Settings& settings, const secrets::Environment& environment, Process& process
) {
  DAVIT_TRY(auto const url, resolve_store(settings, environment));
  if (url.reveal().empty()) return mcp::make_memory_store(process.executor, process.clock);
  mcp::RedisOptions options;
  DAVIT_TRY(options.address, mcp::parse_redis_url(url.reveal()));
  return mcp::make_redis_store(
      process.executor, std::move(options), process.counters, process.logger
  );
}

}  // namespace

Result<Replica> make_replica(
    const Settings& settings,
    const secrets::Environment& environment,
    Process& process,
    const KeyRing& ring
) {
  Replica replica;
  replica.self.instance = random_id(5).substr(0, 6);
  DAVIT_TRY(replica.store, make_store(settings, environment, process));
  if (!settings.peer.port) return replica;

  // The port is part of the name, and the name of what listens: the handler gets it afterwards.
  http::ServerOptions options = settings.http;
  options.host = settings.peer.host;
  options.port = *settings.peer.port;
  options.tls.reset();
  options.max_connections *= kReplicas;
  replica.counters =
      std::make_unique<Counters>(process.counters, make_label("listener", "replicas"));
  replica.handler = std::make_unique<mcp::transport::PeerHandler>(
      ring, process.clock, replica.self.instance, *replica.counters
  );
  replica.listener = std::make_unique<http::Server>(
      process.executor, std::move(options), *replica.handler, *replica.counters, process.logger
  );
  DAVIT_CHECK(replica.listener->start());
  DAVIT_TRY(replica.self.address, peer_address(settings.peer, replica.listener->port()));
  http::ClientOptions client;
  client.connect_timeout = kPeerConnect;
  client.max_connections_per_host = 0;  // our own clients' connections bound it
  client.direct = true;
  replica.client = http::make_curl_client(process.executor, std::move(client));
  replica.peers = std::make_unique<mcp::transport::Peers>(
      process.executor,
      *replica.client,
      ring,
      process.clock,
      mcp::transport::PeerOptions{.self = replica.self},
      process.counters,
      process.logger
  );
  process.logger.info("peers are heard", {{"replica", replica.self.text()}});
  return replica;
}

Async<> stop_replica(Replica& replica) {
  if (replica.listener) DAVIT_CO_CHECK(co_await replica.listener->stop(kLastAnswers));
  if (replica.peers) DAVIT_CO_CHECK(co_await replica.peers->stop(Duration::zero()));
  co_return co_await replica.store->close();
}

}  // namespace davit::app

// The fixture server for the official conformance suite and the SDK clients. Prints its URL.
#include <csignal>
#include <cstdio>
#include <unistd.h>

#include <fmt/format.h>

#include "async/loop.h"
#include "auth/authenticator.h"
#include "base/seal.h"
#include "conformance/fixture.h"
#include "host/host.h"
#include "mcp/endpoint.h"
#include "mcp/store/memory.h"
#include "mcp/transport/streamable_http.h"

namespace {

using namespace davit;

constexpr auto kGrace = std::chrono::seconds(1);

Async<> serve_until_stopped(
    http::Server& server, mcp::Endpoint& endpoint, mcp::transport::StreamableHttp& transport
) {
  DAVIT_CO_TRY([[maybe_unused]] auto const signal, co_await wait_for_signal({SIGINT, SIGTERM}));
  endpoint.drain();
  DAVIT_CO_CHECK(co_await server.stop(kGrace));
  DAVIT_CO_CHECK(co_await endpoint.stop(kGrace));
  co_return co_await transport.stop();
}

}  // namespace

int main() {
  Loop loop;
  SystemClock const clock;
  auto const sink = log::make_descriptor_sink(STDERR_FILENO);
  log::Logger const logger(log::Level::info, *sink, clock);
  Counters counters;
  auto const ring = KeyRing::random();
  auto const store = mcp::make_memory_store(loop.executor(), clock);

  mcp::Server fixture({{"davit-conformance", DAVIT_VERSION, "Conformance fixture"}, ""});
  if (auto offered = conformance::offer_everything(fixture); !offered) {
    fmt::print(stderr, "{}\n", offered.error().message());
    return 1;
  }
  mcp::EndpointParts parts{
      loop.executor(),
      ring,
      clock,
      *store,
      {"", "fixture"},
      counters,
      logger.with({"server", "fixture"})
  };
  mcp::Endpoint endpoint(fixture, std::move(parts), {});
  mcp::transport::StreamableHttp transport(endpoint, {});

  auto const authenticator = auth::make_anonymous();
  host::Host host({}, *authenticator, clock, counters, logger);
  host.mount("fixture", transport);
  http::Server server(loop.executor(), {}, host, counters, logger);
  if (auto started = server.start(); !started) {
    fmt::print(stderr, "{}\n", started.error().message());
    return 1;
  }
  fmt::print("http://127.0.0.1:{}/mcp\n", server.port());
  std::fflush(stdout);
  return loop.run(serve_until_stopped(server, endpoint, transport)) ? 0 : 1;
}

// The smallest complete MCP server: what a request costs when the tool costs nothing.
// Usage: echo_server [PORT]. Prints its port.
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <unistd.h>

#include <fmt/format.h>

#include "async/loop.h"
#include "auth/authenticator.h"
#include "base/seal.h"
#include "host/host.h"
#include "mcp/endpoint.h"
#include "mcp/store/memory.h"
#include "mcp/transport/streamable_http.h"

namespace {

using namespace davit;

Async<mcp::ToolResult> echo(mcp::Context, json::Object arguments) {
  auto const* text = arguments.if_contains("text");
  co_return mcp::ToolResult::text(std::string(json::view(text->get_string())));
}

Async<> serve_until_stopped(
    http::Server& server, mcp::Endpoint& endpoint, mcp::transport::StreamableHttp& transport
) {
  constexpr auto grace = std::chrono::seconds(1);
  DAVIT_CO_TRY([[maybe_unused]] auto const signal, co_await wait_for_signal({SIGINT, SIGTERM}));
  endpoint.drain();
  DAVIT_CO_CHECK(co_await server.stop(grace));
  DAVIT_CO_CHECK(co_await endpoint.stop(grace));
  co_return co_await transport.stop();
}

}  // namespace

int main(int argc, char** argv) {
  // Only the machine is to be the limit.
  http::ServerOptions options;
  options.max_connections = 1'000'000;
  mcp::EndpointOptions endpoint_options;
  endpoint_options.max_listens = 1'000'000;
  endpoint_options.sessions.max_live = 1'000'000;
  endpoint_options.sessions.max_live_per_principal = 1'000'000;
  if (argc > 1) std::from_chars(argv[1], argv[1] + std::strlen(argv[1]), options.port);

  Loop loop;
  SystemClock const clock;
  auto const sink = log::make_descriptor_sink(STDERR_FILENO);
  log::Logger const logger(log::Level::info, *sink, clock);
  Counters counters;
  auto const ring = KeyRing::random();

  mcp::Server echo_server({{"echo", "1", "Echo"}, ""});
  mcp::Tool tool;
  tool.definition.name = "echo";
  tool.definition.description = "Answers the text it was given.";
  tool.definition.input_schema =
      json::parse(
          R"({"type":"object","properties":{"text":{"type":"string"}},"required":["text"],"additionalProperties":false})"
      )
          ->get_object();
  tool.handler = echo;
  if (auto added = echo_server.add_tool(std::move(tool)); !added) return 1;

  auto const store = mcp::make_memory_store(loop.executor(), clock);
  mcp::EndpointParts parts{
      loop.executor(), ring, clock, *store, {"", "echo"}, counters, logger.with({"server", "echo"})
  };
  mcp::Endpoint endpoint(echo_server, std::move(parts), endpoint_options);
  mcp::transport::StreamableHttp transport(endpoint, {});

  auto const authenticator = auth::make_anonymous();
  host::Host host({}, *authenticator, clock, counters, logger);
  host.mount("echo", transport);
  http::Server server(loop.executor(), options, host, counters, logger);
  if (auto started = server.start(); !started) {
    fmt::print(stderr, "{}\n", started.error().message());
    return 1;
  }
  fmt::print("{}\n", server.port());
  std::fflush(stdout);
  return loop.run(serve_until_stopped(server, endpoint, transport)) ? 0 : 1;
}

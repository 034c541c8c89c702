// The smallest complete MCP server: what a request costs when the tool costs nothing. Prints its
// port.
#include <csignal>
#include <cstdio>
#include <unistd.h>

#include <fmt/format.h>

#include "async/loop.h"
#include "base/seal.h"
#include "host/host.h"

namespace {

using namespace davit;

Async<mcp::ToolResult> echo(mcp::Context, json::Object arguments) {
  auto const* text = arguments.if_contains("text");
  co_return mcp::ToolResult::text(std::string(json::view(text->get_string())));
}

Async<> serve_until_stopped(http::Server& server) {
  DAVIT_CO_TRY([[maybe_unused]] auto const signal, co_await wait_for_signal({SIGINT, SIGTERM}));
  co_return co_await server.stop(std::chrono::seconds(1));
}

}  // namespace

int main() {
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

  mcp::transport::StreamableHttp endpoint(
      loop.executor(), echo_server, ring, clock, {}, counters, logger.with({"server", "echo"})
  );
  host::Host host({}, counters, logger);
  host.mount("echo", endpoint);
  http::Server server(loop.executor(), {}, host, counters, logger);
  if (auto started = server.start(); !started) {
    fmt::print(stderr, "{}\n", started.error().message());
    return 1;
  }
  fmt::print("{}\n", server.port());
  std::fflush(stdout);
  return loop.run(serve_until_stopped(server)) ? 0 : 1;
}

// What run_server puts together: the parts that all servers of a process share, and one server.
#pragma once

#include <memory>
#include <random>

#include "app/settings.h"
#include "async/task_scope.h"
#include "base/counters.h"
#include "base/seal.h"
#include "connector/instance.h"
#include "http/client.h"
#include "mcp/server.h"
#include "mcp/transport/streamable_http.h"

namespace davit::app {

struct Replica;

struct Process {
  Process(log::Level level, Executor executor);

  Executor executor;
  SystemClock clock;
  std::unique_ptr<log::Sink> sink;  // standard error, flushed every now and then
  log::Logger logger;
  Counters counters;
  std::unique_ptr<http::Client> http;
  std::minstd_rand random{std::random_device{}()};
  TaskScope background;

 private:
  Async<> flush_log();
};

// One MCP server: a connector at an address, and its endpoint. In the order of construction.
struct Running {
  std::unique_ptr<connector::Instance> instance;
  std::unique_ptr<mcp::Server> server;
  std::unique_ptr<mcp::Endpoint> endpoint;
  std::unique_ptr<mcp::transport::StreamableHttp> http;
};

// Errors: what is wrong with this server's configuration. All that is passed by reference, but the
// first three, must outlive it.
Result<Running> start_server(
    const config::ServerConfig& config,
    const Settings& settings,
    const secrets::Environment& environment,
    Process& process,
    const KeyRing& ring,
    Replica& replica
);

}  // namespace davit::app

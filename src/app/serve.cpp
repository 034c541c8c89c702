#include "app/serve.h"

#include <csignal>
#include <cstdio>
#include <random>
#include <unistd.h>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "async/loop.h"
#include "base/base64.h"
#include "connector/instance.h"
#include "connectors/all.h"
#include "host/host.h"
#include "sandbox/gitlab/gitlab.h"

namespace davit::app {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLogFlush = 200ms;
constexpr Duration kInterruptGrace = 2s;

// What every server of the process shares.
struct Process {
  Process(log::Level level, Executor e)
      : executor(std::move(e)),
        sink(log::make_descriptor_sink(STDERR_FILENO)),
        logger(level, *sink, clock),
        http(http::make_curl_client(executor, {})),
        background(executor, logger) {
    background.spawn("log flush", flush_log());
  }

  Async<> flush_log() {
    for (;;) {
      DAVIT_CO_CHECK(co_await sleep_for(kLogFlush));
      sink->flush();
    }
  }

  Executor executor;
  SystemClock clock;
  std::unique_ptr<log::Sink> sink;
  log::Logger logger;
  Counters counters;
  std::unique_ptr<http::Client> http;
  std::minstd_rand random{std::random_device{}()};
  TaskScope background;
};

// One MCP server: a connector at an address, and its endpoint. In the order of construction.
struct Running {
  std::unique_ptr<connector::Instance> instance;
  std::unique_ptr<mcp::Server> server;
  std::unique_ptr<mcp::transport::StreamableHttp> endpoint;
};

connector::Access to_access(config::Access access) {
  switch (access) {
    case config::Access::read_only: return connector::Access::read_only;
    case config::Access::read_write: return connector::Access::read_write;
    case config::Access::full: return connector::Access::full;
  }
  return connector::Access::read_only;
}

Result<Running> start_server(
    const config::ServerConfig& config,
    const Settings& settings,
    const secrets::Environment& environment,
    Process& process,
    const KeyRing& ring
) {
  if (config.error) return *config.error;
  auto const* connector = connectors::find(config.connector);
  if (connector == nullptr) {
    return Error(
        ErrorKind::invalid_input, fmt::format("there is no connector '{}'", config.connector)
    );
  }
  connector::Settings chosen;
  chosen.server = config.name;
  chosen.base_url = config.url;
  chosen.user = config.user;
  chosen.access = to_access(config.access);
  chosen.toolsets = config.toolsets;
  chosen.allow = config.allow;
  chosen.deny = config.deny;
  chosen.concurrent_requests = config.max_concurrent;
  chosen.result_bytes = config.max_result_bytes;
  chosen.timeout = config.timeout;
  if (!config.token.empty()) {
    DAVIT_TRY(auto const reference, secrets::parse_reference(config.token));
    DAVIT_TRY(chosen.credential, secrets::resolve(reference, environment));
    if (auto const warning = secrets::exposure(reference); !warning.empty())
      process.logger.warn(warning);
  }
  auto const logger = process.logger.with({"server", config.name});
  connector::Collaborators collaborators{
      .executor = process.executor,
      .client = *process.http,
      .clock = process.clock,
      .keys = ring,
      .counters = process.counters,
      .logger = logger,
      .random = [&process] { return std::generate_canonical<double, 32>(process.random); },
  };
  Running running;
  DAVIT_TRY(
      running.instance,
      connector::Instance::make(*connector, std::move(chosen), std::move(collaborators))
  );
  mcp::ServerInfo info{{config.name, DAVIT_VERSION, std::string(connector->title)}, {}};
  running.server = std::make_unique<mcp::Server>(std::move(info));
  for (auto& tool : connector::make_tools(*running.instance)) {
    DAVIT_CHECK(running.server->add_tool(std::move(tool)));
  }
  running.endpoint = std::make_unique<mcp::transport::StreamableHttp>(
      process.executor,
      *running.server,
      ring,
      process.clock,
      settings.transport,
      process.counters,
      logger
  );
  return running;
}

Result<KeyRing> make_ring(const Settings& settings, const secrets::Environment& environment) {
  DAVIT_TRY(auto const keys, resolve_session_keys(settings, environment));
  if (keys.empty()) return KeyRing::random();
  return KeyRing::make(keys);
}

Async<> exit_on_second_signal() {
  DAVIT_CO_TRY([[maybe_unused]] auto const signal, co_await wait_for_signal({SIGINT, SIGTERM}));
  ::_exit(static_cast<int>(ExitCode::interrupted));
}

// Waits for a signal, then stops: readiness first, then the listener and what runs on it.
Async<> serve_until_stopped(
    host::Host& host,
    http::Server& server,
    std::vector<Running>& running,
    Process& process,
    Duration drain
) {
  DAVIT_CO_TRY(auto const signal, co_await wait_for_signal({SIGINT, SIGTERM}));
  process.logger.info("stopping", {{"signal", signal == SIGINT ? "SIGINT" : "SIGTERM"}});
  host.drain();
  auto const grace = signal == SIGINT ? kInterruptGrace : drain;
  process.background.spawn("second signal", exit_on_second_signal());
  DAVIT_CO_CHECK(co_await server.stop(grace));
  for (auto& one : running) DAVIT_CO_CHECK(co_await one.endpoint->stop(Duration::zero()));
  DAVIT_CO_CHECK(co_await process.background.stop(Duration::zero()));
  process.logger.info("stopped");
  co_return Result<>();
}

Async<> stop_on_signal(http::Server& server, Process& process) {
  DAVIT_CO_TRY([[maybe_unused]] auto const signal, co_await wait_for_signal({SIGINT, SIGTERM}));
  DAVIT_CO_CHECK(co_await server.stop(kInterruptGrace));
  co_return co_await process.background.stop(Duration::zero());
}

}  // namespace

Result<int> run_server(const Settings& settings, const secrets::Environment& environment) {
  Loop loop;
  Process process(settings.log_level, loop.executor());
  for (auto const& warning : settings.warnings) process.logger.warn(warning);
  DAVIT_TRY(auto const ring, make_ring(settings, environment));

  host::HostOptions options;
  options.access = {settings.allowed_hosts, settings.allowed_origins};
  options.base_path = settings.base_path;
  options.release = settings.release;
  host::Host host(std::move(options), process.counters, process.logger);
  std::vector<Running> running;
  for (auto const& config : settings.servers) {
    auto started = start_server(config, settings, environment, process, ring);
    if (!started) {
      process.logger.error(
          "server is broken", {{"server", config.name}, {"error", started.error().message()}}
      );
      host.mount_broken(config.name, started.error().message());
      continue;
    }
    running.push_back(*std::move(started));
    host.mount(config.name, *running.back().endpoint);
    process.logger.info(
        "server is ready",
        {{"server", config.name},
         {"connector", config.connector},
         {"tools", running.back().server->tools().size()},
         {"access", connector::to_string(running.back().instance->settings().access)}}
    );
  }
  http::Server server(loop.executor(), settings.http, host, process.counters, process.logger);
  DAVIT_CHECK(server.start());
  process.logger.info(
      "listening",
      {{"host", settings.http.host}, {"port", server.port()}, {"release", settings.release}}
  );
  process.sink->flush();
  DAVIT_CHECK(loop.run(serve_until_stopped(host, server, running, process, settings.drain)));
  return static_cast<int>(ExitCode::done);
}

Result<int> run_sandbox(const SandboxSettings& settings) {
  Loop loop;
  Process process(log::Level::warn, loop.executor());
  auto const sandbox = sandbox::gitlab::make_sandbox({.token = settings.token}, process.clock);
  http::ServerOptions options;
  options.port = settings.port;
  http::Server server(loop.executor(), options, *sandbox, process.counters, process.logger);
  DAVIT_CHECK(server.start());
  fmt::print("http://{}:{}/api/v4\n", options.host, server.port());
  std::fflush(stdout);
  DAVIT_CHECK(loop.run(stop_on_signal(server, process)));
  return static_cast<int>(ExitCode::done);
}

}  // namespace davit::app

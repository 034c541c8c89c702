#include "app/serve.h"

#include <csignal>
#include <cstdio>

#include <fmt/format.h>

#include "app/callers.h"
#include "app/exit_code.h"
#include "app/replica.h"
#include "app/running.h"
#include "app/stop.h"
#include "async/loop.h"
#include "host/admin.h"
#include "sandbox/gitlab/gitlab.h"

namespace davit::app {
namespace {

using namespace std::chrono_literals;

constexpr Duration kSandboxGrace = 2s;
// The last answers of the operator's port, the one to POST /drain among them.
constexpr Duration kAdminGrace = 200ms;

Result<KeyRing> make_ring(const Settings& settings, const secrets::Environment& environment) {
  DAVIT_TRY(auto const keys, resolve_session_keys(settings, environment));
  if (keys.empty()) return KeyRing::random();
  return KeyRing::make(keys);
}

host::HostOptions host_options(const Settings& settings) {
  host::HostOptions options;
  options.access = {settings.allowed_hosts, settings.allowed_origins};
  options.base_path = settings.base_path;
  options.release = settings.release;
  return options;
}

http::ServerOptions admin_options(const AdminSettings& settings) {
  http::ServerOptions options;
  options.host = settings.host;
  options.port = settings.port.value_or(0);
  options.max_body_bytes = 4 * 1024;
  options.max_connections = 100;
  return options;
}

void mount_servers(
    host::Host& host,
    std::vector<Running>& running,
    const Settings& settings,
    const secrets::Environment& environment,
    Process& process,
    const KeyRing& ring,
    Replica& replica
) {
  for (auto const& config : settings.servers) {
    auto started = start_server(config, settings, environment, process, ring, replica);
    if (!started) {
      process.logger.error(
          "server is broken", {{"server", config.name}, {"error", started.error().message()}}
      );
      host.mount_broken(config.name, started.error().message());
      continue;
    }
    running.push_back(*std::move(started));
    host.mount(config.name, *running.back().http);
    process.logger.info(
        "server is ready",
        {{"server", config.name},
         {"connector", config.connector},
         {"tools", running.back().server->tools().size()},
         {"access", connector::to_string(running.back().instance->settings().access)}}
    );
  }
}

// The listeners of a process, and what runs behind them.
struct Parts {
  http::Server& server;
  http::Server* admin;  // null pointer without one
  std::vector<Running>& running;
  Replica& replica;
  StopOrder& order;
};

Async<> serve_until_stopped(Parts parts, Process& process) {
  DAVIT_CO_TRY(auto const times, co_await parts.order.wait());
  process.logger.info(
      "stopping",
      {{"by", parts.order.by()},
       {"grace_ms", std::chrono::duration_cast<std::chrono::milliseconds>(times.grace).count()}}
  );
  process.background.spawn("late end", end_late_process(times, process.sink.get(), process.logger));
  Drained drained{&parts.server, {}};
  for (auto const& one : parts.running) drained.endpoints.push_back(one.endpoint.get());
  DAVIT_CO_CHECK(co_await drain(std::move(drained), times, process.executor, process.logger));
  for (auto const& one : parts.running) DAVIT_CO_CHECK(co_await one.http->stop());
  DAVIT_CO_CHECK(co_await stop_replica(parts.replica));
  if (parts.admin != nullptr) DAVIT_CO_CHECK(co_await parts.admin->stop(kAdminGrace));
  DAVIT_CO_CHECK(co_await process.background.stop(Duration::zero()));
  process.logger.info("stopped");
  co_return Result<>();
}

Async<> stop_on_signal(http::Server& server, Process& process) {
  DAVIT_CO_TRY([[maybe_unused]] auto const signal, co_await wait_for_signal({SIGINT, SIGTERM}));
  DAVIT_CO_CHECK(co_await server.stop(kSandboxGrace));
  co_return co_await process.background.stop(Duration::zero());
}

}  // namespace

Result<int> run_server(const Settings& settings, const secrets::Environment& environment) {
  Loop loop;
  Process process(settings.log_level, loop.executor());
  for (auto const& warning : settings.warnings) process.logger.warn(warning);
  DAVIT_TRY(auto const ring, make_ring(settings, environment));
  DAVIT_TRY(auto const callers, make_authenticator(settings, environment, process.logger));
  auto const build =
      make_label("version", DAVIT_VERSION) + ',' + make_label("release", settings.release);
  process.counters.at("davit_build_info", build).set(1);
  auto& draining = process.counters.at("davit_draining");

  host::Host host(
      host_options(settings), *callers, process.clock, process.counters, process.logger
  );
  DAVIT_TRY(auto replica, make_replica(settings, environment, process, ring));
  std::vector<Running> running;
  mount_servers(host, running, settings, environment, process, ring, replica);
  http::Server server(loop.executor(), settings.http, host, process.counters, process.logger);

  DrainTimes const times{.grace = settings.drain, .notice = settings.drain_notice};
  StopOrder order(loop.executor(), [&] {
    host.drain();
    server.drain();
    for (auto const& one : running) one.endpoint->drain();
    draining.set(1);
  });
  host::Admin admin(
      host_options(settings).access,
      host,
      process.counters,
      [&] { order.give("POST /drain", times); },
      process.logger
  );
  Counters admin_counters;  // the connections of the operator are not those of clients
  http::Server admin_server(
      loop.executor(), admin_options(settings.admin), admin, admin_counters, process.logger
  );
  if (settings.admin.port) {
    DAVIT_CHECK(admin_server.start());
    process.logger.info(
        "admin is listening", {{"host", settings.admin.host}, {"port", admin_server.port()}}
    );
  }
  DAVIT_CHECK(server.start());
  process.logger.info(
      "listening",
      {{"host", settings.http.host}, {"port", server.port()}, {"release", settings.release}}
  );
  process.sink->flush();
  process.background.spawn("signals", watch_signals(&order, times, process.sink.get()));
  Parts parts{server, settings.admin.port ? &admin_server : nullptr, running, replica, order};
  DAVIT_CHECK(loop.run(serve_until_stopped(parts, process)));
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

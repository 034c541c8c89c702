#include "app/service.h"

#include <csignal>
#include <functional>
#include <unistd.h>

#include <fmt/format.h>

#include "app/callers.h"
#include "app/exit_code.h"
#include "app/replica.h"
#include "app/stop.h"
#include "async/loop.h"
#include "host/admin.h"
#include "mcp/transport/stdio.h"

namespace davit::app {
namespace {

using namespace std::chrono_literals;

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

// A server with its endpoint, which outlives neither it nor what the process shares.
struct Running {
  std::string name;
  std::shared_ptr<mcp::Server> server;
  std::unique_ptr<Counters> counters;
  std::unique_ptr<mcp::Endpoint> endpoint;
  std::unique_ptr<mcp::transport::StreamableHttp> http;
  std::size_t position = 0;  // among all that are configured, broken ones included
  bool shares_connector = false;
  bool is_merged = false;  // of all others
};

// A server reached alone, on a port of its own.
struct OwnPort {
  std::unique_ptr<host::Host> host;
  std::unique_ptr<http::Server> listener;
};

constexpr std::string_view kMerged = "merged";

// One server with the tools of all. Where several are configured with one connector, each tool of
// theirs has its server's name in front: what a name means must not depend on which of them work.
Result<std::shared_ptr<mcp::Server>> merge(const std::vector<Running>& running) {
  mcp::ServerInfo info{{std::string(kMerged), DAVIT_VERSION, "All servers"}, {}};
  auto merged = std::make_shared<mcp::Server>(std::move(info));
  for (auto const& one : running) {
    for (auto const& entry : one.server->tools()) {
      auto tool = entry->tool;
      auto& name = tool.definition.name;
      if (one.shares_connector) name = fmt::format("{}_{}", one.name, name);
      DAVIT_CHECK(merged->add_tool(std::move(tool)));
    }
  }
  return merged;
}

class Service {
 public:
  Service(const Settings& settings, Process& process, const KeyRing& ring, Replica& replica)
      : settings_(settings), process_(process), ring_(ring), replica_(replica) {}

  void add(Served served, host::Host& host, bool is_merged = false) {
    ++added_;
    if (!served.server) {
      process_.logger.error(
          "server is broken", {{"server", served.name}, {"error", served.broken_because}}
      );
      host.mount_broken(std::move(served.name), std::move(served.broken_because));
      return;
    }
    auto counters =
        std::make_unique<Counters>(process_.counters, make_label("server", served.name));
    mcp::EndpointParts parts{
        .executor = process_.executor,
        .ring = ring_,
        .clock = process_.clock,
        .store = *replica_.store,
        .self = replica_.self,
        .counters = *counters,
        .logger = process_.logger.with({"server", served.name}),
    };
    auto const shares_connector = served.shares_connector;
    auto& one = running_.emplace_back(
        Running{std::move(served.name), std::move(served.server), std::move(counters)}
    );
    one.endpoint =
        std::make_unique<mcp::Endpoint>(*one.server, std::move(parts), settings_.endpoint);
    one.http = std::make_unique<mcp::transport::StreamableHttp>(
        *one.endpoint, settings_.http_transport, replica_.peers.get()
    );
    if (replica_.handler) replica_.handler->add(one.endpoint->name(), *one.http);
    one.position = added_ - 1;
    one.shares_connector = shares_connector;
    one.is_merged = is_merged;
    if (is_merged) {
      host.mount_at_root(*one.http);
    } else {
      host.mount(one.name, *one.http);
    }
  }

  // After all servers have been added.
  Result<> add_merged(host::Host& host) {
    if (!settings_.merged || running_.empty()) return {};
    for (auto const& one : running_) {
      if (one.name != kMerged) continue;
      return Error(
          ErrorKind::invalid_input, "with merged: true no server may be named 'merged'; rename it"
      );
    }
    DAVIT_TRY(auto merged, merge(running_));
    add({std::string(kMerged), std::move(merged), {}}, host, true);
    return {};
  }

  using MakeHost = std::function<std::unique_ptr<host::Host>()>;
  using MakeListener = std::function<std::unique_ptr<http::Server>(host::Host&, std::uint16_t)>;

  // Gives each server its own listener. Errors: those of http::Server::start.
  Result<> open_ports(const MakeHost& make_host, const MakeListener& make_listener) {
    if (!settings_.server_ports) return {};
    auto const first = *settings_.server_ports;
    for (auto const& one : running_) {
      if (one.is_merged) continue;
      auto& own = ports_.emplace_back(OwnPort{make_host(), nullptr});
      own.host->mount(one.name, *one.http);
      // By its place in the file, so that a broken one does not move the others.
      auto const port = first == 0 ? 0 : first + one.position;
      if (port > 65'535) {
        return Error(
            ErrorKind::invalid_input, fmt::format("server_ports leaves no port for {}", one.name)
        );
      }
      own.listener = make_listener(*own.host, static_cast<std::uint16_t>(port));
      DAVIT_CHECK(own.listener->start());
      process_.logger.info(
          "server has a port", {{"server", one.name}, {"port", own.listener->port()}}
      );
    }
    return {};
  }

  // What happens at once when the order to stop is given.
  void start_drain() {
    for (auto const& one : running_) one.endpoint->drain();
    for (auto const& own : ports_) {
      own.host->drain();
      own.listener->drain();
    }
    if (replica_.listener) replica_.listener->drain();
    if (replica_.peers) replica_.peers->drain();
    process_.counters.at("davit_draining").set(1);
  }

  Async<> stop(StopOrder& order, http::Server& server) {
    DAVIT_CO_TRY(auto const times, co_await order.wait());
    process_.logger.info(
        "stopping",
        {{"by", order.by()},
         {"grace_ms", std::chrono::duration_cast<std::chrono::milliseconds>(times.grace).count()}}
    );
    process_.background.spawn(
        "late end", end_late_process(times, process_.sink.get(), process_.logger)
    );
    Drained drained{{&server}, {}};
    for (auto const& own : ports_) drained.servers.push_back(own.listener.get());
    for (auto const& one : running_) drained.transports.push_back(one.http.get());
    DAVIT_CO_CHECK(co_await drain(std::move(drained), times, process_.executor, process_.logger));
    for (auto const& one : running_) DAVIT_CO_CHECK(co_await one.http->stop());
    co_return co_await stop_replica(replica_);
  }

  // Over HTTP each server has its address; the only one has the short one too.
  void say_where(const http::Server& server) const {
    auto const base = base_url(settings_, server.port());
    for (auto const& one : running_) {
      process_.logger.info(
          "server is ready",
          {{"server", one.name},
           {"url",
            added_ == 1 || one.is_merged ? base + "/mcp" : fmt::format("{}/{}/mcp", base, one.name)}
          }
      );
    }
  }

  // The one server that a client on the standard input and output can have.
  Result<mcp::Endpoint*> only_endpoint() const {
    if (running_.size() == 1) return running_.front().endpoint.get();
    if (settings_.merged && !running_.empty()) return running_.back().endpoint.get();
    return Error(
        ErrorKind::invalid_input,
        running_.empty() ? "no server is left to serve over stdio; see the errors above"
                         : fmt::format(
                               "transport stdio serves one client and one server, and {} are "
                               "configured; leave one of them in the file, or set merged: true",
                               running_.size()
                           )
    );
  }

 private:
  const Settings& settings_;
  Process& process_;
  const KeyRing& ring_;
  Replica& replica_;
  std::vector<Running> running_;
  std::vector<OwnPort> ports_;
  std::size_t added_ = 0;  // broken ones included
};

Async<> run_until_stopped(
    Service* service, StopOrder* order, http::Server* server, http::Server* admin, Process* process
) {
  DAVIT_CO_CHECK(co_await service->stop(*order, *server));
  DAVIT_CO_CHECK(co_await admin->stop(kAdminGrace));
  DAVIT_CO_CHECK(co_await process->background.stop(Duration::zero()));
  process->logger.info("stopped");
  co_return Result<>();
}

Async<> serve_stdio(mcp::Endpoint* endpoint, int output, StopOrder* order) {
  mcp::transport::StdioOptions options;
  options.principal = {"stdio"};
  mcp::transport::Stdio stdio(*endpoint, STDIN_FILENO, output, options);
  DAVIT_CO_CHECK(co_await stdio.serve());
  order->give("the end of the input", {.grace = Duration::zero()});
  co_return Result<>();
}

}  // namespace

std::string base_url(const Settings& settings, std::uint16_t port) {
  auto const& host = settings.http.host;
  auto path = settings.base_path;
  while (path.ends_with('/')) path.pop_back();
  return fmt::format(
      "{}://{}:{}{}",
      settings.http.tls ? "https" : "http",
      host == "0.0.0.0"                     ? "127.0.0.1"
      : host == "::"                        ? "[::1]"
      : host.find(':') == std::string::npos ? host
                                            : '[' + host + ']',
      port,
      path
  );
}

Result<int> serve(
    const Settings& settings,
    const secrets::Environment& environment,
    const MakeServers& make_servers
) {
  std::signal(SIGPIPE, SIG_IGN);
  auto const over_stdio = settings.transport == Transport::stdio;
  auto output = -1;
  if (over_stdio) {
    DAVIT_TRY(output, mcp::transport::claim_standard_output());
  }
  Loop loop;
  Process process(settings.log_level, loop.executor());
  for (auto const& warning : settings.warnings) process.logger.warn(warning);
  DAVIT_TRY(auto const ring, make_ring(settings, environment));
  DAVIT_TRY(auto const callers, make_authenticator(settings, environment, process.logger));
  auto const build =
      make_label("version", DAVIT_VERSION) + ',' + make_label("release", settings.release);
  process.counters.at("davit_build_info", build).set(1);
  process.counters.at("davit_draining").set(0);

  Counters of_clients(process.counters, make_label("listener", "clients"));
  Counters of_operator(process.counters, make_label("listener", "operator"));
  host::Host host(host_options(settings), *callers, process.clock, of_clients, process.logger);
  DAVIT_TRY(auto servers, make_servers(process, ring));
  DAVIT_TRY(auto replica, make_replica(settings, environment, process, ring));
  Service service(settings, process, ring, replica);
  for (auto& one : servers) service.add(std::move(one), host);
  servers.clear();
  DAVIT_CHECK(service.add_merged(host));
  http::Server server(loop.executor(), settings.http, host, of_clients, process.logger);

  DrainTimes const times{.grace = settings.drain, .notice = settings.drain_notice};
  StopOrder order(loop.executor(), [&] {
    host.drain();
    server.drain();
    service.start_drain();
  });
  host::Admin admin(
      host_options(settings).access,
      host,
      process.counters,
      [&] { order.give("POST /drain", times); },
      process.logger
  );
  http::Server admin_server(
      loop.executor(), admin_options(settings.admin), admin, of_operator, process.logger
  );
  if (settings.admin.port) {
    DAVIT_CHECK(admin_server.start());
    process.logger.info(
        "admin is listening", {{"host", settings.admin.host}, {"port", admin_server.port()}}
    );
  }
  auto const make_host = [&] {
    return std::make_unique<host::Host>(
        host_options(settings), *callers, process.clock, of_clients, process.logger
    );
  };
  auto const make_listener = [&](host::Host& own, std::uint16_t port) {
    auto options = settings.http;
    options.port = port;
    return std::make_unique<http::Server>(
        loop.executor(), options, own, of_clients, process.logger
    );
  };
  if (over_stdio) {
    DAVIT_TRY(auto* const endpoint, service.only_endpoint());
    process.background.spawn("stdio", serve_stdio(endpoint, output, &order));
    process.logger.info("serving over stdio", {{"release", settings.release}});
  } else {
    DAVIT_CHECK(server.start());
    process.logger.info(
        "listening",
        {{"host", settings.http.host}, {"port", server.port()}, {"release", settings.release}}
    );
    DAVIT_CHECK(service.open_ports(make_host, make_listener));
    service.say_where(server);
  }
  process.sink->flush();
  process.background.spawn(
      "signals", watch_signals(loop.executor(), &order, times, process.sink.get())
  );

  DAVIT_CHECK(loop.run(run_until_stopped(&service, &order, &server, &admin_server, &process)));
  return static_cast<int>(ExitCode::done);
}

}  // namespace davit::app

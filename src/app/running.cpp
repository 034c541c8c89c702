#include "app/running.h"

#include <unistd.h>

#include <fmt/format.h>

#include "app/replica.h"
#include "connectors/all.h"

namespace davit::app {
namespace {

constexpr std::chrono::milliseconds kLogFlush{200};

connector::Access to_access(config::Access access) {
  switch (access) {
    case config::Access::read_only: return connector::Access::read_only;
    case config::Access::read_write: return connector::Access::read_write;
    case config::Access::full: return connector::Access::full;
  }
  return connector::Access::read_only;
}

}  // namespace

Process::Process(log::Level level, Executor e)
    : executor(std::move(e)),
      sink(log::make_descriptor_sink(STDERR_FILENO)),
      logger(level, *sink, clock),
      http(http::make_curl_client(executor, {})),
      background(executor, logger) {
  background.spawn("log flush", flush_log());
}

Async<> Process::flush_log() {
  for (;;) {
    DAVIT_CO_CHECK(co_await sleep_for(kLogFlush));
    sink->flush();
  }
}

Result<Running> start_server(
    const config::ServerConfig& config,
    const Settings& settings,
    const secrets::Environment& environment,
    Process& process,
    const KeyRing& ring,
    Replica& replica
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
  mcp::EndpointParts parts{
      .executor = process.executor,
      .ring = ring,
      .clock = process.clock,
      .store = *replica.store,
      .self = replica.self,
      .counters = process.counters,
      .logger = logger,
  };
  running.endpoint =
      std::make_unique<mcp::Endpoint>(*running.server, std::move(parts), settings.endpoint);
  running.http = std::make_unique<mcp::transport::StreamableHttp>(
      *running.endpoint, settings.transport, replica.peers.get()
  );
  if (replica.handler) replica.handler->add(running.endpoint->name(), *running.http);
  return running;
}

}  // namespace davit::app

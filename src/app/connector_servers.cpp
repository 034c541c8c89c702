#include "app/connector_servers.h"

#include <algorithm>

#include <fmt/format.h>

#include "connector/instance.h"
#include "connectors/all.h"

namespace davit::app {
namespace {

connector::Access to_access(config::Access access) {
  switch (access) {
    case config::Access::read_only: return connector::Access::read_only;
    case config::Access::read_write: return connector::Access::read_write;
    case config::Access::full: return connector::Access::full;
  }
  return connector::Access::read_only;
}

// A server and what its tools use, in the order of construction.
struct ConnectorServer {
  std::shared_ptr<connector::QuotaBook> quotas;
  std::unique_ptr<connector::Instance> instance;
  mcp::Server server;
};

// Errors: what is wrong with this server's configuration.
Result<std::shared_ptr<mcp::Server>> make_server(
    const config::ServerConfig& config,
    const secrets::Environment& environment,
    Process& process,
    const KeyRing& ring,
    std::shared_ptr<connector::QuotaBook> quotas
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
  chosen.auth = config.auth;
  chosen.access = to_access(config.access);
  chosen.toolsets = config.toolsets;
  chosen.allow = config.allow;
  chosen.deny = config.deny;
  chosen.concurrent_requests = config.max_concurrent;
  chosen.requests_per_minute = config.max_requests_per_minute;
  chosen.result_bytes = config.max_result_bytes;
  chosen.timeout = config.timeout;
  if (!config.token.empty()) {
    DAVIT_TRY(auto const reference, secrets::parse_secret_reference(config.token));
    DAVIT_TRY(chosen.credential, secrets::resolve(reference, environment));
    if (auto const warning = secrets::exposure(reference); !warning.empty())
      process.logger.warn(warning);
  }
  connector::Collaborators collaborators{
      .executor = process.executor,
      .client = *process.http,
      .clock = process.clock,
      .keys = ring,
      .counters = process.counters,
      .logger = process.logger.with({"server", config.name}),
      .random = [&process] { return std::generate_canonical<double, 32>(process.random); },
      .quotas = quotas.get(),
  };
  DAVIT_TRY(
      auto instance,
      connector::Instance::make(*connector, std::move(chosen), std::move(collaborators))
  );
  mcp::ServerInfo info{{config.name, DAVIT_VERSION, std::string(connector->title)}, {}};
  auto const made = std::make_shared<ConnectorServer>(
      ConnectorServer{std::move(quotas), std::move(instance), mcp::Server(std::move(info))}
  );
  for (auto& tool : connector::make_tools(*made->instance)) {
    DAVIT_CHECK(made->server.add_tool(std::move(tool)));
  }
  process.logger.info(
      "server is configured",
      {{"server", config.name},
       {"connector", config.connector},
       {"tools", made->server.tools().size()},
       {"access", connector::to_string(made->instance->settings().access)}}
  );
  return std::shared_ptr<mcp::Server>(made, &made->server);
}

}  // namespace

MakeServers connector_servers(const Settings& settings, const secrets::Environment& environment) {
  return [&](Process& process, const KeyRing& ring) -> Result<std::vector<Served>> {
    std::vector<Served> servers;
    // Several servers may share a credential.
    auto const quotas = std::make_shared<connector::QuotaBook>();
    for (auto const& config : settings.servers) {
      auto server = make_server(config, environment, process, ring, quotas);
      auto const with_same =
          std::ranges::count(settings.servers, config.connector, &config::ServerConfig::connector);
      if (server) {
        servers.push_back({config.name, *std::move(server), {}, with_same > 1});
      } else {
        servers.push_back({config.name, nullptr, server.error().message()});
      }
    }
    return servers;
  };
}

}  // namespace davit::app

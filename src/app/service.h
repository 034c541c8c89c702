// A process that serves MCP servers: its listeners, sessions, peers, the operator's port, and the
// drain at its end, all by the settings. davitd is one, with connectors for servers; a program with
// servers of its own is another.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/process.h"
#include "app/settings.h"
#include "base/seal.h"
#include "mcp/server.h"

namespace davit::app {

// One MCP server of the process. It is served at /NAME/mcp, and at /mcp while it is the only one.
struct Served {
  std::string name;
  std::shared_ptr<mcp::Server> server;  // null pointer: it cannot be served
  std::string broken_because;           // then
  bool shares_connector = false;        // with another configured server
};

// The servers, which may use the process as long as they live.
using MakeServers = std::function<Result<std::vector<Served>>(Process&, const KeyRing&)>;

// Where the process answers on this machine when it listens on the port, without a slash at its
// end.
std::string base_url(const Settings& settings, std::uint16_t port);

// Serves until SIGTERM, SIGINT, POST /drain or, over stdio, until the client has gone. Answers the
// exit code. Errors: those of `make_servers`; invalid_input and unavailable (settings that cannot
// be carried out, an address in use).
Result<int> serve(
    const Settings& settings,
    const secrets::Environment& environment,
    const MakeServers& make_servers
);

}  // namespace davit::app

// The MCP servers of davitd: one for each entry of `servers:`, which is a connector with a
// vendor's address and credential.
#pragma once

#include "app/service.h"

namespace davit::app {

// For `serve`. What is passed must outlive the call of `serve`.
MakeServers connector_servers(const Settings& settings, const secrets::Environment& environment);

}  // namespace davit::app

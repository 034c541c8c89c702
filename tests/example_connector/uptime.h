// A connector as docs/adding-a-connector.md describes it, for a vendor that does not exist: Uptime
// asks web addresses whether they answer. It shows that a connector is one folder.
#pragma once

#include "connector/connector.h"

namespace davit::connectors::uptime {

extern const connector::Connector connector;

}  // namespace davit::connectors::uptime

// Dynatrace: problems, DQL, logs, metrics, entities, SLOs, vulnerabilities and traces, with the
// Environment API v2 and the platform's own APIs. SaaS, Managed and ActiveGate.
#pragma once

#include "connector/connector.h"

namespace davit::connectors::dynatrace {

extern const connector::Connector connector;

}  // namespace davit::connectors::dynatrace

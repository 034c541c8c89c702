// The code behind the rows about metrics.
#pragma once

#include "connector/invocation.h"

namespace davit::connectors::dynatrace {

Async<json::Value> query_metrics(connector::Invocation call);
Async<json::Value> get_service_health(connector::Invocation call);

}  // namespace davit::connectors::dynatrace

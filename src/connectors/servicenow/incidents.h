// Code of the incident rows.
#pragma once

#include "async/async.h"
#include "connector/invocation.h"

namespace davit::connectors::servicenow {

Async<json::Value> create_incident(connector::Invocation call);
Async<json::Value> update_incident(connector::Invocation call);
// The resolution code is checked against those that the instance has.
Async<json::Value> resolve_incident(connector::Invocation call);

}  // namespace davit::connectors::servicenow

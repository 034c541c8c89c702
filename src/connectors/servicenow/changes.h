// Code of the change rows.
#pragma once

#include "async/async.h"
#include "connector/invocation.h"

namespace davit::connectors::servicenow {

Async<json::Value> create_change(connector::Invocation call);
// Asks for the next states first, because a refused PATCH does not say which are allowed.
Async<json::Value> update_change(connector::Invocation call);
Async<json::Value> approve_change(connector::Invocation call);
Async<json::Value> check_change_conflicts(connector::Invocation call);

// The answer of ".../nextstates" as {allowed[], blocked[{state, unmet[]}]}.
json::Object readable_states(const json::Value& result);

}  // namespace davit::connectors::servicenow

// Code of the CMDB rows.
#pragma once

#include <string_view>

#include "async/async.h"
#include "connector/invocation.h"

namespace davit::connectors::servicenow {

Async<json::Value> get_ci(connector::Invocation call);
// Breadth first, a request for each level, until the depth or the number of nodes is reached.
Async<json::Value> get_ci_impact(connector::Invocation call);

// Errors: invalid_input, for what is no class of the CMDB.
Result<> check_class(std::string_view name);

}  // namespace davit::connectors::servicenow

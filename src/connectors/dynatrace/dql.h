// The code behind the rows about DQL.
#pragma once

#include "connector/invocation.h"

namespace davit::connectors::dynatrace {

Async<json::Value> execute_dql(connector::Invocation call);
Async<json::Value> get_dql_result(connector::Invocation call);
Async<json::Value> verify_dql(connector::Invocation call);
Async<json::Value> generate_dql(connector::Invocation call);

}  // namespace davit::connectors::dynatrace

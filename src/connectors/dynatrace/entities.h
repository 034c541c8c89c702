// The code behind the rows about entities.
#pragma once

#include "connector/invocation.h"

namespace davit::connectors::dynatrace {

// The id of an entity from its id or its exact name. Errors: invalid_input, with candidates.
Async<std::string> resolve_entity(connector::Invocation call, std::string entity, std::string type);

Async<connector::ApiRequest> make_entity_list(connector::Invocation call);
Async<json::Value> get_entity(connector::Invocation call);

}  // namespace davit::connectors::dynatrace

// The code behind the rows about logs: with Grail where there is one, otherwise with the API v2.
#pragma once

#include <string>

#include "connector/invocation.h"

namespace davit::connectors::dynatrace {

Async<json::Value> search_logs(connector::Invocation call);
Async<json::Value> summarize_logs(connector::Invocation call);

// Replaces the names in `service` and `host` by ids, which is all that the API v2 can search for.
Async<> resolve_entities(connector::Invocation call);

// The commands of DQL that filter records as the arguments say, with a leading "| "; empty without
// a filter. Errors: invalid_input.
Result<std::string> log_filter(const json::Object& arguments);

// A condition about the entity of a record, by id or by name: `kind` is "service" or "host".
std::string entity_condition(connector::Str kind, connector::Str value);

// The same filter in the query language of the API v2, where `service` and `host` are ids. Errors:
// invalid_input.
Result<std::string> classic_log_filter(const json::Object& arguments);

}  // namespace davit::connectors::dynatrace

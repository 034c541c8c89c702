// The code behind the rows about events.
#pragma once

#include "connector/invocation.h"

namespace davit::connectors::dynatrace {

Async<connector::ApiRequest> make_event_list(connector::Invocation call);
void finish_events(const json::Object& arguments, json::Object& answer);
Async<json::Value> get_kubernetes_events(connector::Invocation call);
Async<json::Value> send_event(connector::Invocation call);

}  // namespace davit::connectors::dynatrace

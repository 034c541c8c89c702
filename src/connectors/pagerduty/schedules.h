// Schedules: the rendered shifts, and overrides.
#pragma once

#include "async/async.h"
#include "connector/invocation.h"
#include "json/json.h"

namespace davit::connectors::pagerduty {

// Tool::run of the rows.
Async<json::Value> get_schedule(connector::Invocation call);
Async<json::Value> create_schedule_override(connector::Invocation call);

}  // namespace davit::connectors::pagerduty

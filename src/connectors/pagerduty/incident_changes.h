// Changes of incidents: what a tool asks for as PagerDuty's body, and one request for many
// incidents with a result for each.
// https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/paths/~1incidents/put
#pragma once

#include <string_view>

#include "async/async.h"
#include "connector/invocation.h"
#include "connector/request.h"
#include "json/json.h"

namespace davit::connectors::pagerduty {

// The fields that creating and updating have in common: title, urgency, priority, assignees,
// escalation_policy, conference_url, conference_number, incident_type. Names are ids by now.
json::Object incident_fields(const json::Object& arguments);

// Names of what was asked for and is another in the answer, which PagerDuty leaves out silently.
json::Array not_stored(const json::Object& asked, const json::Value& stored);

// Tool::run of the rows.
Async<json::Value> create_incident(connector::Invocation call);
Async<json::Value> acknowledge_incidents(connector::Invocation call);
Async<json::Value> resolve_incidents(connector::Invocation call);
Async<json::Value> update_incidents(connector::Invocation call);

}  // namespace davit::connectors::pagerduty

// References: what people paste for an incident, a service or a person, and which of it is an id.
#pragma once

#include <string>
#include <string_view>

#include "async/async.h"
#include "connector/invocation.h"
#include "connector/tool.h"
#include "http/url.h"
#include "json/json.h"

namespace davit::connectors::pagerduty {

// Whether `text` looks like an id of PagerDuty ("PIJ90N7", "Q1R2DLCB21K7NP") and not like a name.
bool is_id(std::string_view text);

// True for the addresses that PagerDuty serves its API at.
bool is_vendor_host(std::string_view host);

// "#1042", "[#1042]" and web addresses become numbers and ids. Errors: invalid_input.
Result<> resolve_references(
    const connector::Tool& tool, const http::Url& base, json::Object& arguments
);

// The id of an incident given by number or id. Only the read of one incident takes a number.
// https://developer.pagerduty.com/api-reference/005299ed43553-get-an-incident
Async<std::string> incident_id(connector::Invocation call, std::string incident);

// Tool::make for rows whose path has {incident}: the row's own request, with the id in it.
Async<connector::ApiRequest> make_for_incident(connector::Invocation call);

}  // namespace davit::connectors::pagerduty

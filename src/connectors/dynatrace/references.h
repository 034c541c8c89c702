// References: what people paste for a problem: "P-2403127", its id, or its web address.
#pragma once

#include "connector/tool.h"
#include "http/url.h"

namespace davit::connectors::dynatrace {

// Connector::resolve. Errors: invalid_input.
Result<> resolve_references(
    const connector::Tool& tool, const http::Url& base, json::Object& arguments
);

}  // namespace davit::connectors::dynatrace

// What people paste where a number or a path is wanted: web addresses, "!12", "group/project#7".
#pragma once

#include "base/result.h"
#include "connector/tool.h"
#include "http/url.h"
#include "json/json.h"

namespace davit::connectors::gitlab {

// Turns such arguments into plain ones: `mr` becomes "12" and, if it says so, `project` its
// project. `base` is the address of the API. Errors: invalid_input, also for an address of another
// host, so that nobody believes an answer came from there.
Result<> resolve_references(
    const connector::Tool& tool, const http::Url& base, json::Object& arguments
);

}  // namespace davit::connectors::gitlab

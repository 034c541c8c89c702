// References: the keys and web addresses by which people name issues, projects and boards.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "connector/tool.h"
#include "http/url.h"
#include "json/json.h"

namespace davit::connectors::atlassian {

// "PAY-412", an issue's id, or its address at `base`, as a key or an id. `name` is for the message.
// Errors: invalid_input.
Result<std::string> parse_issue(
    std::string_view name, std::string_view text, const http::Url& base
);

// Makes the arguments that name an issue, a project or a board what a path takes. Errors:
// invalid_input.
Result<> resolve_jira_references(
    const connector::Tool& tool, const http::Url& base, json::Object& arguments
);

}  // namespace davit::connectors::atlassian

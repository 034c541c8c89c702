// The tables of the connector, one for each resource, and the parameters that they share.
#pragma once

#include <span>

#include "connector/connector.h"
#include "connector/tool.h"

namespace davit::connectors::atlassian {

using namespace davit::connector;  // rows read best without qualification

// Pages of Jira's token lists. The same token in the same request, for seven days.
inline constexpr Paging kJiraToken{
    .kind = Paging::Kind::token,
    .next = "nextPageToken",
    .param = "nextPageToken",
};
// Pages by position; Jira may answer fewer rows than it was asked for.
inline constexpr Paging kJiraOffset{
    .kind = Paging::Kind::offset,
    .param = "startAt",
    .total = "total",
    .last = "isLast",
};
// https://developer.atlassian.com/cloud/confluence/rest/v2/intro/#pagination
inline constexpr Paging kConfluenceLink{.kind = Paging::Kind::body_link, .next = "_links.next"};

inline constexpr Param kCursor{
    .name = "cursor",
    .description = "next_cursor of the answer before.",
    .in = In::none,
};

// The text of a rich document (ADF, or ADF as a text) as Markdown; nothing for any other value.
std::optional<std::string> to_text(const json::Value& value);

// What people paste: a key or the address of an issue; an id, an address or a tiny link of a page.
// Errors: invalid_input.
Result<> resolve_references(const Tool& tool, const http::Url& base, json::Object& arguments);

}  // namespace davit::connectors::atlassian

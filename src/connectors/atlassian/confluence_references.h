// What people paste to name a page, a space, a comment or an attachment of Confluence.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/atlassian/tables.h"

namespace davit::connectors::atlassian {

// The last part of a tiny link, "AbC" of .../wiki/x/AbC, is the page's id: its bytes, the lowest
// first, as base64 with '_' for '+' and '-' for '/', without the "A"s at the end. Both are
// unlike those of RFC 4648, 5.
std::string tiny_of(std::string_view id);
std::optional<std::string> id_of_tiny(std::string_view tiny);

// Puts ids in place of web addresses in `page`, `parent`, `target`, `comment`, `reply_to` and
// `space`; the address of a page by title becomes SPACE:Title, which settle_page looks up. Names
// and ids stay as they are. Errors: invalid_input.
Result<> resolve_confluence_references(
    const Tool& tool, const http::Url& base, json::Object& arguments
);

}  // namespace davit::connectors::atlassian

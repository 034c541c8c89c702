// The tables of Confluence's tools, and the parameters that they share.
#pragma once

#include <span>

#include "connectors/atlassian/tables.h"

namespace davit::connectors::atlassian {

extern const std::span<const Tool> confluence_find_tools;
extern const std::span<const Tool> confluence_read_tools;
extern const std::span<const Tool> confluence_write_tools;
extern const std::span<const Tool> confluence_comment_tools;
extern const std::span<const Tool> confluence_attachment_tools;

inline constexpr Param kPage{
    .name = "page",
    .description = "Id, URL, SPACE:Title or title.",
    .in = In::path,
    .required = true,
};
inline constexpr Param kAnyPage{
    .name = "page",
    .description = "Id, URL, SPACE:Title or title.",
    .in = In::path,
};
inline constexpr Param kConfluenceLimit{
    .name = "limit",
    .kind = Kind::integer,
    .fallback = "25",
    .min = 1,
    .max = 250,
};

bool is_number(Str text);

// https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-space/#api-spaces-get
inline constexpr Lookup kSpaceLookup{
    .what = "space",
    .path = "/wiki/api/v2/spaces?keys={.value}",
    .root = "results",
    .names = "key",
    .is_id = is_number,
};

}  // namespace davit::connectors::atlassian

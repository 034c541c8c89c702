// The tables of the connector, one for each resource, and the parameters that they share.
#pragma once

#include <span>

#include "connector/tool.h"

namespace davit::connectors::gitlab {

using namespace davit::connector;  // rows read best without qualification

extern const std::span<const Tool> project_tools;
extern const std::span<const Tool> repository_tools;
extern const std::span<const Tool> merge_request_tools;
extern const std::span<const Tool> discussion_tools;
extern const std::span<const Tool> issue_tools;
extern const std::span<const Tool> pipeline_tools;

inline constexpr Param kProject{
    .name = "project",
    .description = "Id, path or web address.",
    .in = In::path,
    .required = true,
};
// Where another argument may be a web address, which names the project, too.
inline constexpr Param kProjectOrUrl{
    .name = "project",
    .description = "Id or path. Not needed beside a web address.",
    .in = In::path,
};
inline constexpr Param kAnyProject{
    .name = "project",
    .description = "Only in this project: id, path or web address.",
    .in = In::path,
};
inline constexpr Param kAnyGroup{
    .name = "group",
    .description = "Only in this group: id, path or web address.",
    .in = In::path,
};
inline constexpr Param kMergeRequest{
    .name = "mr",
    .description = "Number, group/project!number or web address.",
    .in = In::path,
    .required = true,
};
inline constexpr Param kIssue{
    .name = "issue",
    .description = "Number, group/project#number or web address.",
    .in = In::path,
    .required = true,
};
inline constexpr Param kLabels{.name = "labels", .kind = Kind::joined_list};
inline constexpr Param kSearch{.name = "search", .description = "In title and description."};
inline constexpr Param kUpdatedAfter{
    .name = "updated_after",
    .description = "ISO 8601, or 24h, 7d, 2w ago.",
    .kind = Kind::timestamp,
};
inline constexpr Param kLimit{
    .name = "limit",
    .kind = Kind::integer,
    .fallback = "20",
    .min = 1,
    .max = 100,
    .wire = "per_page",
};
inline constexpr Param kCursor{
    .name = "cursor",
    .description = "next_cursor of the answer before.",
    .in = In::none,
};

// The looked-up ids of users, from their names. GitLab answers with at most one.
// https://docs.gitlab.com/api/users/#list-users
inline constexpr Str kUserLookup = "/users?username={.value} 0.id";

}  // namespace davit::connectors::gitlab

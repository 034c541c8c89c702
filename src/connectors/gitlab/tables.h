// The tables of the connector, one for each resource, and the parameters that they share.
#pragma once

#include <span>

#include "connector/connector.h"
#include "connector/tool.h"

namespace davit::connectors::gitlab {

using namespace davit::connector;  // rows read best without qualification

extern const std::span<const Tool> project_tools;
extern const std::span<const Tool> repository_tools;
extern const std::span<const Tool> repository_write_tools;
extern const std::span<const Tool> merge_request_tools;
extern const std::span<const Tool> discussion_tools;
extern const std::span<const Tool> review_tools;
extern const std::span<const Tool> issue_tools;
extern const std::span<const Tool> pipeline_tools;
extern const std::span<const Tool> pipeline_write_tools;

inline constexpr Param kProject{
    .name = "project",
    .description = "Id, path or URL.",
    .in = In::path,
    .required = true,
};
// Where another argument may be a web address, which names the project, too.
inline constexpr Param kProjectOrUrl{.name = "project", .in = In::path};
inline constexpr Param kAnyProject{
    .name = "project",
    .description = "Id, path or URL.",
    .in = In::path,
};
inline constexpr Param kAnyGroup{
    .name = "group",
    .in = In::path,
};
inline constexpr Param kMergeRequest{
    .name = "mr",
    .description = "Number, a/b!12 or URL.",
    .in = In::path,
    .required = true,
};
inline constexpr Param kIssue{
    .name = "issue",
    .description = "Number, a/b#7 or URL.",
    .in = In::path,
    .required = true,
};
inline constexpr Param kLabels{.name = "labels", .kind = Kind::joined_list};
inline constexpr Param kSearch{.name = "search"};
inline constexpr Param kUpdatedAfter{
    .name = "updated_after",
    .description = "ISO 8601, or 7d ago.",
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
    .in = In::none,
};

// GitLab answers with at most one. https://docs.gitlab.com/api/users/#list-users
inline constexpr Lookup kUserLookup{
    .what = "user",
    .path = "/users?username={.value}",
    .names = "username",
    .self_path = "/user",
};

// By title; "0" takes the milestone away.
// https://docs.gitlab.com/api/milestones/#list-project-milestones
inline constexpr Lookup kMilestoneLookup{
    .what = "milestone",
    .path = "/projects/{project}/milestones?search={.value}&include_ancestors=true&per_page=50",
    .names = "title",
    .is_id = [](Str value) { return value == "0"; },
};
inline constexpr Param kMilestone{
    .name = "milestone",
    .description = "Title.",
    .in = In::body,
    .wire = "milestone_id",
    .lookup = &kMilestoneLookup,
};
inline constexpr Param kAssignees{
    .name = "assignees",
    .description = "Usernames.",
    .in = In::body,
    .kind = Kind::string_list,
    .wire = "assignee_ids",
    .lookup = &kUserLookup,
};
inline constexpr Param kReviewers{
    .name = "reviewers",
    .in = In::body,
    .kind = Kind::string_list,
    .wire = "reviewer_ids",
    .lookup = &kUserLookup,
};
inline constexpr Str kEditSchema =
    R"({"type":"object","properties":{"old_str":{"type":"string"},"new_str":{"type":"string"}},"required":["old_str","new_str"]})";
// In place of sending the whole text again.
inline constexpr Param kDescriptionEdit{
    .name = "description_edit",
    .description = "old_str must be there once.",
    .in = In::none,
    .kind = Kind::object,
    .needs = "!description",
    .schema = kEditSchema,
};

}  // namespace davit::connectors::gitlab

// The tables of Jira's tools, one for each resource, and the parameters that they share.
#pragma once

#include <span>

#include "connectors/atlassian/tables.h"

namespace davit::connectors::atlassian {

extern const std::span<const Tool> whoami_tools;
extern const std::span<const Tool> jira_search_tools;
extern const std::span<const Tool> jira_issue_tools;
extern const std::span<const Tool> jira_draft_tools;
extern const std::span<const Tool> jira_transition_tools;
extern const std::span<const Tool> jira_comment_tools;
extern const std::span<const Tool> jira_changelog_tools;
extern const std::span<const Tool> jira_link_tools;
extern const std::span<const Tool> jira_worklog_tools;
extern const std::span<const Tool> jira_attachment_tools;
extern const std::span<const Tool> jira_project_tools;
extern const std::span<const Tool> jira_field_tools;
extern const std::span<const Tool> jira_user_tools;
extern const std::span<const Tool> jira_agile_tools;
extern const std::span<const Tool> jira_board_issue_tools;

inline constexpr Param kIssue{
    .name = "issue",
    .description = "Key or web address.",
    .in = In::path,
    .required = true,
};
inline constexpr Param kIssues{
    .name = "issues",
    .description = "Keys.",
    .in = In::none,
    .kind = Kind::string_list,
    .required = true,
    .max = 100,
};
inline constexpr Param kFields{
    .name = "fields",
    .description = "Names or ids, in place of the usual.",
    .in = In::none,
    .kind = Kind::string_list,
};
inline constexpr Param kProjectKey{
    .name = "project",
    .description = "Key or id.",
    .in = In::path,
    .required = true,
};

}  // namespace davit::connectors::atlassian

#include "connectors/atlassian/jira_tables.h"
#include "connectors/atlassian/jira_writes.h"

namespace davit::connectors::atlassian {
namespace {

constexpr Str kManual =
    "https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/";

constexpr Param kDescription{.name = "description", .description = "Markdown.", .in = In::none};
constexpr Param kParent{.name = "parent", .description = "Key; an epic, too.", .in = In::none};
constexpr Param kAssignee{
    .name = "assignee",
    .description = "me, name, e-mail or account id.",
    .in = In::none,
};
constexpr Param kPriority{.name = "priority", .in = In::none};
constexpr Param kLabels{.name = "labels", .in = In::none, .kind = Kind::string_list};
constexpr Param kComponents{.name = "components", .in = In::none, .kind = Kind::string_list};
constexpr Param kFixVersions{.name = "fix_versions", .in = In::none, .kind = Kind::string_list};
constexpr Param kDueDate{.name = "due_date", .in = In::none, .kind = Kind::timestamp};
constexpr Param kSprint{.name = "sprint", .description = "Id.", .in = In::none};
constexpr Param kPoints{.name = "story_points", .in = In::none, .kind = Kind::number};
constexpr Param kMoreFields{
    .name = "fields",
    .description = "Others, by name or id.",
    .in = In::none,
    .kind = Kind::object,
};

constexpr Tool kTools[] = {
    {
        .name = "jira_create_issue",
        .title = "Create issue",
        .description = "Create an issue; says which required fields are missing, and what was "
                       "stored.",
        .toolset = "issues",
        .effect = Effect::write,
        .params =
            {
                kProjectKey,
                {.name = "type", .description = "Such as Bug.", .in = In::none, .required = true},
                {.name = "summary", .in = In::none, .required = true},
                kDescription,
                kParent,
                kAssignee,
                kPriority,
                kLabels,
                kComponents,
                kFixVersions,
                kDueDate,
                kSprint,
                kPoints,
                kMoreFields,
            },
        .foreign = "stored not_applied",
        .source = kManual,
        .run = create_issue,
    },
    {
        .name = "jira_create_issues",
        .title = "Create issues",
        .description =
            "Create up to 50 issues; parent $0 is the first of them. Answers a key or an "
            "error for each.",
        .toolset = "issues",
        .effect = Effect::write,
        .params =
            {
                {.name = "issues",
                 .description = "Each with the arguments of jira_create_issue.",
                 .in = In::none,
                 .kind = Kind::object_list,
                 .required = true,
                 .max = 50,
                 .schema = R"({"type":"object","required":["project","type","summary"]})"},
            },
        .timeout_s = 60,
        .source = kManual,
        .run = create_issues,
    },
    {
        .name = "jira_update_issue",
        .title = "Update issue",
        .description = "Change fields of an issue; says what was stored and what was not.",
        .toolset = "issues",
        .effect = Effect::write,
        .params =
            {
                kIssue,
                {.name = "summary", .in = In::none},
                kDescription,
                {.name = "description_edit",
                 .description = "Changes a part only.",
                 .in = In::none,
                 .kind = Kind::object,
                 .needs = "!description",
                 .schema = R"({"type":"object","properties":{"old_text":{"type":"string"},)"
                           R"("new_text":{"type":"string"},"append":{"type":"string"}}})"},
                kParent,
                kAssignee,
                kPriority,
                {.name = "labels",
                 .description = "All of them.",
                 .in = In::none,
                 .kind = Kind::string_list},
                {.name = "add_labels", .in = In::none, .kind = Kind::string_list, .needs = "!labels"
                },
                {.name = "remove_labels",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .needs = "!labels"},
                kComponents,
                kFixVersions,
                kDueDate,
                kSprint,
                kPoints,
                kMoreFields,
                {.name = "clear",
                 .description = "Fields to empty, such as assignee.",
                 .in = In::none,
                 .kind = Kind::string_list},
                {.name = "notify", .in = In::none, .kind = Kind::boolean, .fallback = "true"},
            },
        .foreign = "changed not_applied edits",
        .source = kManual,
        .run = update_issue,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> jira_draft_tools = kTools;

}  // namespace davit::connectors::atlassian

#include "connectors/atlassian/jira_tables.h"

namespace davit::connectors::atlassian {
namespace {

constexpr Tool kTools[] = {
    {
        .name = "jira_list_projects",
        .title = "List projects",
        .description = "Projects that the account sees.",
        .toolset = "projects",
        .call = {.path = "/rest/api/3/project/search?expand=lead"},
        .params =
            {
                {.name = "query", .description = "In key and name."},
                {.name = "type", .choices = "software|service_desk|business", .wire = "typeKey"},
                {.name = "order",
                 .choices = "key|name|-lastIssueUpdatedDate",
                 .fallback = "key",
                 .wire = "orderBy"},
                {.name = "limit",
                 .kind = Kind::integer,
                 .fallback = "20",
                 .min = 1,
                 .max = 100,
                 .wire = "maxResults"},
                kCursor,
            },
        .paging = kJiraOffset,
        .root = "values",
        .keep = "key id name~100 type=projectTypeKey lead=lead.displayName~60 style archived?",
        .source = "https://developer.atlassian.com/cloud/jira/platform/rest/v3/"
                  "api-group-projects/#api-rest-api-3-project-search-get",
    },
    {
        .name = "jira_get_project",
        .title = "Get project",
        .description = "A project's issue types with their statuses, open versions and components.",
        .toolset = "projects",
        .call = {.path = "/rest/api/3/project/{project}"},
        .params =
            {
                kProjectKey,
                {.name = "include",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .choices = "statuses|versions|components",
                 .fallback = "statuses"},
            },
        .keep = "key id name~100 type=projectTypeKey style lead=lead.displayName~60 "
                "description~500 archived?",
        .parts =
            {
                {.name = "statuses",
                 .path = "/rest/api/3/project/{project}/statuses",
                 .keep = "type=name id subtask? statuses=statuses.name"},
                {.name = "versions",
                 .path = "/rest/api/3/project/{project}/version?status=unreleased"
                         "&orderBy=-sequence&maxResults=50",
                 .keep = "name~100 id release=releaseDate description~100",
                 .root = "values"},
                {.name = "components",
                 .path = "/rest/api/3/project/{project}/component?maxResults=50",
                 .keep = "name~100 id lead=lead.displayName~60 description~100",
                 .root = "values"},
            },
        .source = "https://developer.atlassian.com/cloud/jira/platform/rest/v3/"
                  "api-group-projects/#api-rest-api-3-project-projectidorkey-get",
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> jira_project_tools = kTools;

}  // namespace davit::connectors::atlassian

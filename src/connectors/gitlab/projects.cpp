#include "connectors/gitlab/context.h"
#include "connectors/gitlab/tables.h"

namespace davit::connectors::gitlab {
namespace {

constexpr Tool kTools[] = {
    {
        .name = "gitlab_whoami",
        .title = "Who am I",
        .description = "The user, token and GitLab instance that these tools work with.",
        .toolset = "context",
        .call = {.path = "/user"},
        .keep = "username name~ id is_admin?",
        .parts =
            {
                {.name = "token",
                 .path = "/personal_access_tokens/self",
                 .keep = "name scopes expires=expires_at"},
                {.name = "instance", .path = "/metadata", .keep = "version enterprise?"},
            },
        .source = "https://docs.gitlab.com/api/users/#get-the-current-user",
    },
    {
        .name = "gitlab_list_projects",
        .title = "List projects",
        .description = "Projects of a group, or those you are a member of; last active first.",
        .toolset = "context",
        .call =
            {.path = "/groups/{group}/projects"
                     "?simple=true&include_subgroups=true&order_by=last_activity_at"
                     "|/projects?simple=true&membership=true&order_by=last_activity_at"},
        .params =
            {
                kAnyGroup,
                {.name = "search", .description = "In the name."},
                {.name = "archived",
                 .description = "Only these, or none.",
                 .kind = Kind::boolean,
                 .fallback = "false"},
                kLimit,
                kCursor,
            },
        .paging = kLinkHeader,
        .keep = "path=path_with_namespace id default_branch description~200 "
                "active=last_activity_at",
        .source = "https://docs.gitlab.com/api/projects/#list-all-projects",
    },
    {
        .name = "gitlab_get_project",
        .title = "Get project",
        .description = "A project's facts: branches, visibility, how it merges, where CI is.",
        .toolset = "context",
        .call = {.path = "/projects/{project}"},
        .params = {kProject},
        .keep = "path=path_with_namespace id name~ description~1000 default_branch visibility "
                "archived? topics merge_method squash=squash_option "
                "merge_needs_pipeline=only_allow_merge_if_pipeline_succeeds? "
                "merge_needs_threads_resolved=only_allow_merge_if_all_discussions_are_resolved? "
                "ci_config_path forked_from=forked_from_project.path_with_namespace "
                "open_issues=open_issues_count stars=star_count? active=last_activity_at "
                "url=web_url",
        .source = "https://docs.gitlab.com/api/projects/#get-a-single-project",
    },
    {
        .name = "gitlab_list_my_work",
        .title = "List my work",
        .description = "What waits for you: merge requests to review or finish, issues, to-dos.",
        .toolset = "context",
        .params =
            {
                {.name = "kinds",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .choices = "reviews|assigned|authored|issues|todos",
                 .fallback = "reviews|assigned|todos"},
                {.name = "limit",
                 .description = "Of each kind.",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "10",
                 .min = 1,
                 .max = 50},
            },
        .foreign = "reviews.title assigned.title authored.title issues.title issues.labels "
                   "todos.title",
        .source = "https://docs.gitlab.com/api/todos/",
        .run = list_my_work,
    },
    {
        .name = "gitlab_list_project_metadata",
        .title = "List project metadata",
        .description = "Labels, milestones, members with roles, iterations or protected branches "
                       "of a project or group.",
        .toolset = "context",
        .call =
            {.path = "/projects/{project}/labels|/projects/{project}/milestones"
                     "|/projects/{project}/members/all|/projects/{project}/iterations"
                     "|/projects/{project}/protected_branches|/groups/{group}/labels"},
        .params =
            {
                {.name = "kind",
                 .in = In::none,
                 .required = true,
                 .choices = "labels|milestones|members|iterations|protected_branches"},
                kAnyProject,
                kAnyGroup,
                {.name = "search", .in = In::none},
                {.name = "limit",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "50",
                 .min = 1,
                 .max = 100},
                kCursor,
            },
        .paging = kLinkHeader,
        .keep = "username name~100 title~200 role=access_level state description~100 "
                "start=start_date due=due_date expires=expires_at "
                "push=push_access_levels.access_level_description "
                "merge=merge_access_levels.access_level_description "
                "force_push=allow_force_push?",
        .source = "https://docs.gitlab.com/api/labels/#list-labels",
        .check = check_metadata,
        .make = list_metadata,
        .finish = name_roles,
    },
    {
        .name = "gitlab_search_code",
        .title = "Search code",
        .description = "Find text in files, with the lines around it. Without a project it needs "
                       "advanced or exact code search.",
        .toolset = "context",
        .call =
            {.path = "/projects/{project}/search?scope=blobs|/groups/{group}/search?scope=blobs"
                     "|/search?scope=blobs"},
        .params =
            {
                {.name = "query", .required = true, .wire = "search"},
                kAnyProject,
                kAnyGroup,
                {.name = "path", .description = "Part of it; * is any.", .in = In::none},
                {.name = "extension", .in = In::none},
                {.name = "ref", .description = "Branch or tag.", .needs = "project"},
                {.name = "regex", .description = "With exact code search.", .kind = Kind::boolean},
                kLimit,
                kCursor,
            },
        .paging = kLinkHeader,
        .keep = "path project=project_id ref startline data~1200",
        .foreign = "lines",
        .source = "https://docs.gitlab.com/api/search/",
        .check = check_code_search,
        .make = search_code,
        .finish = group_by_file,
    },
    {
        .name = "gitlab_search",
        .title = "Search",
        .description = "Search a project, a group or everywhere. Commits, notes and wikis need a "
                       "project, unless the instance has advanced search.",
        .toolset = "context",
        .call = {.path = "/projects/{project}/search|/groups/{group}/search|/search"},
        .params =
            {
                {.name = "query", .required = true, .wire = "search"},
                {.name = "scope",
                 .required = true,
                 .choices = "projects|issues|merge_requests|milestones|users|commits|notes|"
                            "wiki_blobs"},
                kAnyProject,
                kAnyGroup,
                {.name = "state", .choices = "opened|closed|merged"},
                {.name = "ref", .description = "Branch or tag.", .needs = "project"},
                kLimit,
                kCursor,
            },
        .paging = kLinkHeader,
        .keep = "ref=references.full path=path_with_namespace path username id=short_id "
                "title~200 name~ state author=author.username author=author_name~ branch=ref "
                "text=data~300 body~300 on=noteable_type on_number=noteable_iid "
                "due=due_date updated=updated_at created=created_at",
        .source = "https://docs.gitlab.com/api/search/",
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> project_tools = kTools;

}  // namespace davit::connectors::gitlab

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
        .description = "Projects of a group, or those you are a member of, last active first.",
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
        .paging = Paging::link_header,
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
        .name = "gitlab_search",
        .title = "Search",
        .description = "Search in a project, a group or everywhere. Searching code, commits, notes "
                       "or wikis needs a project, unless the instance has advanced search.",
        .toolset = "context",
        .call = {.path = "/projects/{project}/search|/groups/{group}/search|/search"},
        .params =
            {
                {.name = "query", .required = true, .wire = "search"},
                {.name = "scope",
                 .description = "blobs is code.",
                 .required = true,
                 .choices = "projects|issues|merge_requests|milestones|users|blobs|commits|notes|"
                            "wiki_blobs"},
                kAnyProject,
                kAnyGroup,
                {.name = "state",
                 .description = "Of issues and merge requests.",
                 .choices = "opened|closed|merged"},
                {.name = "ref",
                 .description = "Branch or tag; code, commits and wikis of a project.",
                 .needs = "project"},
                kLimit,
                kCursor,
            },
        .paging = Paging::link_header,
        .keep = "ref=references.full path=path_with_namespace path username id=short_id "
                "title~200 name~ state author=author.username author=author_name~ branch=ref "
                "startline code=data~1200 body~300 on=noteable_type on_number=noteable_iid "
                "due=due_date updated=updated_at created=created_at",
        .source = "https://docs.gitlab.com/api/search/",
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> project_tools = kTools;

}  // namespace davit::connectors::gitlab

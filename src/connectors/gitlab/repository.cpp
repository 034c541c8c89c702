#include "connectors/gitlab/repository.h"

#include "connectors/gitlab/tables.h"

namespace davit::connectors::gitlab {
namespace {

// "src/" for a folder, "vendor/lib (submodule)" for a commit of another repository, else the path.
void to_paths(const json::Object&, json::Object& answer) {
  for (auto& item : answer["items"].get_array()) {
    auto path = std::string(json::find_string(item, "path").value_or(""));
    auto const type = json::find_string(item, "type").value_or("");
    if (type == "tree") path += '/';
    if (type == "commit") path += " (submodule)";
    item = path;
  }
}

void explain_no_commits(const json::Object& arguments, json::Object& answer) {
  if (!answer["items"].get_array().empty() || !arguments.contains("ref")) return;
  answer["note"] = "GitLab answers the same when there is no such ref.";
}

constexpr Param kDiff{
    .name = "diff",
    .in = In::none,
    .choices = "none|stat|patch",
    .fallback = "stat",
};
constexpr Param kPaths{
    .name = "paths",
    .description = "Files or folders.",
    .in = In::none,
    .kind = Kind::string_list,
};
constexpr Param kRef{.name = "ref", .description = "Branch, tag or commit."};

constexpr Tool kTools[] = {
    {
        .name = "gitlab_list_tree",
        .title = "List files",
        .description = "The files and folders of a repository; folders end with /.",
        .toolset = "repository",
        .call = {.path = "/projects/{project}/repository/tree?pagination=keyset"},
        .params =
            {
                kProject,
                {.name = "path", .description = "Folder; else the top."},
                kRef,
                {.name = "recursive", .kind = Kind::boolean},
                {.name = "limit",
                 .kind = Kind::integer,
                 .fallback = "100",
                 .min = 1,
                 .max = 100,
                 .wire = "per_page"},
                kCursor,
            },
        .paging = kLinkHeader,
        .keep = "path type",
        .source = "https://docs.gitlab.com/api/repositories/#list-repository-tree",
        .finish = to_paths,
    },
    {
        .name = "gitlab_get_file",
        .title = "Get file",
        .description = "Lines of a text file, numbered; or who wrote them (blame).",
        .toolset = "repository",
        .call = {.path = "/projects/{project}/repository/files/{path}/raw"},
        .params =
            {
                kProject,
                {.name = "path", .in = In::path, .required = true},
                {.name = "ref", .description = "Branch, tag or commit.", .fallback = "HEAD"},
                {.name = "start_line",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "1",
                 .min = 1},
                {.name = "max_lines",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "400",
                 .min = 1,
                 .max = 2000},
                {.name = "view", .in = In::none, .choices = "text|blame", .fallback = "text"},
            },
        .foreign = "text blame.author blame.title",
        .source = "https://docs.gitlab.com/api/repository_files/#get-raw-file-from-repository",
        .run = get_file,
    },
    {
        .name = "gitlab_list_commits",
        .title = "List commits",
        .description = "Commits of a branch or a file, newest first.",
        .toolset = "repository",
        .call = {.path = "/projects/{project}/repository/commits"},
        .params =
            {
                kProject,
                {.name = "ref", .description = "Branch, tag or commit.", .wire = "ref_name"},
                {.name = "path", .description = "Only those that changed it."},
                {.name = "author"},
                {.name = "since", .description = "ISO 8601, or 7d ago.", .kind = Kind::timestamp},
                {.name = "until", .kind = Kind::timestamp},
                {.name = "stats", .kind = Kind::boolean, .wire = "with_stats"},
                kLimit,
                kCursor,
            },
        .paging = kLinkHeader,
        .keep = "id=short_id title~200 author=author_name~100 at=committed_date "
                "added=stats.additions removed=stats.deletions",
        .source = "https://docs.gitlab.com/api/commits/#list-repository-commits",
        .finish = explain_no_commits,
    },
    {
        .name = "gitlab_get_commit",
        .title = "Get commit",
        .description =
            "A commit and the files it changed: counts (stat) or numbered lines (patch).",
        .toolset = "repository",
        .call = {.path = "/projects/{project}/repository/commits/{sha}?stats=true"},
        .params =
            {
                kProject,
                {.name = "sha", .in = In::path, .required = true},
                kDiff,
                kPaths,
            },
        .timeout_s = 45,
        .foreign = "message author files.path files.patch",
        .source = "https://docs.gitlab.com/api/commits/#get-a-single-commit",
        .run = get_commit,
    },
    {
        .name = "gitlab_compare_refs",
        .title = "Compare refs",
        .description = "Commits and changed files between two branches, tags or commits.",
        .toolset = "repository",
        .call = {.path = "/projects/{project}/repository/compare"},
        .params =
            {
                kProject,
                {.name = "from", .required = true},
                {.name = "to", .required = true},
                {.name = "straight",
                 .description = "From itself, not the merge base.",
                 .kind = Kind::boolean},
                kDiff,
                kPaths,
            },
        .timeout_s = 45,
        .foreign = "commits.title commits.author files.path files.patch",
        .source = "https://docs.gitlab.com/api/repositories/#compare-branches-tags-or-commits",
        .run = compare_refs,
    },
    {
        .name = "gitlab_list_releases",
        .title = "List releases",
        .description = "Releases with notes and assets, newest first; or the one of a tag.",
        .toolset = "repository",
        .call = {.path = "/projects/{project}/releases/{tag}|/projects/{project}/releases"},
        .params =
            {
                kProject,
                {.name = "tag", .in = In::path},
                {.name = "limit",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "5",
                 .min = 1,
                 .max = 50},
            },
        .foreign = "items.name items.notes items.assets",
        .source = "https://docs.gitlab.com/api/releases/#list-releases",
        .run = list_releases,
    },
    {
        .name = "gitlab_list_refs",
        .title = "List branches or tags",
        .description = "The branches or tags of a repository with their newest commit.",
        .toolset = "repository",
        .call = {.path = "/projects/{project}/repository/{kind}"},
        .params =
            {
                kProject,
                {.name = "kind", .in = In::path, .choices = "branches|tags", .fallback = "branches"
                },
                {.name = "search", .description = "In the name; ^a, a$ anchor it."},
                kLimit,
                kCursor,
            },
        .paging = kLinkHeader,
        .keep = "name default? protected? merged? id=commit.short_id title=commit.title~200 "
                "at=commit.committed_date",
        .source = "https://docs.gitlab.com/api/branches/",
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> repository_tools = kTools;

}  // namespace davit::connectors::gitlab

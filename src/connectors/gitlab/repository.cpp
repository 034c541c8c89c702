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
                {.name = "path", .description = "Folder; without it the top."},
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
        .paging = Paging::link_header,
        .keep = "path type",
        .source = "https://docs.gitlab.com/api/repositories/#list-repository-tree",
        .finish = to_paths,
    },
    {
        .name = "gitlab_get_file",
        .title = "Get file",
        .description = "Lines of a text file, numbered.",
        .toolset = "repository",
        .call = {.path = "/projects/{project}/repository/files/{path}/raw"},
        .params =
            {
                kProject,
                {.name = "path", .in = In::path, .required = true},
                {.name = "ref",
                 .description = "Branch, tag or commit; without it the default branch.",
                 .fallback = "HEAD"},
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
            },
        .foreign = "text",
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
                kLimit,
                kCursor,
            },
        .paging = Paging::link_header,
        .keep = "id=short_id title~200 author=author_name~100 at=committed_date",
        .source = "https://docs.gitlab.com/api/commits/#list-repository-commits",
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
                {.name = "search", .description = "In the name; ^a and a$ anchor it."},
                kLimit,
                kCursor,
            },
        .paging = Paging::link_header,
        .keep = "name default? protected? merged? id=commit.short_id title=commit.title~200 "
                "at=commit.committed_date",
        .source = "https://docs.gitlab.com/api/branches/",
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> repository_tools = kTools;

}  // namespace davit::connectors::gitlab

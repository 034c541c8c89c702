#include "connectors/gitlab/repository.h"
#include "connectors/gitlab/tables.h"

namespace davit::connectors::gitlab {
namespace {

constexpr Str kActionSchema =
    R"({"type":"object","properties":{"action":{"type":"string","enum":["create","update","delete","move","chmod"]},)"
    R"("path":{"type":"string"},"content":{"type":"string"},"old_str":{"type":"string"},)"
    R"("new_str":{"type":"string"},"encoding":{"type":"string","enum":["text","base64"]},)"
    R"("previous_path":{"type":"string"},"executable":{"type":"boolean"},)"
    R"("last_commit_id":{"type":"string"}},"required":["action","path"]})";

constexpr Tool kTools[] = {
    {
        .name = "gitlab_create_branch",
        .title = "Create branch",
        .description = "Create a branch. One that exists at the same commit is no failure.",
        .toolset = "repository",
        .effect = Effect::write,
        .idempotent = true,
        .call = {.method = http::Method::post, .path = "/projects/{project}/repository/branches"},
        .params =
            {
                kProject,
                {.name = "branch", .in = In::body, .required = true},
                {.name = "ref", .description = "Else the default branch.", .in = In::body},
            },
        .foreign = "title",
        .source = "https://docs.gitlab.com/api/branches/#create-repository-branch",
        .run = create_branch,
    },
    {
        .name = "gitlab_commit_files",
        .title = "Commit files",
        .description = "Commit changes to files. update takes the whole content, or old_str "
                       "(there exactly once) and new_str. delete needs access: full.",
        .toolset = "repository",
        .effect = Effect::write,
        .call = {.method = http::Method::post, .path = "/projects/{project}/repository/commits"},
        .params =
            {
                kProject,
                {.name = "branch", .in = In::body, .required = true},
                {.name = "message", .in = In::body, .required = true, .wire = "commit_message"},
                {.name = "start_branch", .description = "Creates branch from here.", .in = In::body
                },
                {.name = "actions",
                 .in = In::body,
                 .kind = Kind::object_list,
                 .required = true,
                 .max = 100,
                 .schema = kActionSchema},
            },
        .timeout_s = 60,
        .foreign = "title",
        .source = "https://docs.gitlab.com/api/commits/"
                  "#create-a-commit-with-multiple-files-and-actions",
        .run = commit_files,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> repository_write_tools = kTools;

}  // namespace davit::connectors::gitlab

#include "connectors/gitlab/pipelines.h"

#include <algorithm>

#include "connectors/gitlab/tables.h"

namespace davit::connectors::gitlab {
namespace {

// {"test": [{...}, {...}]} in the order in which the stages run. GitLab lists the newest job first.
void group_by_stage(const json::Object&, json::Object& answer) {
  if (!answer.contains("jobs") || !answer["jobs"].is_array()) return;
  auto jobs = std::move(answer["jobs"].get_array());
  std::ranges::reverse(jobs);
  json::Object stages(answer.storage());
  for (auto& job : jobs) {
    if (!job.is_object()) continue;
    auto const stage = std::string(json::find_string(job, "stage").value_or("unknown"));
    job.get_object().erase("stage");
    if (!stages.contains(stage)) stages[stage] = json::Array(answer.storage());
    stages[stage].get_array().push_back(std::move(job));
  }
  answer.erase("jobs");
  if (!stages.empty()) answer["stages"] = std::move(stages);
}

constexpr Param kPipeline{
    .name = "pipeline",
    .description = "Id, web address or 'latest'.",
    .in = In::path,
};

constexpr Tool kTools[] = {
    {
        .name = "gitlab_list_pipelines",
        .title = "List pipelines",
        .description = "Pipelines of a project or a merge request, newest first.",
        .toolset = "ci",
        .call =
            {.path = "/projects/{project}/merge_requests/{mr}/pipelines"
                     "|/projects/{project}/pipelines"},
        .params =
            {
                kProjectOrUrl,
                {.name = "mr", .description = "Number, or web address.", .in = In::path},
                {.name = "ref", .description = "Branch or tag.", .needs = "!mr"},
                {.name = "status",
                 .choices = "created|pending|running|success|failed|canceled|skipped|manual|"
                            "scheduled",
                 .needs = "!mr"},
                {.name = "source",
                 .choices = "push|web|trigger|schedule|api|pipeline|merge_request_event|"
                            "parent_pipeline",
                 .needs = "!mr"},
                {.name = "sha", .needs = "!mr"},
                {.name = "updated_after",
                 .description = "ISO 8601, or 24h, 7d, 2w ago.",
                 .kind = Kind::timestamp,
                 .needs = "!mr"},
                kLimit,
                kCursor,
            },
        .paging = Paging::link_header,
        .keep = "id status ref sha source name~ created=created_at updated=updated_at",
        .source = "https://docs.gitlab.com/api/pipelines/#list-project-pipelines",
    },
    {
        .name = "gitlab_get_pipeline",
        .title = "Get pipeline",
        .description = "A pipeline, the latest of a branch without an id, with its jobs by stage.",
        .toolset = "ci",
        .call =
            {.path = "/projects/{project}/pipelines/{pipeline}"
                     "|/projects/{project}/pipelines/latest"},
        .params =
            {
                kPipeline,
                kProjectOrUrl,
                {.name = "ref", .description = "Branch or tag of the latest.", .needs = "!pipeline"
                },
            },
        .keep = "id status ref sha source name~ user.username yaml_errors~ duration "
                "created=created_at finished=finished_at coverage url=web_url",
        .parts =
            {
                {.name = "jobs",
                 .path = "/projects/{project}/pipelines/{.id}/jobs?per_page=100",
                 .keep = "id name~200 status stage duration reason=failure_reason allow_failure?"},
                {.name = "downstream",
                 .path = "/projects/{project}/pipelines/{.id}/bridges",
                 .keep =
                     "name~200 status pipeline=downstream_pipeline{id project=project_id status}"},
            },
        .source = "https://docs.gitlab.com/api/pipelines/#get-a-single-pipeline",
        .finish = group_by_stage,
    },
    {
        .name = "gitlab_get_pipeline_failures",
        .title = "Get pipeline failures",
        .description = "Why a pipeline failed: the failed jobs, the telling lines of their logs, "
                       "the failed tests.",
        .toolset = "ci",
        .call =
            {.path = "/projects/{project}/pipelines/{pipeline}"
                     "|/projects/{project}/merge_requests/{mr}/pipelines?per_page=1"
                     "|/projects/{project}/pipelines/latest"},
        .params =
            {
                kPipeline,
                {.name = "mr",
                 .description = "Or the latest of this merge request: number or web address.",
                 .in = In::path,
                 .needs = "!pipeline"},
                {.name = "ref",
                 .description = "Or the latest of this branch.",
                 .needs = "!pipeline !mr"},
                kProjectOrUrl,
                {.name = "max_jobs",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "5",
                 .min = 1,
                 .max = 10},
                {.name = "lines_per_job",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "60",
                 .min = 5,
                 .max = 300},
            },
        .timeout_s = 60,
        .foreign = "jobs.name jobs.excerpt tests.cases",
        .source = "https://docs.gitlab.com/api/jobs/#list-all-jobs-for-a-pipeline",
        .run = get_pipeline_failures,
    },
    {
        .name = "gitlab_get_job_log",
        .title = "Get job log",
        .description = "A job's log: its end, a window from start_line, or the lines around a "
                       "text.",
        .toolset = "ci",
        .call = {.path = "/projects/{project}/jobs/{job}/trace"},
        .params =
            {
                {.name = "job",
                 .description = "Id or web address.",
                 .in = In::path,
                 .required = true},
                kProjectOrUrl,
                {.name = "lines",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "150",
                 .min = 1,
                 .max = 2000},
                {.name = "start_line",
                 .description = "From here instead of the end.",
                 .in = In::none,
                 .kind = Kind::integer,
                 .min = 1},
                {.name = "grep",
                 .description = "Only lines with this text, case ignored.",
                 .in = In::none},
                {.name = "context",
                 .description = "Lines around each.",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "2",
                 .min = 0,
                 .max = 20},
            },
        .timeout_s = 60,
        .result_bytes = 32 * 1024,
        .foreign = "log",
        .source = "https://docs.gitlab.com/api/jobs/#get-a-log-file",
        .run = get_job_log,
    },
    {
        .name = "gitlab_lint_ci",
        .title = "Check CI configuration",
        .description = "Whether a .gitlab-ci.yml is valid in a project, and what is wrong with it.",
        .toolset = "ci",
        .call = {.method = http::Method::post, .path = "/projects/{project}/ci/lint"},
        .params =
            {
                kProject,
                {.name = "content", .description = "The YAML.", .in = In::body, .required = true},
                {.name = "dry_run",
                 .description = "Simulate a pipeline, too.",
                 .in = In::body,
                 .kind = Kind::boolean},
                {.name = "ref", .description = "Branch of the dry run.", .in = In::body},
            },
        .keep = "valid errors~ warnings~",
        .source = "https://docs.gitlab.com/api/lint/",
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> pipeline_tools = kTools;

}  // namespace davit::connectors::gitlab

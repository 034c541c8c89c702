#include "connectors/gitlab/pipelines.h"

#include <algorithm>

#include "connector/failure.h"
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
  auto const* downstream = answer.if_contains("downstream");
  if (downstream != nullptr && downstream->is_array() && downstream->get_array().empty()) {
    answer.erase("downstream");
  }
  if (!stages.empty()) answer["stages"] = std::move(stages);
}

// The latest is looked for first, because its refusal needs an explanation.
Async<ApiRequest> pipeline_request(Invocation call) {
  if (!call.has("pipeline")) {
    auto const path = std::string("/projects/{project}/pipelines/latest");
    auto const found = co_await call.get(call.has("ref") ? path + "?ref={ref}" : path);
    if (!found) co_return explain_no_latest(found.error());
    auto const id = json::find_int(*found, "id");
    if (!id) co_return Error(ErrorKind::protocol, "GitLab answered without a pipeline");
    call.arguments()["pipeline"] = std::to_string(*id);
    call.arguments().erase("ref");
  }
  co_return build_request(call.tool(), call.arguments());
}

// What is committed is checked by a GET.
// https://docs.gitlab.com/api/lint/#validate-a-projects-ci-configuration
Async<ApiRequest> lint_request(Invocation call) {
  if (call.has("content")) co_return build_request(call.tool(), call.arguments());
  std::string path = "/projects/{project}/ci/lint?";
  if (call.has("ref")) path += "content_ref={ref}&dry_run_ref={ref}&";
  path += call.flag("include_jobs") ? "include_jobs=true&" : "";
  path += call.flag("dry_run") ? "dry_run=true" : "dry_run=false";
  ApiRequest request;
  DAVIT_CO_TRY(request.target, expand_path(path, call.arguments()));
  co_return request;
}

constexpr Param kPipeline{
    .name = "pipeline",
    .description = "Id, URL or 'latest'.",
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
                {.name = "mr", .description = "Number, a/b!12 or URL.", .in = In::path},
                {.name = "ref", .description = "Branch or tag.", .needs = "!mr"},
                {.name = "status",
                 .choices = "created|pending|running|success|failed|canceled|skipped|manual|"
                            "scheduled",
                 .needs = "!mr"},
                {.name = "source",
                 .choices = "push|web|schedule|api|pipeline|merge_request_event|parent_pipeline",
                 .needs = "!mr"},
                {.name = "sha", .needs = "!mr"},
                {.name = "updated_after",
                 .description = "ISO 8601, or 7d ago.",
                 .kind = Kind::timestamp,
                 .needs = "!mr"},
                kLimit,
                kCursor,
            },
        .paging = kLinkHeader,
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
        .foreign = "stages",
        .source = "https://docs.gitlab.com/api/pipelines/#get-a-single-pipeline",
        .make = pipeline_request,
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
                 .description = "Or the latest of it: number, a/b!12 or URL.",
                 .in = In::path,
                 .needs = "!pipeline"},
                {.name = "ref",
                 .description = "Or the latest of a branch.",
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
        .foreign = "yaml_errors jobs.name jobs.excerpt tests.cases downstream.name downstream.jobs",
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
                {.name = "job", .description = "Id or URL.", .in = In::path, .required = true},
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
        .name = "gitlab_get_job_artifact",
        .title = "Get job artifact",
        .description = "The files that a job left, or the text of one.",
        .toolset = "ci",
        .call =
            {.path = "/projects/{project}/jobs/{job}/artifacts/tree"
                     "|/projects/{project}/jobs/{job}/artifacts/{path}"},
        .params =
            {
                {.name = "job", .description = "Id or URL.", .in = In::path, .required = true},
                kProjectOrUrl,
                {.name = "path", .description = "Without it all are listed.", .in = In::path},
                {.name = "max_bytes",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "30000",
                 .min = 100,
                 .max = 40000},
            },
        .timeout_s = 60,
        .foreign = "files.path text",
        .source = "https://docs.gitlab.com/api/job_artifacts/",
        .run = get_job_artifact,
    },
    {
        .name = "gitlab_lint_ci",
        .title = "Check CI configuration",
        .description = "Whether a .gitlab-ci.yml is valid, and what is wrong with it.",
        .toolset = "ci",
        .call = {.method = http::Method::post, .path = "/projects/{project}/ci/lint"},
        .params =
            {
                kProject,
                {.name = "content", .description = "The YAML; else the file of ref.", .in = In::body
                },
                {.name = "ref", .in = In::body},
                {.name = "dry_run",
                 .description = "Simulate a pipeline, too.",
                 .in = In::body,
                 .kind = Kind::boolean},
                {.name = "include_jobs", .in = In::body, .kind = Kind::boolean},
            },
        .keep = "valid errors~ warnings~ jobs=jobs.name~100",
        .source = "https://docs.gitlab.com/api/lint/",
        .make = lint_request,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> pipeline_tools = kTools;

Error explain_no_latest(const Error& refusal) {
  if (http_status_of(refusal) != 403) return refusal;
  return Error(
             ErrorKind::not_found,
             "the ref or its newest commit has no pipeline, or the token's user may not see it; "
             "gitlab_list_pipelines shows which there are"
  )
      .with_detail(refusal.detail());
}

}  // namespace davit::connectors::gitlab

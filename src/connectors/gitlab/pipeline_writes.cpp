#include "connector/arguments.h"
#include "connector/invocation.h"
#include "connectors/gitlab/tables.h"

namespace davit::connectors::gitlab {
namespace {

// {"A": "1"} as the API has it: [{"key": "A", "value": "1"}].
json::Array to_pairs(const json::Value& variables) {
  json::Array pairs;
  auto const* object = variables.if_object();
  for (auto const& member : object == nullptr ? json::Object() : *object) {
    pairs.push_back(json::Object{{"key", member.key()}, {"value", to_plain_text(member.value())}});
  }
  return pairs;
}

// The row's own request with its variables as pairs under `name`.
Result<ApiRequest> with_variables(const Invocation& call, Str name) {
  DAVIT_TRY(auto request, build_request(call.tool(), call.arguments()));
  auto const* variables = call.arguments().if_contains("variables");
  if (variables == nullptr) return request;
  auto body = request.body.empty()
                  ? json::Value(json::Object())
                  : json::parse(request.body).value_or(json::Value(json::Object()));
  body.get_object()[name] = to_pairs(*variables);
  request.body = json::to_text(body);
  return request;
}

Async<ApiRequest> run_pipeline(Invocation call) { co_return with_variables(call, "variables"); }

Async<ApiRequest> control_pipeline(Invocation call) {
  co_return with_variables(call, "job_variables_attributes");
}

Result<> check_control(const json::Object& arguments) {
  auto const has_job = arguments.contains("job");
  if (has_job == arguments.contains("pipeline")) {
    return Error(ErrorKind::invalid_input, "give either pipeline or job");
  }
  auto const plays = text_of(arguments, "action") == "play";
  if (plays && !has_job) return Error(ErrorKind::invalid_input, "only a job can be played");
  if (!plays && arguments.contains("variables")) {
    return Error(ErrorKind::invalid_input, "only play takes variables");
  }
  return {};
}

constexpr Tool kTools[] = {
    {
        .name = "gitlab_run_pipeline",
        .title = "Run pipeline",
        .description = "Start a pipeline on a branch or tag.",
        .toolset = "ci",
        .effect = Effect::write,
        .call = {.method = http::Method::post, .path = "/projects/{project}/pipeline"},
        .params =
            {
                kProject,
                {.name = "ref", .in = In::body, .required = true},
                {.name = "variables",
                 .description = "Names and values.",
                 .in = In::none,
                 .kind = Kind::object},
                {.name = "inputs", .in = In::body, .kind = Kind::object},
            },
        .keep = "id status ref sha source created=created_at url=web_url",
        .source = "https://docs.gitlab.com/api/pipelines/#create-a-new-pipeline",
        .make = run_pipeline,
    },
    {
        .name = "gitlab_control_pipeline",
        .title = "Control pipeline",
        .description = "Retry or cancel a pipeline or job, or start (play) a manual job.",
        .toolset = "ci",
        .effect = Effect::destroy,
        .call =
            {.method = http::Method::post,
             .path = "/projects/{project}/pipelines/{pipeline}/{action}"
                     "|/projects/{project}/jobs/{job}/{action}"},
        .params =
            {
                {.name = "action", .in = In::path, .required = true, .choices = "retry|cancel|play"
                },
                {.name = "pipeline", .description = "Id or URL.", .in = In::path},
                {.name = "job", .description = "Id or URL.", .in = In::path},
                kProjectOrUrl,
                {.name = "variables",
                 .description = "Of a job to play.",
                 .in = In::none,
                 .kind = Kind::object},
            },
        .keep = "id name~200 status stage ref pipeline=pipeline.id url=web_url",
        .source = "https://docs.gitlab.com/api/jobs/#run-a-job",
        .check = check_control,
        .make = control_pipeline,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> pipeline_write_tools = kTools;

}  // namespace davit::connectors::gitlab

#include "connector/projection.h"
#include "connectors/pagerduty/parts.h"
#include "connectors/pagerduty/tables.h"

namespace davit::connectors::pagerduty {
namespace {

constexpr Keep kListed = "id name~150 description~200";
constexpr Keep kStarted = "id incident{id title=summary~200}";

constexpr Lookup kWorkflowLookup{
    .what = "incident workflow",
    .path = "/incident_workflows?query={.value}&limit=100",
    .root = "incident_workflows",
    .is_id = is_id,
};

// Without a workflow, what there is to start; nothing is changed then.
Async<json::Value> run_incident_workflow(Invocation call) {
  if (!call.has("workflow")) {
    DAVIT_CO_TRY(auto const answer, co_await call.get("/incident_workflows?limit=100"));
    json::Object out{{"note", "nothing was started: name one of these"}};
    out["complete"] = !json::find_bool(answer, "more").value_or(false);
    auto const* all = json::find(answer, "incident_workflows");
    if (all != nullptr) out["workflows"] = Projection(kListed).apply(*all, {});
    co_return out;
  }
  auto const given = std::string(call.text("incident"));
  if (given.empty()) co_return Error(ErrorKind::invalid_input, "incident is missing");
  DAVIT_CO_TRY(auto const incident, co_await incident_id(call, given));
  json::Value const body = json::Object{
      {"incident_workflow_instance",
       json::Object{
           {"incident", json::Object{{"id", incident}, {"type", "incident_reference"}}},
       }},
  };
  DAVIT_CO_TRY(
      auto const answer,
      co_await call.request(http::Method::post, "/incident_workflows/{workflow}/instances", body)
  );
  auto const* started = json::find(answer, "incident_workflow_instance");
  if (started == nullptr) co_return answered_without("the start of the workflow");
  co_return Projection(kStarted).apply(*started, {});
}

constexpr Tool kTools[] = {
    {
        .name = "pagerduty_run_incident_workflow",
        .title = "Run incident workflow",
        .description = "Start a workflow on an incident; without a workflow, lists them.",
        .toolset = "workflows",
        .effect = Effect::destroy,
        .offer = Offer::by_toolset,
        .call = {.method = http::Method::post, .path = "/incident_workflows/{workflow}/instances"},
        .params =
            {
                {.name = "workflow",
                 .description = "Name or id.",
                 .in = In::path,
                 .needs = "incident",
                 .lookup = &kWorkflowLookup},
                {.name = "incident", .description = "Id, number or web address.", .in = In::none},
            },
        .foreign = "workflows.name workflows.description incident.title",
        .scopes = "incident_workflows.read and incident_workflows:instances.write",
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1incident_workflows~1%7Bid%7D~1instances/post",
        .run = run_incident_workflow,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> workflow_tools = kTools;

}  // namespace davit::connectors::pagerduty

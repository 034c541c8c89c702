// Incident workflows, and starting one.
#include <fmt/format.h>

#include "sandbox/pagerduty/activity.h"
#include "sandbox/pagerduty/answers.h"
#include "sandbox/pagerduty/entities.h"

namespace davit::sandbox::pagerduty {
namespace {

using enum http::Method;

json::Object show(const World& world, const Workflow& workflow) {
  return {
      {"id", workflow.id},
      {"type", "incident_workflow"},
      {"name", workflow.name},
      {"description", workflow.description},
      {"created_at", stamp(workflow.created)},
      {"is_enabled", true},
      {"self", fmt::format("{}/incident_workflows/{}", world.base_url, workflow.id)},
      {"html_url", fmt::format("{}/flex-workflows/workflows/{}", world.at.pagerduty, workflow.id)}
  };
}

http::Response list(World& world, Call& call) {
  std::vector<const Workflow*> rows;
  for (auto const& workflow : world.store.workflows) {
    if (matches_query(call, workflow.name)) rows.push_back(&workflow);
  }
  return paged(call, "incident_workflows", rows, [&](auto const& row) { return show(world, row); });
}

http::Response one(World& world, Call& call) {
  auto const* workflow = find(world.store.workflows, call.arg("id"));
  if (workflow == nullptr) return not_found();
  return json_answer(json::Object{{"incident_workflow", show(world, *workflow)}});
}

http::Response start(World& world, Call& call) {
  auto const* workflow = find(world.store.workflows, call.arg("id"));
  if (workflow == nullptr) return not_found();
  auto const id = body_text(call.body, "incident_workflow_instance.incident.id");
  auto const* incident = find(world.store.incidents, id);
  if (incident == nullptr) return invalid("Incident could not be found");
  auto const given = body_text(call.body, "incident_workflow_instance.id");
  auto const* user = world.caller != nullptr ? world.caller : &world.store.users.front();
  write_log(
      world.store,
      *incident,
      {call.now,
       agent_of(*user),
       "incident_workflow_start",
       fmt::format("Workflow \"{}\" was started.", workflow->name)}
  );
  return json_answer(
      json::Object{
          {"incident_workflow_instance",
           json::Object{
               {"id", given.empty() ? world.store.new_id() : given},
               {"type", "incident_workflow_instance"},
               {"incident", reference(world, "incident", id)}
           }}
      },
      201
  );
}

constexpr Route<World> kRoutes[] = {
    {get, "/incident_workflows", list},
    {get, "/incident_workflows/:id", one},
    {post, "/incident_workflows/:id/instances", start},
};

}  // namespace

Routes workflow_routes() { return kRoutes; }

}  // namespace davit::sandbox::pagerduty

// Services, their integrations and what depends on them.
#include <algorithm>

#include "sandbox/pagerduty/answers.h"
#include "sandbox/pagerduty/entities.h"

namespace davit::sandbox::pagerduty {
namespace {

using enum http::Method;

http::Response list(World& world, Call& call) {
  std::vector<const BackingService*> rows;
  auto const name = call.text("name");
  for (auto const& service : world.store.services) {
    if (!matches_query(call, service.name) || (name && service.name != *name)) continue;
    if (fits_any(call.list("team_ids[]"), service.teams)) rows.push_back(&service);
  }
  std::ranges::sort(rows, {}, &BackingService::name);
  if (call.text("sort_by") == "name:desc") std::ranges::reverse(rows);
  return paged(call, "services", rows, [&](auto const& row) { return show_service(world, row); });
}

Or<const BackingService*> service_of(const World& world, const Call& call) {
  auto const* service = find(world.store.services, call.arg("id"));
  if (service == nullptr) return not_found();
  return service;
}

http::Response one(World& world, Call& call) {
  DAVIT_TRY(auto const* const service, service_of(world, call));
  return json_answer(json::Object{{"service", show_service(world, *service)}});
}

http::Response one_integration(World& world, Call& call) {
  DAVIT_TRY(auto const* const service, service_of(world, call));
  auto const* integration = find(service->integrations, call.arg("integration"));
  if (integration == nullptr) return not_found();
  return json_answer(json::Object{{"integration", show_integration(world, *service, *integration)}}
  );
}

json::Object end_of(std::string_view id) {
  return {{"id", id}, {"type", "technical_service_reference"}};
}

http::Response dependencies(World& world, Call& call) {
  DAVIT_TRY(auto const* const service, service_of(world, call));
  json::Array relationships;
  for (auto const& one : world.store.dependencies) {
    if (one.supporting != service->id && one.dependent != service->id) continue;
    relationships.push_back(json::Object{
        {"id", one.id},
        {"type", "service_dependency"},
        {"supporting_service", end_of(one.supporting)},
        {"dependent_service", end_of(one.dependent)}
    });
  }
  return json_answer(json::Object{{"relationships", std::move(relationships)}});
}

constexpr Route<World> kRoutes[] = {
    {get, "/services", list},
    {get, "/services/:id", one},
    {get, "/services/:id/integrations/:integration", one_integration},
    {get, "/service_dependencies/technical_services/:id", dependencies},
};

}  // namespace

Routes service_routes() { return kRoutes; }

}  // namespace davit::sandbox::pagerduty

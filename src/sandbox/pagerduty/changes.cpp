// Change events: what was deployed. Newest first.
#include "sandbox/pagerduty/changes.h"

#include <algorithm>

#include "sandbox/pagerduty/answers.h"
#include "sandbox/pagerduty/entities.h"
#include "sandbox/sorted.h"

namespace davit::sandbox::pagerduty {
namespace {

using enum http::Method;

// "As a UTC ISO 8601 datetime string. Will return an HTTP 400 for non-UTC datetimes."
bool is_utc(const Call& call, std::string_view name) {
  auto const text = call.text(name);
  return !text || text->ends_with('Z');
}

http::Response list(const World& world, const Call& call, std::string_view service) {
  if (!is_utc(call, "since") || !is_utc(call, "until")) return invalid("Times must be in UTC");
  DAVIT_TRY(auto const since, time_param(call, "since"));
  DAVIT_TRY(auto const until, time_param(call, "until"));
  auto rows = newest_changes(world.store);
  std::erase_if(rows, [&](auto const* change) {
    if (!service.empty() && change->service != service) return true;
    if ((since && change->created < *since) || (until && change->created > *until)) return true;
    auto const* owner = find(world.store.services, change->service);
    if (owner != nullptr && !fits_any(call.list("team_ids[]"), owner->teams)) return true;
    return !fits(call.list("integration_ids[]"), change->integration);
  });
  return paged(call, "change_events", rows, [&](auto const& row) {
    return show_change(world, row);
  });
}

http::Response list_all(World& world, Call& call) { return list(world, call, ""); }

http::Response list_of_service(World& world, Call& call) {
  auto const* service = find(world.store.services, call.arg("id"));
  if (service == nullptr) return not_found();
  return list(world, call, service->id);
}

http::Response one(World& world, Call& call) {
  auto const* change = find(world.store.changes, call.arg("id"));
  if (change == nullptr) return not_found();
  return json_answer(json::Object{{"change_event", show_change(world, *change)}});
}

constexpr Route<World> kRoutes[] = {
    {get, "/change_events", list_all},
    {get, "/change_events/:id", one},
    {get, "/services/:id/change_events", list_of_service},
};

}  // namespace

std::vector<const ChangeEvent*> newest_changes(const Store& store) {
  std::vector<const ChangeEvent*> rows;
  for (auto const& change : store.changes) rows.push_back(&change);
  sort_keeping_order(rows, std::ranges::greater(), &ChangeEvent::created);
  return rows;
}

Routes change_routes() { return kRoutes; }

}  // namespace davit::sandbox::pagerduty

// Log entries, of one incident and of the account. Newest first.
#include <algorithm>

#include "sandbox/pagerduty/answers.h"
#include "sandbox/pagerduty/entities.h"
#include "sandbox/pagerduty/incidents.h"
#include "sandbox/sorted.h"

namespace davit::sandbox::pagerduty {
namespace {

using enum http::Method;

bool is_of_team(const World& world, const LogEntry& entry, const std::vector<std::string>& teams) {
  if (teams.empty()) return true;
  auto const* incident = find(world.store.incidents, entry.incident);
  if (incident == nullptr) return false;
  auto const* service = find(world.store.services, incident->service);
  return service != nullptr && fits_any(teams, service->teams);
}

http::Response list(const World& world, const Call& call, std::string_view incident) {
  DAVIT_TRY(auto const since, time_param(call, "since"));
  DAVIT_TRY(auto const until, time_param(call, "until"));
  std::vector<const LogEntry*> rows;
  for (auto const& entry : world.store.log_entries) {
    if (!incident.empty() && entry.incident != incident) continue;
    if ((since && entry.created < *since) || (until && entry.created > *until)) continue;
    if (call.flag("is_overview") && !entry.is_important) continue;
    if (is_of_team(world, entry, call.list("team_ids[]"))) rows.push_back(&entry);
  }
  std::ranges::reverse(rows);
  sort_keeping_order(rows, std::ranges::greater(), &LogEntry::created);
  return paged(call, "log_entries", rows, [&](auto const& row) {
    return show_log_entry(world, row);
  });
}

http::Response list_all(World& world, Call& call) { return list(world, call, ""); }

http::Response list_of_incident(World& world, Call& call) {
  DAVIT_TRY(auto* const incident, incident_of(world, call));
  return list(world, call, incident->id);
}

http::Response one(World& world, Call& call) {
  auto const* entry = find(world.store.log_entries, call.arg("id"));
  if (entry == nullptr) return not_found();
  return json_answer(json::Object{{"log_entry", show_log_entry(world, *entry)}});
}

constexpr Route<World> kRoutes[] = {
    {get, "/log_entries", list_all},
    {get, "/log_entries/:id", one},
    {get, "/incidents/:id/log_entries", list_of_incident},
};

}  // namespace

Routes log_routes() { return kRoutes; }

}  // namespace davit::sandbox::pagerduty

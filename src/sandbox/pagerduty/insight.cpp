// What PagerDuty finds out about an incident: past and related ones, how rare it is, and what
// changed before it.
#include <algorithm>

#include <fmt/format.h>

#include "sandbox/pagerduty/answers.h"
#include "sandbox/pagerduty/changes.h"
#include "sandbox/pagerduty/entities.h"
#include "sandbox/pagerduty/incidents.h"
#include "sandbox/sorted.h"

namespace davit::sandbox::pagerduty {
namespace {

using enum http::Method;

// "Past Incidents returns Incidents within the past 6 months".
constexpr std::chrono::days kMemory{182};

Or<const Incident*> incident_with_aiops(World& world, const Call& call) {
  if (!world.options.aiops) {
    return error(
        402,
        2014,
        "Account does not have the abilities to perform the action.",
        {"The account needs AIOps"}
    );
  }
  DAVIT_TRY(auto* const incident, incident_of(world, call));
  return incident;
}

json::Object brief(const World& world, const Incident& incident) {
  return {
      {"id", incident.id},
      {"created_at", stamp(incident.created)},
      {"self", fmt::format("{}/incidents/{}", world.base_url, incident.id)},
      {"title", incident.title}
  };
}

// The part of a title without its numbers: "harbor-api: failure rate increase ".
std::string_view theme(std::string_view title) { return title.substr(0, title.find('(')); }

double score(const Incident& a, const Incident& b) {
  return theme(a.title) == theme(b.title) ? 46.8249 : 3.25;
}

std::vector<const Incident*> past_of(const World& world, const Incident& incident) {
  std::vector<const Incident*> past;
  for (auto const& other : world.store.incidents) {
    if (other.service != incident.service || other.is_open() || &other == &incident) continue;
    if (other.created > incident.created || other.created < incident.created - kMemory) continue;
    past.push_back(&other);
  }
  std::ranges::reverse(past);
  sort_keeping_order(past, [&](auto const* a, auto const* b) {
    return score(*a, incident) > score(*b, incident);
  });
  return past;
}

http::Response past_incidents(World& world, Call& call) {
  DAVIT_TRY(auto const* const incident, incident_with_aiops(world, call));
  auto const limit = std::clamp<std::int64_t>(call.integer("limit").value_or(5), 1, 999);
  auto const past = past_of(world, *incident);
  json::Array shown;
  for (auto const* other : past) {
    if (static_cast<std::int64_t>(shown.size()) == limit) break;
    shown.push_back(
        json::Object{{"incident", brief(world, *other)}, {"score", score(*other, *incident)}}
    );
  }
  json::Object answer{{"past_incidents", std::move(shown)}, {"limit", limit}, {"total", nullptr}};
  if (call.flag("total")) answer["total"] = past.size();
  return json_answer(answer);
}

const Dependency* between(const World& world, std::string_view a, std::string_view b) {
  for (auto const& one : world.store.dependencies) {
    if (one.supporting == a && one.dependent == b) return &one;
    if (one.supporting == b && one.dependent == a) return &one;
  }
  return nullptr;
}

json::Object service_end(const World& world, const std::string& id) {
  return {
      {"id", id},
      {"type", "technical_service_reference"},
      {"self", fmt::format("{}/services/{}", world.base_url, id)}
  };
}

// Open ones on services next to its own.
http::Response related_incidents(World& world, Call& call) {
  DAVIT_TRY(auto const* const incident, incident_with_aiops(world, call));
  json::Array shown;
  for (auto const& other : world.store.incidents) {
    auto const* dependency = between(world, incident->service, other.service);
    if (!other.is_open() || dependency == nullptr) continue;
    shown.push_back(json::Object{
        {"incident", brief(world, other)},
        {"relationships",
         json::Array{json::Object{
             {"type", "service_dependency"},
             {"metadata",
              json::Object{
                  {"dependent_services", service_end(world, dependency->dependent)},
                  {"supporting_services", service_end(world, dependency->supporting)}
              }}
         }}}
    });
  }
  return json_answer(json::Object{{"related_incidents", std::move(shown)}});
}

http::Response outlier_incident(World& world, Call& call) {
  DAVIT_TRY(auto const* const incident, incident_with_aiops(world, call));
  auto const past = past_of(world, *incident);
  auto const count = std::ranges::count_if(past, [&](auto const* other) {
    return theme(other->title) == theme(incident->title);
  });
  auto shown = brief(world, *incident);
  shown["occurrence"] = json::Object{
      {"count", count},
      {"frequency", static_cast<double>(count) / static_cast<double>(past.size() + 1)},
      {"category",
       count == 0   ? "novel"
       : count < 10 ? "rare"
                    : "frequent"},
      {"since", stamp(incident->created - kMemory)},
      {"until", stamp(incident->created)}
  };
  return json_answer(json::Object{
      {"outlier_incident",
       json::Object{
           {"incident", std::move(shown)},
           {"incident_template",
            json::Object{
                {"id", "PX3P1PX"},
                {"cluster_id", "P2B3X5"},
                {"mined_text", fmt::format("{}<*>", theme(incident->title))}
            }}
       }}
  });
}

http::Response related_changes(World& world, Call& call) {
  DAVIT_TRY(auto const* const incident, incident_of(world, call));
  auto rows = newest_changes(world.store);
  std::erase_if(rows, [&](auto const* change) {
    auto const is_near = change->service == incident->service ||
                         between(world, change->service, incident->service) != nullptr;
    auto const age = incident->created - change->created;
    return !is_near || age < age.zero() || age > std::chrono::days(2);
  });
  bool is_first = true;
  return paged(call, "change_events", rows, [&](auto const& change) {
    auto shown = show_change(world, change);
    auto const is_own = change.service == incident->service;
    auto const reason = !is_own ? "related_service" : is_first ? "most_recent" : "intelligent";
    is_first = is_first && !is_own;
    shown["correlation_reason"] = json::Object{{"reason", reason}};
    return shown;
  });
}

constexpr Route<World> kRoutes[] = {
    {get, "/incidents/:id/past_incidents", past_incidents},
    {get, "/incidents/:id/related_incidents", related_incidents},
    {get, "/incidents/:id/outlier_incident", outlier_incident},
    {get, "/incidents/:id/related_change_events", related_changes},
};

}  // namespace

Routes insight_routes() { return kRoutes; }

}  // namespace davit::sandbox::pagerduty

// Incidents: the list, one, a new one. developer.pagerduty.com/api-reference, "Incidents".
#include "sandbox/pagerduty/incidents.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/pagerduty/activity.h"
#include "sandbox/pagerduty/answers.h"
#include "sandbox/pagerduty/entities.h"
#include "sandbox/sorted.h"

namespace davit::sandbox::pagerduty {
namespace {

using enum http::Method;

constexpr std::chrono::days kDefaultRange{31};
constexpr std::chrono::days kWidestRange{184};

struct Range {
  Time since{};
  Time until{};
};

// Without a date the last month counts, unless date_range is "all".
Or<Range> range_of(const Call& call) {
  if (call.text("date_range") == "all") return Range{Time::min(), Time::max()};
  DAVIT_TRY(auto const since, time_param(call, "since"));
  DAVIT_TRY(auto const until, time_param(call, "until"));
  Range range;
  range.until = until.value_or(since ? std::max(call.now, *since) : call.now);
  range.since = since.value_or(range.until - kDefaultRange);
  if (range.since > range.until) return invalid("since must be before until");
  if (range.until - range.since > kWidestRange) return invalid("Time range must be under 6 months");
  return range;
}

// One "field:direction" of sort_by.
bool is_before(const Incident& a, const Incident& b, std::string_view field) {
  if (field == "incident_number") return a.number < b.number;
  if (field == "resolved_at") return a.resolved < b.resolved;
  if (field == "urgency") return a.urgency > b.urgency;  // low before high
  return a.created < b.created;
}

// By sort_by; says what is wrong with it.
std::optional<http::Response> sort(const Call& call, std::vector<const Incident*>& rows) {
  constexpr std::string_view kFields[] = {
      "incident_number", "created_at", "resolved_at", "urgency"
  };
  sort_keeping_order(rows, {}, &Incident::created);
  auto const wanted = call.text("sort_by").value_or("");
  if (wanted.empty()) return std::nullopt;
  auto keys = split(wanted, ',');
  std::ranges::reverse(keys);  // the first counts most, so it sorts last
  for (auto const key : keys) {
    auto const field = key.substr(0, key.find(':'));
    auto const direction = key.find(':') == key.npos ? "asc" : key.substr(key.find(':') + 1);
    auto const is_known = std::ranges::find(kFields, field) != std::end(kFields);
    if (!is_known || (direction != "asc" && direction != "desc")) {
      return invalid("sort_by must be a field and asc or desc");
    }
    sort_keeping_order(rows, [&](auto const* a, auto const* b) {
      return direction == "asc" ? is_before(*a, *b, field) : is_before(*b, *a, field);
    });
  }
  return std::nullopt;
}

bool has_alert_key(const Store& store, const Incident& incident, std::string_view key) {
  return std::ranges::any_of(store.alerts, [&](auto const& alert) {
    return alert.incident == incident.id && alert.key == key;
  });
}

bool is_assigned(const Incident& incident, const std::vector<std::string>& users) {
  return users.empty() || std::ranges::any_of(incident.assignments, [&](auto const& mark) {
           return is_among(users, mark.user);
         });
}

bool fits_filters(const World& world, const Call& call, const Incident& incident) {
  auto const* service = find(world.store.services, incident.service);
  auto const key = call.text("incident_key");
  return fits(call.list("statuses[]"), incident.status) &&
         fits(call.list("urgencies[]"), incident.urgency) &&
         fits(call.list("service_ids[]"), incident.service) &&
         fits(call.list("priority_ids[]"), incident.priority) &&
         is_assigned(incident, call.list("user_ids[]")) &&
         (service == nullptr || fits_any(call.list("team_ids[]"), service->teams)) &&
         (!key || incident.key == *key || has_alert_key(world.store, incident, *key));
}

http::Response list_incidents(World& world, Call& call) {
  constexpr std::string_view kStatuses[] = {"triggered", "acknowledged", "resolved"};
  for (auto const& status : call.list("statuses[]")) {
    if (std::ranges::find(kStatuses, status) == std::end(kStatuses)) {
      return invalid("statuses[] must be triggered, acknowledged or resolved");
    }
  }
  DAVIT_TRY(auto const range, range_of(call));
  std::vector<const Incident*> rows;
  for (auto const& incident : world.store.incidents) {
    if (incident.created < range.since || incident.created > range.until) continue;
    if (fits_filters(world, call, incident)) rows.push_back(&incident);
  }
  if (auto refused = sort(call, rows)) return *std::move(refused);
  return paged(call, "incidents", rows, [&](auto const& row) { return show_incident(world, row); });
}

http::Response show_one(World& world, Call& call) {
  DAVIT_TRY(auto* const incident, incident_of(world, call));
  return json_answer(json::Object{{"incident", show_incident(world, *incident)}});
}

// The first assignee of the body, checked.
Or<std::string> assignee_of(const World& world, const json::Value& given) {
  auto const user = body_text(given, "assignments.0.assignee.id");
  if (user.empty()) return user;
  if (json::find(given, "escalation_policy") != nullptr) {
    return invalid("Assignments and escalation policy cannot be given together");
  }
  if (find(world.store.users, user) == nullptr) return invalid("Assignee could not be found");
  return user;
}

http::Response create(World& world, Call& call) {
  auto& store = world.store;
  DAVIT_TRY(auto const* const from, sender(world, call));
  auto const* given = json::find(call.body, "incident");
  if (given == nullptr || !given->is_object()) return invalid("Incident is missing");
  Incident incident;
  incident.title = body_text(*given, "title");
  if (incident.title.empty()) return invalid("Title cannot be empty");
  auto const* service = find(store.services, body_text(*given, "service.id"));
  if (service == nullptr) return invalid("Service cannot be empty");
  DAVIT_TRY(auto const assignee, assignee_of(world, *given));
  incident.service = service->id;
  incident.key = body_text(*given, "incident_key");
  for (auto const& other : store.incidents) {
    auto const is_same = other.service == service->id && other.key == incident.key;
    if (!incident.key.empty() && is_same && other.is_open()) {
      return invalid("Open incident with matching dedup key already exists on this service");
    }
  }
  incident.policy = body_text(*given, "escalation_policy.id");
  if (incident.policy.empty()) incident.policy = service->policy;
  if (find(store.policies, incident.policy) == nullptr) {
    return invalid("Escalation policy could not be found");
  }
  DAVIT_TRY(incident.priority, priority_of(world, *given));
  auto const urgency = body_text(*given, "urgency");
  if (!urgency.empty()) incident.urgency = urgency;
  auto const type = body_text(*given, "incident_type.name");
  if (!type.empty()) incident.type = type;
  incident.details = body_text(*given, "body.details");
  if (auto const* bridge = json::find_object(*given, "conference_bridge")) {
    incident.bridge = *bridge;
  }
  incident.created = call.now;
  if (!assignee.empty()) {
    incident.assignments = {{call.now, assignee}};
    incident.assigned_via = "direct_assignment";
  }
  auto const& added = trigger(store, std::move(incident), agent_of(*from), {{"type", "website"}});
  return json_answer(json::Object{{"incident", show_incident(world, added)}}, 201);
}

constexpr Route<World> kRoutes[] = {
    {get, "/incidents", list_incidents},
    {get, "/incidents/:id", show_one},
    {post, "/incidents", create},
};

}  // namespace

Incident* find_incident(World& world, std::string_view id_or_number) {
  for (auto& incident : world.store.incidents) {
    if (incident.id == id_or_number) return &incident;
    if (fmt::format("{}", incident.number) == id_or_number) return &incident;
  }
  return nullptr;
}

Or<Incident*> incident_of(World& world, const Call& call) {
  auto* incident = find_incident(world, call.arg("id"));
  if (incident == nullptr) return not_found();
  return incident;
}

Or<std::string> priority_of(const World& world, const json::Value& given) {
  auto const* value = json::find(given, "priority");
  if (value == nullptr || value->is_null()) return std::string();
  auto const name =
      value->is_string() ? std::string(json::view(value->get_string())) : body_text(*value, "id");
  for (auto const& priority : world.store.priorities) {
    if (priority.id == name || priority.name == name) return priority.id;
  }
  return invalid("Priority could not be found");
}

Routes incident_routes() { return kRoutes; }

}  // namespace davit::sandbox::pagerduty

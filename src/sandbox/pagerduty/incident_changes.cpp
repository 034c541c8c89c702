// Incidents that change: bulk and single updates, snooze, merge.
#include <algorithm>

#include <fmt/format.h>

#include "sandbox/pagerduty/activity.h"
#include "sandbox/pagerduty/answers.h"
#include "sandbox/pagerduty/entities.h"
#include "sandbox/pagerduty/incidents.h"

namespace davit::sandbox::pagerduty {
namespace {

using enum http::Method;

// "Manage Incidents": "A maximum of 250 incidents may be updated at a time."
constexpr std::size_t kMostAtOnce = 250;
constexpr std::int64_t kLongestSnooze = 604800;

struct Change {
  Incident* incident = nullptr;
  std::string status;
  std::string resolution;
  std::string title;
  std::string urgency;
  std::string priority;
  std::string type;
  std::string policy;
  std::vector<std::string> assignees;
  std::optional<std::int64_t> level;
  json::Object bridge;
};

Or<Change> read_assignment(const World& world, const json::Value& given, Change change) {
  auto const& store = world.store;
  change.policy = body_text(given, "escalation_policy.id");
  if (auto const* assignments = json::find_array(given, "assignments")) {
    for (auto const& one : *assignments) {
      change.assignees.push_back(body_text(one, "assignee.id"));
      if (find(store.users, change.assignees.back()) == nullptr) {
        return invalid("Assignee could not be found");
      }
    }
  }
  if (!change.assignees.empty() && !change.policy.empty()) {
    return invalid("Assignments and escalation policy cannot be given together");
  }
  if (!change.policy.empty() && find(store.policies, change.policy) == nullptr) {
    return invalid("Escalation policy could not be found");
  }
  change.level = json::find_int(given, "escalation_level");
  auto const& id = change.policy.empty() ? change.incident->policy : change.policy;
  auto const* policy = find(store.policies, id);
  auto const levels = policy == nullptr ? 0 : static_cast<std::int64_t>(policy->rules.size());
  if (change.level && (*change.level < 1 || *change.level > levels)) {
    return invalid("Escalation level does not exist");
  }
  return change;
}

Or<Change> read_change(World& world, const json::Value& given, Incident* incident) {
  constexpr std::string_view kStatuses[] = {"", "triggered", "acknowledged", "resolved"};
  if (incident == nullptr) return not_found();
  Change change{.incident = incident};
  change.status = body_text(given, "status");
  if (std::ranges::find(kStatuses, change.status) == std::end(kStatuses)) {
    return invalid("Status is not valid");
  }
  if (!incident->merged_into.empty()) return error(400, 1019, "Incident Already Merged");
  if (change.status == "resolved" && !incident->is_open()) {
    return error(400, 1001, "Incident Already Resolved", {"Incident Already Resolved"});
  }
  change.resolution = body_text(given, "resolution");
  change.title = body_text(given, "title");
  change.urgency = body_text(given, "urgency");
  change.type = body_text(given, "incident_type.name");
  if (!change.urgency.empty() && change.urgency != "high" && change.urgency != "low") {
    return invalid("Urgency must be high or low");
  }
  DAVIT_TRY(change.priority, priority_of(world, given));
  if (auto const* bridge = json::find_object(given, "conference_bridge")) change.bridge = *bridge;
  return read_assignment(world, given, std::move(change));
}

void set_if(std::string& field, const std::string& value) {
  if (!value.empty()) field = value;
}

void change_assignment(World& world, const Change& change, const User& from, Time at) {
  auto& incident = *change.incident;
  set_if(incident.policy, change.policy);
  if (change.level || !change.policy.empty()) {
    escalate(world.store, incident, static_cast<int>(change.level.value_or(1)), agent_of(from), at);
  }
  if (change.assignees.empty()) return;
  std::vector<Mark> marks;
  for (auto const& user : change.assignees) {
    assign(world.store, incident, user, at, agent_of(from));
    marks.push_back({at, user});
  }
  incident.assignments = std::move(marks);
  incident.assigned_via = "direct_assignment";
}

void apply(World& world, const Change& change, const User& from, Time at) {
  auto& incident = *change.incident;
  auto& store = world.store;
  if (change.status == "acknowledged") acknowledge(store, incident, from, at);
  if (change.status == "resolved") resolve(store, incident, agent_of(from), at, change.resolution);
  if (change.status == "triggered" && incident.status != "triggered") {
    set_triggered(store, incident, agent_of(from), at);
  }
  set_if(incident.title, change.title);
  set_if(incident.urgency, change.urgency);
  set_if(incident.type, change.type);
  if (!change.priority.empty() && change.priority != incident.priority) {
    incident.priority = change.priority;
    write_log(
        store,
        incident,
        {at,
         agent_of(from),
         "priority_change",
         fmt::format(
             "{} changed the priority to {}.",
             from.name,
             find(store.priorities, change.priority)->name
         )}
    );
  }
  if (!change.bridge.empty()) incident.bridge = change.bridge;
  incident.updated = at;
  change_assignment(world, change, from, at);
}

// Nothing changes when one of them cannot.
http::Response change_many(World& world, Call& call) {
  DAVIT_TRY(auto const* const from, sender(world, call));
  auto const* given = json::find_array(call.body, "incidents");
  if (given == nullptr || given->empty()) return invalid("Incidents is missing");
  if (given->size() > kMostAtOnce) return error(413, 2001, "Request Entity Too Large");
  std::vector<Change> changes;
  for (auto const& one : *given) {
    DAVIT_TRY(
        auto change, read_change(world, one, find(world.store.incidents, body_text(one, "id")))
    );
    changes.push_back(std::move(change));
  }
  json::Array shown;
  for (auto const& change : changes) {
    apply(world, change, *from, call.now);
    shown.push_back(show_incident(world, *change.incident));
  }
  auto const count = shown.size();
  return json_answer(page_answer(call, "incidents", std::move(shown), Page{}, count));
}

http::Response change_one(World& world, Call& call) {
  DAVIT_TRY(auto const* const from, sender(world, call));
  auto const* given = json::find(call.body, "incident");
  if (given == nullptr) return invalid("Incident is missing");
  DAVIT_TRY(auto const change, read_change(world, *given, find_incident(world, call.arg("id"))));
  apply(world, change, *from, call.now);
  return json_answer(json::Object{{"incident", show_incident(world, *change.incident)}});
}

http::Response snooze(World& world, Call& call) {
  DAVIT_TRY(auto const* const from, sender(world, call));
  DAVIT_TRY(auto* const incident, incident_of(world, call));
  auto const duration = json::find_int(call.body, "duration").value_or(0);
  if (duration < 1 || duration > kLongestSnooze) {
    return invalid("Duration must be between 1 and 604800 seconds");
  }
  if (!incident->is_open()) return error(400, 1012, "Incident cannot be snoozed");
  auto& store = world.store;
  if (incident->status != "acknowledged") acknowledge(store, *incident, *from, call.now);
  incident->snoozed_until = call.now + std::chrono::seconds(duration);
  incident->updated = call.now;
  write_log(
      store,
      *incident,
      {call.now,
       agent_of(*from),
       "snooze",
       fmt::format("Snoozed by {} for {} seconds.", from->name, duration)}
  );
  return json_answer(json::Object{{"incident", show_incident(world, *incident)}}, 201);
}

void merge_one(World& world, Incident& source, const Incident& target, const User& from, Time at) {
  for (auto& alert : world.store.alerts) {
    if (alert.incident == source.id) alert.incident = target.id;
  }
  if (source.is_open()) resolve(world.store, source, agent_of(from), at);
  source.merged_into = target.id;
  write_log(
      world.store,
      target,
      {at, agent_of(from), "merge", fmt::format("Merged [#{}] into it.", source.number)}
  );
}

http::Response merge(World& world, Call& call) {
  DAVIT_TRY(auto const* const from, sender(world, call));
  DAVIT_TRY(auto* const target, incident_of(world, call));
  auto const* given = json::find_array(call.body, "source_incidents");
  if (given == nullptr || given->empty()) return invalid("Source incidents is missing");
  std::vector<Incident*> sources;
  for (auto const& one : *given) {
    auto* source = find(world.store.incidents, body_text(one, "id"));
    if (source == nullptr) return not_found();
    if (source == target) return invalid("An incident cannot be merged with itself");
    if (!source->merged_into.empty()) return error(400, 1019, "Incident Already Merged");
    sources.push_back(source);
  }
  for (auto* source : sources) merge_one(world, *source, *target, *from, call.now);
  return json_answer(json::Object{{"incident", reference(world, "incident", target->id)}});
}

constexpr Route<World> kRoutes[] = {
    {put, "/incidents", change_many},
    {put, "/incidents/:id", change_one},
    {post, "/incidents/:id/snooze", snooze},
    {put, "/incidents/:id/merge", merge},
};

}  // namespace

Routes incident_change_routes() { return kRoutes; }

}  // namespace davit::sandbox::pagerduty

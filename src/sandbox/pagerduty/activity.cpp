#include "sandbox/pagerduty/activity.h"

#include <fmt/format.h>

#include "sandbox/pagerduty/oncall.h"

namespace davit::sandbox::pagerduty {
namespace {

void set_status(Incident& incident, std::string_view status, const Agent& by, Time at) {
  incident.status = status;
  incident.changed = at;
  incident.updated = at;
  incident.changed_by_kind = by.kind;
  incident.changed_by = by.id;
  if (status == "resolved") {
    incident.resolved = at;
    incident.assignments.clear();
    incident.acknowledgements.clear();
    incident.snoozed_until.reset();
  } else {
    incident.resolved.reset();
  }
}

void assign_to_policy(Store& store, Incident& incident, Time at, const Agent& by) {
  incident.assigned_via = "escalation_policy";
  auto const* policy = find(store.policies, incident.policy);
  if (policy == nullptr) return;
  // A level without anybody on call is passed over.
  for (; incident.level <= static_cast<int>(policy->rules.size()); ++incident.level) {
    auto const user = on_call(store, *policy, incident.level, at);
    if (user.empty()) continue;
    assign(store, incident, user, at, by);
    return;
  }
}

}  // namespace

Agent agent_of(const User& user) { return {"user", user.id, user.name}; }
Agent agent_of(const BackingService& service) { return {"service", service.id, service.name}; }

void write_log(Store& store, const Incident& incident, Event event) {
  store.log_entries.push_back(
      {.id = store.new_id("R"),
       .type = std::move(event.type),
       .created = event.at,
       .agent_kind = event.by.kind,
       .agent = event.by.id,
       .incident = incident.id,
       .summary = std::move(event.summary),
       .channel = std::move(event.channel),
       .is_important = event.is_important}
  );
}

Incident& trigger(Store& store, Incident incident, const Agent& by, json::Object channel) {
  if (incident.id.empty()) incident.id = store.new_id("Q");
  if (incident.number == 0) incident.number = store.incidents.back().number + 1;
  auto const at = incident.created;
  incident.updated = at;
  incident.changed = at;
  incident.changed_by_kind = by.kind;
  incident.changed_by = by.id;
  auto& added = store.incidents.emplace_back(std::move(incident));
  auto const summary = by.kind == "user"
                           ? fmt::format("Triggered by {} through the website.", by.name)
                           : fmt::format("Triggered through the API.");
  write_log(store, added, {at, by, "trigger", summary, std::move(channel)});
  if (added.assignments.empty()) assign_to_policy(store, added, at, by);
  return added;
}

void assign(Store& store, Incident& incident, std::string_view user, Time at, const Agent& by) {
  incident.assignments = {{at, std::string(user)}};
  incident.updated = at;
  auto const* assignee = find(store.users, user);
  auto const name = assignee == nullptr ? std::string(user) : assignee->name;
  write_log(
      store, incident, {at, by, "assign", fmt::format("Assigned to {}.", name), {{"type", "auto"}}}
  );
  write_log(
      store,
      incident,
      {at,
       by,
       "notify",
       fmt::format("Notified {} via push notification.", name),
       {{"type", "auto"},
        {"notification", json::Object{{"type", "push_notification"}, {"status", "success"}}}},
       false}
  );
}

void acknowledge(Store& store, Incident& incident, const User& user, Time at) {
  auto const was_open = incident.is_open();
  set_status(incident, "acknowledged", agent_of(user), at);
  incident.acknowledgements = {{at, user.id}};
  if (!was_open) assign(store, incident, user.id, at, agent_of(user));
  write_log(
      store,
      incident,
      {at, agent_of(user), "acknowledge", fmt::format("Acknowledged by {}.", user.name)}
  );
}

void set_triggered(Store& store, Incident& incident, const Agent& by, Time at) {
  auto const was_open = incident.is_open();
  set_status(incident, "triggered", by, at);
  incident.acknowledgements.clear();
  incident.snoozed_until.reset();
  write_log(store, incident, {at, by, "unacknowledge", "Back to triggered."});
  if (!was_open) assign_to_policy(store, incident, at, by);
}

void resolve(
    Store& store, Incident& incident, const Agent& by, Time at, std::string_view resolution
) {
  set_status(incident, "resolved", by, at);
  for (auto& alert : store.alerts) {
    if (alert.incident != incident.id || alert.status == "resolved") continue;
    alert.status = "resolved";
    alert.updated = at;
  }
  json::Object channel{{"type", "website"}};
  if (!resolution.empty()) channel["details"] = resolution;
  write_log(
      store,
      incident,
      {at, by, "resolve", fmt::format("Resolved by {}.", by.name), std::move(channel)}
  );
}

void escalate(Store& store, Incident& incident, int level, const Agent& by, Time at) {
  incident.level = level;
  write_log(store, incident, {at, by, "escalate", fmt::format("Escalated to level {}.", level)});
  assign_to_policy(store, incident, at, by);
}

void add_note(Store& store, Incident& incident, const User& user, std::string content, Time at) {
  incident.updated = at;
  write_log(
      store,
      incident,
      {at,
       agent_of(user),
       "annotate",
       fmt::format("Note added by {}.", user.name),
       {{"type", "note"}, {"summary", content}}}
  );
  store.notes.push_back({store.new_id(), incident.id, user.id, std::move(content), at});
}

void settle(Store& store, Time now) {
  for (auto& incident : store.incidents) {
    if (!incident.snoozed_until || *incident.snoozed_until > now) continue;
    auto const* service = find(store.services, incident.service);
    if (service == nullptr) continue;
    set_triggered(store, incident, agent_of(*service), *incident.snoozed_until);
  }
}

}  // namespace davit::sandbox::pagerduty

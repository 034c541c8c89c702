// Incidents with what hangs on them.

#include <fmt/format.h>

#include "sandbox/pagerduty/answers.h"
#include "sandbox/pagerduty/entities.h"

namespace davit::sandbox::pagerduty {
namespace {

json::Array marks(const World& world, const std::vector<Mark>& marks, std::string_view name) {
  json::Array all;
  for (auto const& mark : marks) {
    json::Object one{{"at", stamp(mark.at)}};
    one[name] = reference(world, "user", mark.user);
    all.push_back(std::move(one));
  }
  return all;
}

json::Object alert_counts(const Store& store, const Incident& incident) {
  int all = 0;
  int resolved = 0;
  for (auto const& alert : store.alerts) {
    if (alert.incident != incident.id) continue;
    ++all;
    if (alert.status == "resolved") ++resolved;
  }
  return {{"all", all}, {"triggered", all - resolved}, {"resolved", resolved}};
}

json::Value first_trigger(const World& world, const Incident& incident) {
  for (auto const& entry : world.store.log_entries) {
    if (entry.incident != incident.id || entry.type != "trigger") continue;
    return json::Object{
        {"id", entry.id},
        {"type", "trigger_log_entry_reference"},
        {"summary", entry.summary},
        {"self",
         fmt::format("{}/log_entries/{}?incident_id={}", world.base_url, entry.id, incident.id)},
        {"html_url",
         fmt::format("{}/incidents/{}/log_entries/{}", world.at.pagerduty, incident.id, entry.id)}
    };
  }
  return nullptr;
}

json::Array pending_actions(const Incident& incident) {
  if (!incident.snoozed_until) return {};
  return json::Array{json::Object{{"type", "unacknowledge"}, {"at", stamp(*incident.snoozed_until)}}
  };
}

}  // namespace

json::Object show_incident(const World& world, const Incident& incident) {
  auto const& store = world.store;
  auto shown = reference(world, "incident", incident.id).as_object();
  shown["type"] = "incident";
  shown["incident_number"] = incident.number;
  shown["title"] = incident.title;
  shown["description"] = incident.title;
  shown["created_at"] = stamp(incident.created);
  shown["updated_at"] = stamp(incident.updated);
  shown["status"] = incident.status;
  shown["urgency"] = incident.urgency;
  shown["incident_key"] =
      incident.key.empty() ? json::Value(nullptr) : json::Value(json::String(incident.key));
  shown["service"] = reference(world, "service", incident.service);
  shown["assignments"] = marks(world, incident.assignments, "assignee");
  shown["assigned_via"] = incident.assigned_via;
  shown["acknowledgements"] = marks(world, incident.acknowledgements, "acknowledger");
  shown["last_status_change_at"] = stamp(incident.changed);
  shown["last_status_change_by"] = reference(world, incident.changed_by_kind, incident.changed_by);
  shown["resolved_at"] = stamp_or_null(incident.resolved);
  shown["first_trigger_log_entry"] = first_trigger(world, incident);
  shown["alert_counts"] = alert_counts(store, incident);
  shown["is_mergeable"] = incident.merged_into.empty();
  shown["incident_type"] = json::Object{{"name", incident.type}};
  shown["escalation_policy"] = reference(world, "escalation_policy", incident.policy);
  shown["pending_actions"] = pending_actions(incident);
  auto const* service = find(store.services, incident.service);
  shown["teams"] = service == nullptr ? json::Array() : references(world, "team", service->teams);
  auto const* priority = find(store.priorities, incident.priority);
  shown["priority"] =
      priority == nullptr ? json::Value(nullptr) : json::Value(show_priority(world, *priority));
  shown["resolve_reason"] = nullptr;
  if (!incident.merged_into.empty()) {
    shown["resolve_reason"] = json::Object{
        {"type", "merge_resolve_reason"},
        {"incident", reference(world, "incident", incident.merged_into)}
    };
  }
  shown["conference_bridge"] =
      incident.bridge.empty() ? json::Value(nullptr) : json::Value(incident.bridge);
  shown["body"] = json::Object{{"type", "incident_body"}, {"details", incident.details}};
  shown["incidents_responders"] = incident.responders;
  shown["responder_requests"] = incident.responder_requests;
  return shown;
}

// cef_details is not in the document, but real answers have it.
json::Object show_alert(const World& world, const Alert& alert) {
  auto const self = fmt::format("/incidents/{}/alerts/{}", alert.incident, alert.id);
  return {
      {"id", alert.id},
      {"type", "alert"},
      {"summary", alert.summary},
      {"self", world.base_url + self},
      {"html_url", fmt::format("{}/alerts/{}", world.at.pagerduty, alert.id)},
      {"created_at", stamp(alert.created)},
      {"updated_at", stamp(alert.updated)},
      {"status", alert.status},
      {"severity", alert.severity},
      {"suppressed", false},
      {"alert_key", alert.key},
      {"service", reference(world, "service", alert.service)},
      {"incident", reference(world, "incident", alert.incident)},
      {"integration",
       json::Object{
           {"id", alert.integration}, {"type", "events_api_v2_inbound_integration_reference"}
       }},
      {"body",
       json::Object{
           {"type", "alert_body"},
           {"contexts", alert.contexts},
           {"details", alert.details},
           {"cef_details",
            json::Object{
                {"message", alert.summary},
                {"severity", alert.severity},
                {"dedup_key", alert.key},
                {"source_origin", alert.source},
                {"source_component", alert.component},
                {"service_group", alert.group},
                {"event_class", alert.event_class},
                {"client", alert.client},
                {"client_url", alert.client_url},
                {"contexts", alert.contexts},
                {"details", alert.details},
                {"version", "1.0"}
            }}
       }}
  };
}

json::Object show_log_entry(const World& world, const LogEntry& entry) {
  auto const* incident = find(world.store.incidents, entry.incident);
  auto const* service =
      incident == nullptr ? nullptr : find(world.store.services, incident->service);
  return {
      {"id", entry.id},
      {"type", entry.type + "_log_entry"},
      {"summary", entry.summary},
      {"self", fmt::format("{}/log_entries/{}", world.base_url, entry.id)},
      {"html_url",
       fmt::format("{}/incidents/{}/log_entries/{}", world.at.pagerduty, entry.incident, entry.id)},
      {"created_at", stamp(entry.created)},
      {"agent", reference(world, entry.agent_kind, entry.agent)},
      {"channel", entry.channel},
      {"service", reference(world, "service", service == nullptr ? "" : service->id)},
      {"incident", reference(world, "incident", entry.incident)},
      {"teams", service == nullptr ? json::Array() : references(world, "team", service->teams)},
      {"contexts", json::Array()}
  };
}

}  // namespace davit::sandbox::pagerduty

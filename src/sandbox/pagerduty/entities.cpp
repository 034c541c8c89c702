#include "sandbox/pagerduty/entities.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/pagerduty/answers.h"

namespace davit::sandbox::pagerduty {
namespace {

struct Kind {
  std::string_view name;
  std::string_view path;
  std::string_view html_path;
  std::string (*summary)(const Store& store, std::string_view id);
};

template <auto kRows>
std::string name_in(const Store& store, std::string_view id) {
  auto const* row = find(store.*kRows, id);
  return row == nullptr ? std::string() : row->name;
}

std::string title_of(const Store& store, std::string_view id) {
  auto const* incident = find(store.incidents, id);
  if (incident == nullptr) return {};
  return fmt::format("[#{}] {}", incident->number, incident->title);
}

constexpr Kind kKinds[] = {
    {"user", "users", "users", name_in<&Store::users>},
    {"team", "teams", "teams", name_in<&Store::teams>},
    {"priority", "priorities", "", name_in<&Store::priorities>},
    {"service", "services", "service-directory", name_in<&Store::services>},
    {"schedule", "schedules", "schedules", name_in<&Store::schedules>},
    {"escalation_policy", "escalation_policies", "escalation_policies", name_in<&Store::policies>},
    {"incident", "incidents", "incidents", title_of},
};

json::Object head(
    const World& world, std::string_view kind, std::string_view id, std::string_view type
) {
  for (auto const& one : kKinds) {
    if (one.name != kind) continue;
    json::Object head{
        {"id", id},
        {"type", type},
        {"summary", one.summary(world.store, id)},
        {"self", fmt::format("{}/{}/{}", world.base_url, one.path, id)},
        {"html_url", nullptr}
    };
    if (!one.html_path.empty()) {
      head["html_url"] = fmt::format("{}/{}/{}", world.at.pagerduty, one.html_path, id);
    }
    return head;
  }
  return {};
}

}  // namespace

json::Value reference(const World& world, std::string_view kind, std::string_view id) {
  if (id.empty()) return nullptr;
  return head(world, kind, id, fmt::format("{}_reference", kind));
}

json::Array references(
    const World& world, std::string_view kind, const std::vector<std::string>& ids
) {
  json::Array all;
  for (auto const& id : ids) all.push_back(reference(world, kind, id));
  return all;
}

json::Object show_contact_method(const World& world, const User& user) {
  return {
      {"id", user.id + "E"},
      {"type", "email_contact_method"},
      {"summary", "Default"},
      {"self", fmt::format("{}/users/{}/contact_methods/{}E", world.base_url, user.id, user.id)},
      {"html_url", nullptr},
      {"label", "Default"},
      {"address", user.email},
      {"send_short_email", false},
      {"send_html_email", true}
  };
}

json::Object show_user(const World& world, const User& user) {
  auto shown = head(world, "user", user.id, "user");
  shown["name"] = user.name;
  shown["email"] = user.email;
  shown["time_zone"] = "Etc/UTC";
  shown["color"] = "purple";
  shown["role"] = user.role;
  shown["job_title"] = user.title;
  shown["avatar_url"] = "https://pd-static-assets.pagerduty.com/users/blank-avatar.png";
  shown["billed"] = true;
  shown["description"] = nullptr;
  shown["invitation_sent"] = false;
  shown["teams"] = references(world, "team", user.teams);
  auto method = show_contact_method(world, user);
  method["type"] = "email_contact_method_reference";
  for (auto const* field : {"label", "address", "send_short_email", "send_html_email"}) {
    method.erase(field);
  }
  shown["contact_methods"] = json::Array{std::move(method)};
  shown["notification_rules"] = json::Array();
  return shown;
}

json::Object show_team(const World& world, const Team& team) {
  auto shown = head(world, "team", team.id, "team");
  shown["name"] = team.name;
  shown["description"] = team.description;
  shown["default_role"] = "manager";
  shown["parent"] = nullptr;
  return shown;
}

json::Object show_priority(const World& world, const Priority& priority) {
  auto shown = head(world, "priority", priority.id, "priority");
  shown["name"] = priority.name;
  shown["description"] = priority.description;
  shown["order"] = 1024 >> (&priority - world.store.priorities.data());
  shown["color"] = "a8171c";
  return shown;
}

json::Object show_integration(
    const World& world, const BackingService& service, const Integration& integration
) {
  return {
      {"id", integration.id},
      {"type", "events_api_v2_inbound_integration"},
      {"summary", integration.name},
      {"self",
       fmt::format("{}/services/{}/integrations/{}", world.base_url, service.id, integration.id)},
      {"html_url",
       fmt::format("{}/services/{}/integrations/{}", world.at.pagerduty, service.id, integration.id)
      },
      {"name", integration.name},
      {"service", reference(world, "service", service.id)},
      {"created_at", stamp(service.created)},
      {"vendor", json::Object{{"type", "vendor_reference"}, {"summary", integration.vendor}}},
      {"integration_key", integration.key}
  };
}

json::Object show_service(const World& world, const BackingService& service) {
  auto shown = head(world, "service", service.id, "service");
  std::optional<Time> last;
  // PagerDuty derives it from the open incidents: Service schema, "status".
  std::string_view status = "active";
  for (auto const& incident : world.store.incidents) {
    if (incident.service != service.id) continue;
    last = std::max(last.value_or(incident.created), incident.created);
    if (incident.status == "triggered") status = "critical";
    if (incident.status == "acknowledged" && status == "active") status = "warning";
  }
  shown["name"] = service.name;
  shown["description"] = service.description;
  shown["created_at"] = stamp(service.created);
  shown["status"] = status;
  shown["last_incident_timestamp"] = stamp_or_null(last);
  shown["auto_resolve_timeout"] = 14400;
  shown["acknowledgement_timeout"] = 1800;
  shown["alert_creation"] = "create_alerts_and_incidents";
  shown["escalation_policy"] = reference(world, "escalation_policy", service.policy);
  shown["teams"] = references(world, "team", service.teams);
  shown["incident_urgency_rule"] = json::Object{{"type", "constant"}, {"urgency", "high"}};
  shown["support_hours"] = nullptr;
  shown["scheduled_actions"] = json::Array();
  json::Array integrations;
  for (auto const& one : service.integrations) {
    auto shown_one = show_integration(world, service, one);
    shown_one["type"] = "events_api_v2_inbound_integration_reference";
    for (auto const* field : {"name", "service", "created_at", "vendor", "integration_key"}) {
      shown_one.erase(field);
    }
    integrations.push_back(std::move(shown_one));
  }
  shown["integrations"] = std::move(integrations);
  return shown;
}

json::Object show_policy(const World& world, const Policy& policy) {
  auto shown = head(world, "escalation_policy", policy.id, "escalation_policy");
  shown["name"] = policy.name;
  shown["description"] = policy.description;
  shown["num_loops"] = policy.loops;
  shown["on_call_handoff_notifications"] = "if_has_services";
  json::Array rules;
  for (auto const& rule : policy.rules) {
    auto target = rule.user.empty() ? reference(world, "schedule", rule.schedule)
                                    : reference(world, "user", rule.user);
    rules.push_back(json::Object{
        {"id", rule.id},
        {"escalation_delay_in_minutes", rule.delay_minutes},
        {"targets", json::Array{std::move(target)}}
    });
  }
  shown["escalation_rules"] = std::move(rules);
  json::Array services;
  for (auto const& service : world.store.services) {
    if (service.policy == policy.id) services.push_back(reference(world, "service", service.id));
  }
  shown["services"] = std::move(services);
  shown["teams"] = references(world, "team", {policy.team});
  return shown;
}

json::Object show_note(const World& world, const Note& note) {
  return {
      {"id", note.id},
      {"user", reference(world, "user", note.user)},
      {"channel", json::Object{{"summary", "The PagerDuty website or APIs"}}},
      {"content", note.content},
      {"created_at", stamp(note.created)}
  };
}

json::Object show_window(const World& world, const Window& window) {
  return {
      {"id", window.id},
      {"type", "maintenance_window"},
      {"summary", window.description},
      {"self", fmt::format("{}/maintenance_windows/{}", world.base_url, window.id)},
      {"html_url",
       fmt::format("{}/service-directory/maintenance-windows/{}", world.at.pagerduty, window.id)},
      {"sequence_number", window.number},
      {"start_time", stamp(window.start)},
      {"end_time", stamp(window.end)},
      {"description", window.description},
      {"services", references(world, "service", window.services)},
      {"teams", json::Array()},
      {"created_by", reference(world, "user", window.created_by)}
  };
}

json::Object show_change(const World& world, const ChangeEvent& change) {
  return {
      {"id", change.id},
      {"type", "change_event"},
      {"summary", change.summary},
      {"timestamp", stamp(change.created)},
      {"source", change.source},
      {"integration",
       json::Object{{"id", change.integration}, {"type", "inbound_integration_reference"}}},
      {"services", json::Array{reference(world, "service", change.service)}},
      {"custom_details", change.details},
      {"links", change.links}
  };
}

}  // namespace davit::sandbox::pagerduty

// Records as PagerDuty shows them.
#pragma once

#include <string_view>
#include <vector>

#include "sandbox/pagerduty/world.h"

namespace davit::sandbox::pagerduty {

// {id, type, summary, self, html_url} of the record of that kind: "user", "service", "team",
// "priority", "escalation_policy", "schedule", "incident". Null when `id` is empty.
json::Value reference(const World& world, std::string_view kind, std::string_view id);
json::Array references(
    const World& world, std::string_view kind, const std::vector<std::string>& ids
);

json::Object show_user(const World& world, const User& user);
json::Object show_contact_method(const World& world, const User& user);
json::Object show_team(const World& world, const Team& team);
json::Object show_priority(const World& world, const Priority& priority);
json::Object show_service(const World& world, const BackingService& service);
json::Object show_integration(
    const World& world, const BackingService& service, const Integration& integration
);
json::Object show_policy(const World& world, const Policy& policy);
json::Object show_incident(const World& world, const Incident& incident);
json::Object show_alert(const World& world, const Alert& alert);
json::Object show_note(const World& world, const Note& note);
json::Object show_log_entry(const World& world, const LogEntry& entry);
json::Object show_change(const World& world, const ChangeEvent& change);
json::Object show_window(const World& world, const Window& window);

// The full records in place of those references that "include[]" names.
void include(const World& world, const Call& call, json::Value& answer);

}  // namespace davit::sandbox::pagerduty

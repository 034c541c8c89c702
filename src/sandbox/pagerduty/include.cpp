// References that a request wants in full.
#include <algorithm>

#include "sandbox/pagerduty/answers.h"
#include "sandbox/pagerduty/entities.h"

namespace davit::sandbox::pagerduty {
namespace {

struct Inclusion {
  std::string_view name;    // of include[]
  std::string_view type;    // of the references
  std::string_view member;  // only in a member of that name; everywhere when empty
};

constexpr Inclusion kInclusions[] = {
    {"users", "user_reference", ""},
    {"assignees", "user_reference", "assignee"},
    {"acknowledgers", "user_reference", "acknowledger"},
    {"agents", "user_reference", "last_status_change_by"},
    {"teams", "team_reference", ""},
    {"services", "service_reference", ""},
    {"escalation_policies", "escalation_policy_reference", ""},
    {"incidents", "incident_reference", "incident"},
    {"integrations", "events_api_v2_inbound_integration_reference", ""},
    {"contact_methods", "email_contact_method_reference", ""},
};

bool is_included(
    const std::vector<std::string>& names, std::string_view type, std::string_view member
) {
  return std::ranges::any_of(kInclusions, [&](auto const& one) {
    return one.type == type && (one.member.empty() || one.member == member) &&
           is_among(names, one.name);
  });
}

json::Value full_record(const World& world, std::string_view type, std::string_view id) {
  auto const& store = world.store;
  if (auto const* user = find(store.users, id); user && type == "user_reference") {
    return show_user(world, *user);
  }
  if (auto const* team = find(store.teams, id); team && type == "team_reference") {
    return show_team(world, *team);
  }
  if (auto const* one = find(store.services, id); one && type == "service_reference") {
    return show_service(world, *one);
  }
  if (auto const* one = find(store.policies, id); one && type == "escalation_policy_reference") {
    return show_policy(world, *one);
  }
  if (auto const* one = find(store.incidents, id); one && type == "incident_reference") {
    return show_incident(world, *one);
  }
  for (auto const& service : store.services) {
    auto const* one = find(service.integrations, id);
    if (one != nullptr) return show_integration(world, service, *one);
  }
  auto const* owner = find(store.users, id.substr(0, id.size() - 1));
  if (owner != nullptr && type == "email_contact_method_reference") {
    return show_contact_method(world, *owner);
  }
  return nullptr;
}

void expand(
    const World& world,
    const std::vector<std::string>& names,
    std::string_view member,
    json::Value& value
) {
  if (auto* array = value.if_array()) {
    for (auto& item : *array) expand(world, names, member, item);
    return;
  }
  auto* object = value.if_object();
  if (object == nullptr) return;
  auto const type = std::string(json::find_string(value, "type").value_or(""));
  if (is_included(names, type, member)) {
    auto full = full_record(world, type, body_text(value, "id"));
    if (!full.is_null()) value = std::move(full);
    return;
  }
  for (auto& one : *object) {
    expand(world, names, {one.key().data(), one.key().size()}, one.value());
  }
}

}  // namespace

void include(const World& world, const Call& call, json::Value& answer) {
  auto const names = call.list("include[]");
  if (!names.empty()) expand(world, names, "", answer);
}

}  // namespace davit::sandbox::pagerduty

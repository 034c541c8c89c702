#include <fmt/format.h>

#include "connector/arguments.h"
#include "connectors/pagerduty/incident_changes.h"

namespace davit::connectors::pagerduty {
namespace {

using connector::list_of;
using connector::Str;
using connector::text_of;

json::Object reference(std::string_view id, std::string_view type) {
  return {{"id", id}, {"type", type}};
}

// Where an answer shows what was asked for.
struct Stored {
  Str field;   // of the request
  Str path;    // in the request
  Str answer;  // in the answer
};

constexpr Stored kStored[] = {
    {"title", "title", "title"},
    {"urgency", "urgency", "urgency"},
    {"priority", "priority.id", "priority.id"},
    {"escalation_policy", "escalation_policy.id", "escalation_policy.id"},
    {"incident_type", "incident_type.name", "incident_type.name"},
    {"conference_url", "conference_bridge.conference_url", "conference_bridge.conference_url"},
    {"conference_number",
     "conference_bridge.conference_number",
     "conference_bridge.conference_number"},
};

bool has_assignee(const json::Value& stored, std::string_view id) {
  auto const* all = json::find_array(stored, "assignments");
  for (auto const& one : all == nullptr ? json::Array() : *all) {
    if (json::find_string(one, "assignee.id") == id) return true;
  }
  return false;
}

}  // namespace

json::Object incident_fields(const json::Object& arguments) {
  json::Object fields;
  auto const given = [&](Str name) { return text_of(arguments, name); };
  if (auto const title = given("title"); !title.empty()) fields["title"] = title;
  if (auto const urgency = given("urgency"); !urgency.empty()) fields["urgency"] = urgency;
  if (auto const id = given("priority"); !id.empty()) {
    fields["priority"] = reference(id, "priority_reference");
  }
  if (auto const id = given("escalation_policy"); !id.empty()) {
    fields["escalation_policy"] = reference(id, "escalation_policy_reference");
  }
  if (auto const name = given("incident_type"); !name.empty()) {
    fields["incident_type"] = json::Object{{"name", name}};
  }
  json::Array assignments;
  for (auto const id : list_of(arguments, "assignees")) {
    assignments.push_back(json::Object{{"assignee", reference(id, "user_reference")}});
  }
  if (!assignments.empty()) fields["assignments"] = std::move(assignments);
  json::Object bridge;
  for (auto const key : {"conference_url", "conference_number"}) {
    if (auto const text = given(key); !text.empty()) bridge[key] = text;
  }
  if (!bridge.empty()) fields["conference_bridge"] = std::move(bridge);
  return fields;
}

json::Array not_stored(const json::Object& asked, const json::Value& stored) {
  json::Array missing;
  json::Value const wanted = asked;
  for (auto const& one : kStored) {
    auto const value = json::find_string(wanted, one.path);
    if (value && json::find_string(stored, one.answer) != value) missing.emplace_back(one.field);
  }
  auto const* assignments = json::find_array(wanted, "assignments");
  for (auto const& one : assignments == nullptr ? json::Array() : *assignments) {
    auto const id = json::find_string(one, "assignee.id").value_or("");
    if (!has_assignee(stored, id)) missing.emplace_back(fmt::format("assignee {}", id));
  }
  return missing;
}

}  // namespace davit::connectors::pagerduty

#include <fmt/format.h>

#include "connectors/servicenow/api.h"
#include "connectors/servicenow/changes.h"

namespace davit::connectors::servicenow {
namespace {

constexpr std::size_t kConditionBytes = 200;

std::string state_label(const json::Value& result, const std::string& code) {
  auto const* labels = json::find_object(result, "state_label");
  auto const* label = labels == nullptr ? nullptr : labels->if_contains(code);
  auto const* text = label == nullptr ? nullptr : label->if_string();
  return text == nullptr ? code : shown(json::view(*text), 60);
}

json::Array unmet_conditions(const json::Value& transition) {
  json::Array unmet;
  auto const* conditions = json::find_array(transition, "conditions");
  for (auto const& each : conditions == nullptr ? json::Array() : *conditions) {
    if (json::find_bool(each, "passed").value_or(true)) continue;
    auto const description = json::find_string(each, "condition.description").value_or("");
    auto const name = json::find_string(each, "condition.name").value_or("unnamed condition");
    unmet.emplace_back(shown(description.empty() ? name : description, kConditionBytes));
  }
  return unmet;
}

void add_blocked(const json::Value& result, const json::Value& transition, json::Array& blocked) {
  if (auto const* several = transition.if_array()) {
    for (auto const& one : *several) add_blocked(result, one, blocked);
    return;
  }
  if (json::find_bool(transition, "transition_available").value_or(true)) return;
  std::string const to(json::find_string(transition, "to_state").value_or(""));
  blocked.push_back(
      json::Object{{"state", state_label(result, to)}, {"unmet", unmet_conditions(transition)}}
  );
}

}  // namespace

// The transitions are lists in a list: several ways may lead to one state.
// https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/inbound-rest/concept/
// change-management-api.html
json::Object readable_states(const json::Value& result) {
  json::Object out;
  json::Array allowed;
  auto const* available = json::find_array(result, "available_states");
  for (auto const& code : available == nullptr ? json::Array() : *available) {
    auto const* text = code.if_string();
    allowed.emplace_back(
        state_label(result, text ? std::string(json::view(*text)) : json::to_text(code))
    );
  }
  json::Array blocked;
  auto const* transitions = json::find_array(result, "state_transitions");
  for (auto const& transition : transitions == nullptr ? json::Array() : *transitions) {
    add_blocked(result, transition, blocked);
  }
  out["allowed"] = std::move(allowed);
  if (!blocked.empty()) out["blocked"] = std::move(blocked);
  return out;
}

}  // namespace davit::connectors::servicenow

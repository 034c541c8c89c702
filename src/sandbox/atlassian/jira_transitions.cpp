#include <algorithm>

#include <fmt/format.h>

#include "sandbox/atlassian/answers.h"
#include "sandbox/atlassian/catalog.h"
#include "sandbox/atlassian/drafts.h"
#include "sandbox/atlassian/entities.h"
#include "sandbox/atlassian/field_access.h"
#include "sandbox/atlassian/issue_parts.h"
#include "sandbox/atlassian/routes.h"

namespace davit::sandbox::atlassian {
namespace {

bool fits(const Transition& transition, const Issue& issue) {
  return transition.from == 0 ? issue.status != transition.to : transition.from == issue.status;
}

json::Object screen_json(const Store& store) {
  json::Array values;
  for (auto const& one : kResolutions) values.push_back(resolution_json(store, one.id));
  return {
      {"resolution",
       json::Object{
           {"required", true},
           {"schema", schema_of(*find_field("resolution"))},
           {"name", "Resolution"},
           {"key", "resolution"},
           {"hasDefaultValue", false},
           {"operations", json::Array{"set"}},
           {"allowedValues", std::move(values)}
       }}
  };
}

http::Response list_transitions(Store& store, Call& call) {
  auto const* issue = store.find_issue(call.arg("key"));
  if (issue == nullptr) return no_issue();
  auto const expand = call.text("expand").value_or("");
  auto const with_fields = expand.find("transitions.fields") != expand.npos;
  auto all = transitions_json(store, *issue, with_fields);
  if (auto const wanted = call.text("transitionId")) {
    json::Array one;
    for (auto const& item : all) {
      if (json::find_string(item, "id") == *wanted) one.push_back(item);
    }
    all = std::move(one);
  }
  return json_answer(json::Object{{"expand", "transitions"}, {"transitions", std::move(all)}});
}

// Takes the resolution out of the body, as it is on the screen of this transition only.
json::Object take_resolution(
    const Store& store, Issue& draft, const Transition& transition, json::Value& body
) {
  auto* fields = body.as_object().if_contains("fields");
  auto const* value = json::find(body, "fields.resolution");
  if (!transition.asks_resolution) return {};
  if (value == nullptr) return {{"resolution", "Resolution is required."}};
  auto const wrong = access::set_resolution(store, draft, *value);
  fields->as_object().erase("resolution");
  return wrong.empty() ? json::Object() : json::Object{{"resolution", wrong}};
}

http::Response do_transition(Store& store, Call& call) {
  auto const* issue = store.find_issue(call.arg("key"));
  if (issue == nullptr) return no_issue();
  auto id = std::string(json::find_string(call.body, "transition.id").value_or(""));
  if (auto const number = json::find_int(call.body, "transition.id")) {
    id = fmt::format("{}", *number);
  }
  if (id.empty()) return error(400, "Missing 'transition' identifier");
  auto const* transition = find_in(kTransitions, to_id(id));
  if (transition == nullptr || !fits(*transition, *issue)) {
    return error(400, fmt::format("Transition id '{}' is not valid for this issue.", id));
  }
  auto draft = *issue;
  auto body = call.body;
  auto errors = take_resolution(store, draft, *transition, body);
  for (auto& member : apply_body(store, draft, body)) errors[member.key()] = member.value();
  if (!errors.empty()) return field_errors(std::move(errors));
  draft.status = transition->to;
  auto const is_done = transition->to == kDone;
  draft.resolved = is_done ? std::optional(store.now) : std::nullopt;
  if (!is_done) draft.resolution = 0;
  save(store, std::move(draft));
  return no_content();
}

constexpr JiraRoute kRoutes[] = {
    {http::Method::get, "/rest/api/3/issue/:key/transitions", list_transitions},
    {http::Method::post, "/rest/api/3/issue/:key/transitions", do_transition},
};

}  // namespace

Routes transition_routes() { return kRoutes; }

json::Array transitions_json(const Store& store, const Issue& issue, bool with_fields) {
  json::Array out;
  for (auto const& one : kTransitions) {
    if (!fits(one, issue)) continue;
    json::Object row{
        {"id", fmt::format("{}", one.id)},
        {"name", one.name},
        {"to", status_json(store, one.to)},
        {"hasScreen", one.asks_resolution},
        {"isGlobal", one.from == 0},
        {"isInitial", false},
        {"isAvailable", true},
        {"isConditional", false},
        {"isLooped", false}
    };
    if (with_fields) row["fields"] = one.asks_resolution ? screen_json(store) : json::Object();
    out.push_back(std::move(row));
  }
  return out;
}

}  // namespace davit::sandbox::atlassian

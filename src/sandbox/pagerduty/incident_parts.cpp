// What an incident holds: alerts and notes.
#include <algorithm>

#include "sandbox/pagerduty/activity.h"
#include "sandbox/pagerduty/answers.h"
#include "sandbox/pagerduty/entities.h"
#include "sandbox/pagerduty/incidents.h"
#include "sandbox/sorted.h"

namespace davit::sandbox::pagerduty {
namespace {

using enum http::Method;

http::Response list_alerts(World& world, Call& call) {
  DAVIT_TRY(auto* const incident, incident_of(world, call));
  auto const key = call.text("alert_key");
  std::vector<const Alert*> rows;
  for (auto const& alert : world.store.alerts) {
    if (alert.incident != incident->id || (key && alert.key != *key)) continue;
    if (fits(call.list("statuses[]"), alert.status)) rows.push_back(&alert);
  }
  sort_keeping_order(rows, {}, &Alert::created);
  if (call.text("sort_by").value_or("").ends_with(":desc")) std::ranges::reverse(rows);
  return paged(call, "alerts", rows, [&](auto const& row) { return show_alert(world, row); });
}

Or<Alert*> alert_of(World& world, const Call& call, std::string_view id) {
  DAVIT_TRY(auto* const incident, incident_of(world, call));
  auto* alert = find(world.store.alerts, id);
  if (alert == nullptr || alert->incident != incident->id) return not_found();
  return alert;
}

http::Response one_alert(World& world, Call& call) {
  DAVIT_TRY(auto* const alert, alert_of(world, call, call.arg("alert")));
  return json_answer(json::Object{{"alert", show_alert(world, *alert)}});
}

// Resolved, or moved to another incident.
http::Response change_alerts(World& world, Call& call) {
  if (auto const from = sender(world, call); !from) return from.error();
  auto const* given = json::find_array(call.body, "alerts");
  if (given == nullptr) return invalid("Alerts is missing");
  json::Array shown;
  for (auto const& one : *given) {
    DAVIT_TRY(auto* const alert, alert_of(world, call, body_text(one, "id")));
    if (body_text(one, "status") == "resolved") alert->status = "resolved";
    auto const target = body_text(one, "incident.id");
    if (!target.empty() && find(world.store.incidents, target) == nullptr) return not_found();
    if (!target.empty()) alert->incident = target;
    alert->updated = call.now;
    shown.push_back(show_alert(world, *alert));
  }
  auto const count = shown.size();
  return json_answer(page_answer(call, "alerts", std::move(shown), Page{}, count));
}

// Newest first, without pages.
http::Response list_notes(World& world, Call& call) {
  DAVIT_TRY(auto* const incident, incident_of(world, call));
  json::Array shown;
  auto const& notes = world.store.notes;
  for (auto note = notes.rbegin(); note != notes.rend(); ++note) {
    if (note->incident == incident->id) shown.push_back(show_note(world, *note));
  }
  return json_answer(json::Object{{"notes", std::move(shown)}});
}

http::Response write_note(World& world, Call& call) {
  DAVIT_TRY(auto const* const from, sender(world, call));
  DAVIT_TRY(auto* const incident, incident_of(world, call));
  auto content = body_text(call.body, "note.content");
  if (content.empty()) return invalid("Content cannot be empty");
  add_note(world.store, *incident, *from, std::move(content), call.now);
  return json_answer(json::Object{{"note", show_note(world, world.store.notes.back())}});
}

constexpr Route<World> kRoutes[] = {
    {get, "/incidents/:id/alerts", list_alerts},
    {put, "/incidents/:id/alerts", change_alerts},
    {get, "/incidents/:id/alerts/:alert", one_alert},
    {get, "/incidents/:id/notes", list_notes},
    {post, "/incidents/:id/notes", write_note},
};

}  // namespace

Routes incident_part_routes() { return kRoutes; }

}  // namespace davit::sandbox::pagerduty

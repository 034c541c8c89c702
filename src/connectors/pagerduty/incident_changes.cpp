#include "connectors/pagerduty/incident_changes.h"

#include <fmt/format.h>

#include "connector/projection.h"
#include "connectors/pagerduty/incident_bulk.h"
#include "connectors/pagerduty/parts.h"
#include "connectors/pagerduty/tables.h"

namespace davit::connectors::pagerduty {
namespace {

constexpr Keep kCreated =
    "number=incident_number id status urgency priority=priority.summary~50 "
    "service=service.summary~100 assignees=assignments.assignee.summary~100 url=html_url";

json::Object results(const std::vector<Target>& targets, std::string_view done) {
  std::int64_t changed = 0;
  for (auto const& target : targets) changed += target.result == done ? 1 : 0;
  return {{done, changed}, {"results", show(targets)}};
}

// The note of each that was resolved now; whether it failed stands beside its result.
Async<json::Object> add_notes(Invocation call, std::vector<Target> targets, json::Object out) {
  auto const note = std::string(call.text("note"));
  auto& rows = out["results"].get_array();
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (targets[i].result != "resolved") {
      rows[i].get_object()["note"] = "not added";
      continue;
    }
    json::Value const body = json::Object{{"note", json::Object{{"content", note}}}};
    auto const path = fmt::format("/incidents/{}/notes", targets[i].id);
    auto const added = co_await call.request(http::Method::post, path, body);
    if (!added && added.error().kind() == ErrorKind::cancelled) co_return added.error();
    auto& row = rows[i].get_object();
    row["note"] = added ? std::string("added") : added.error().message();
  }
  co_return out;
}

json::Object with_title(json::Object out, const std::vector<Target>& targets) {
  auto& rows = out["results"].get_array();
  for (std::size_t i = 0; i < targets.size(); ++i) {
    auto const title = json::find_string(targets[i].before, "title").value_or("");
    if (title.empty()) continue;
    auto shown = Projection("title~100").apply(targets[i].before, {});
    rows[i].get_object()["title"] = shown.get_object()["title"];
  }
  return out;
}

}  // namespace

Async<json::Value> create_incident(Invocation call) {
  auto incident = incident_fields(call.arguments());
  auto const asked = incident;
  incident["type"] = "incident";
  incident["service"] = json::Object{{"id", call.text("service")}, {"type", "service_reference"}};
  if (call.has("body")) {
    incident["body"] = json::Object{{"type", "incident_body"}, {"details", call.text("body")}};
  }
  if (call.has("incident_key")) incident["incident_key"] = call.text("incident_key");
  json::Value const body = json::Object{{"incident", std::move(incident)}};
  DAVIT_CO_TRY(auto const answer, co_await call.request(http::Method::post, "/incidents", body));
  auto const* created = json::find(answer, "incident");
  if (created == nullptr) co_return answered_without("the incident");
  auto out = Projection(kCreated).apply(*created, {}).as_object();
  auto missing = not_stored(asked, *created);
  if (!missing.empty()) out["not_stored"] = std::move(missing);
  co_return out;
}

// Acknowledging a resolved incident would open it again, so its state is read first.
Async<json::Value> acknowledge_incidents(Invocation call) {
  Change const change{
      .fields = json::Object{{"status", "acknowledged"}},
      .done = "acknowledged",
      .spares_acknowledged = true
  };
  DAVIT_CO_TRY(auto targets, co_await read_targets(call));
  DAVIT_CO_TRY(targets, co_await apply(call, change, std::move(targets)));
  co_return with_title(results(targets, change.done), targets);
}

Async<json::Value> resolve_incidents(Invocation call) {
  Change change{.fields = json::Object{{"status", "resolved"}}, .done = "resolved"};
  if (call.has("resolution")) change.fields["resolution"] = call.text("resolution");
  DAVIT_CO_TRY(auto targets, co_await read_targets(call));
  DAVIT_CO_TRY(targets, co_await apply(call, change, std::move(targets)));
  auto out = with_title(results(targets, change.done), targets);
  if (!call.has("note")) co_return out;
  DAVIT_CO_TRY(auto noted, co_await add_notes(call, std::move(targets), std::move(out)));
  co_return noted;
}

Async<json::Value> update_incidents(Invocation call) {
  Change change{
      .fields = incident_fields(call.arguments()), .done = "updated", .spares_resolved = false
  };
  auto const asked = change.fields;
  if (call.has("escalation_level")) {
    change.fields["escalation_level"] = call.integer("escalation_level");
  }
  if (change.fields.empty()) {
    co_return Error(ErrorKind::invalid_input, "nothing to change: give at least one field");
  }
  DAVIT_CO_TRY(auto targets, co_await read_targets(call));
  DAVIT_CO_TRY(targets, co_await apply(call, change, std::move(targets)));
  auto out = results(targets, change.done);
  auto& rows = out["results"].get_array();
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (targets[i].result != change.done) continue;
    auto& row = rows[i].get_object();
    auto const shown = Projection("assignees=assignments.assignee.summary~100");
    auto const kept = shown.apply(targets[i].after, {});
    for (auto const& field : kept.as_object()) row[field.key()] = field.value();
    auto missing = not_stored(asked, targets[i].after);
    if (!missing.empty()) row["not_stored"] = std::move(missing);
  }
  co_return out;
}

}  // namespace davit::connectors::pagerduty

// The Events API: alerts and change events by routing key. Its documents are "Send an Alert Event"
// and "Send Change Events to the PagerDuty Events API".
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/pagerduty/activity.h"
#include "sandbox/pagerduty/answers.h"

namespace davit::sandbox::pagerduty {
namespace {

using enum http::Method;

constexpr std::size_t kMostBytes = 512 * 1024;
constexpr std::size_t kLongestKey = 255;
constexpr std::size_t kLongestSummary = 1024;

http::Response invalid_event(const std::vector<std::string>& errors) {
  return json_answer(
      json::Object{
          {"status", "invalid event"},
          {"message", "Event object is invalid"},
          {"errors", json::Array(errors.begin(), errors.end())}
      },
      400
  );
}

http::Response accepted(json::Object body) {
  json::Object answer{{"status", "success"}};
  for (auto const& member : body) answer[member.key()] = member.value();
  return json_answer(answer, 202);
}

// What both kinds of event need: a known key and a summary.
struct Target {
  const BackingService* service = nullptr;
  std::string integration;
};

Or<Target> target_of(const World& world, const Call& call) {
  if (call.request.body.size() > kMostBytes) {
    return json_answer(
        json::Object{{"status", "Payload too large"}, {"message", "Event exceeds 512 KB"}}, 413
    );
  }
  if (!call.body.is_object()) return invalid_event({"JSON parse error"});
  auto const key = body_text(call.body, "routing_key");
  if (key.empty()) return invalid_event({"'routing_key' is missing or blank"});
  for (auto const& service : world.store.services) {
    for (auto const& one : service.integrations) {
      if (one.key == key) return Target{&service, one.id};
    }
  }
  return invalid_event({"'routing_key' is invalid"});
}

std::vector<std::string> payload_faults(const json::Value& body) {
  constexpr std::string_view kSeverities[] = {"critical", "error", "warning", "info"};
  std::vector<std::string> faults;
  for (auto const* name : {"summary", "source", "severity"}) {
    if (body_text(body, fmt::format("payload.{}", name)).empty()) {
      faults.push_back(fmt::format("'payload.{}' is missing or blank", name));
    }
  }
  auto const severity = body_text(body, "payload.severity");
  if (!severity.empty() && std::ranges::find(kSeverities, severity) == std::end(kSeverities)) {
    faults.emplace_back("'payload.severity' is invalid");
  }
  return faults;
}

Alert* open_alert(Store& store, std::string_view service, std::string_view key) {
  for (auto& alert : store.alerts) {
    if (alert.service == service && alert.key == key && alert.status != "resolved") return &alert;
  }
  return nullptr;
}

void fill(Alert& alert, const json::Value& body) {
  auto const text = [&](std::string_view path) { return body_text(body, path); };
  alert.summary = utf8_prefix(text("payload.summary"), kLongestSummary);
  alert.severity = text("payload.severity");
  alert.source = text("payload.source");
  alert.component = text("payload.component");
  alert.group = text("payload.group");
  alert.event_class = text("payload.class");
  alert.client = text("client");
  alert.client_url = text("client_url");
  if (auto const* details = json::find_object(body, "payload.custom_details")) {
    alert.details = *details;
  }
  if (auto const* links = json::find_array(body, "links")) alert.contexts = *links;
  for (auto& one : alert.contexts) {
    if (auto* object = one.if_object()) (*object)["type"] = "link";
  }
}

bool is_in_maintenance(const Store& store, const std::string& service, Time now) {
  return std::ranges::any_of(store.windows, [&](auto const& window) {
    return window.start <= now && window.end > now && is_among(window.services, service);
  });
}

// An event with the key of an open alert joins it; any other makes an alert and its incident, but
// for a service in maintenance nothing: support.pagerduty.com, "Maintenance Windows".
void take_trigger(World& world, const Call& call, const Target& target, const std::string& key) {
  auto& store = world.store;
  if (auto* alert = open_alert(store, target.service->id, key)) {
    fill(*alert, call.body);
    alert->updated = call.now;
    return;
  }
  if (is_in_maintenance(store, target.service->id, call.now)) return;
  Alert alert{
      .id = store.new_id("Q"),
      .service = target.service->id,
      .integration = target.integration,
      .key = key,
      .created = call.now,
      .updated = call.now
  };
  fill(alert, call.body);
  Incident incident{
      .title = alert.summary,
      .urgency = alert.severity == "warning" || alert.severity == "info" ? "low" : "high",
      .key = key,
      .service = target.service->id,
      .policy = target.service->policy,
      .created = call.now
  };
  auto const& added = trigger(
      store,
      std::move(incident),
      agent_of(*target.service),
      {{"type", "api"}, {"summary", alert.summary}, {"client", alert.client}}
  );
  alert.incident = added.id;
  store.alerts.push_back(std::move(alert));
}

// Without an open alert of that key nothing happens, and the answer is the same.
void take_end(World& world, const Call& call, const Target& target, const std::string& key) {
  auto& store = world.store;
  auto* alert = open_alert(store, target.service->id, key);
  if (alert == nullptr) return;
  auto& incident = *find(store.incidents, alert->incident);
  auto const by = agent_of(*target.service);
  if (body_text(call.body, "event_action") == "acknowledge") {
    incident.status = "acknowledged";
    incident.changed = incident.updated = call.now;
    write_log(store, incident, {call.now, by, "acknowledge", "Acknowledged through the API."});
    return;
  }
  alert->status = "resolved";
  alert->updated = call.now;
  auto const has_open = std::ranges::any_of(store.alerts, [&](auto const& other) {
    return other.incident == incident.id && other.status != "resolved";
  });
  if (!has_open) resolve(store, incident, by, call.now);
}

http::Response enqueue(World& world, Call& call) {
  DAVIT_TRY(auto const target, target_of(world, call));
  auto const action = body_text(call.body, "event_action");
  auto key = body_text(call.body, "dedup_key");
  if (key.size() > kLongestKey) return invalid_event({"'dedup_key' is too long"});
  if (action == "trigger") {
    auto const faults = payload_faults(call.body);
    if (!faults.empty()) return invalid_event(faults);
    if (key.empty()) key = to_lower(world.store.new_id("R")) + "0000000000000000000000";
    take_trigger(world, call, target, key);
  } else if (action == "acknowledge" || action == "resolve") {
    if (key.empty()) return invalid_event({"'dedup_key' is missing or blank"});
    take_end(world, call, target, key);
  } else {
    return invalid_event({"'event_action' is missing or invalid"});
  }
  return accepted({{"message", "Event processed"}, {"dedup_key", key}});
}

http::Response enqueue_change(World& world, Call& call) {
  DAVIT_TRY(auto const target, target_of(world, call));
  auto const summary = body_text(call.body, "payload.summary");
  if (summary.empty()) return invalid_event({"'payload.summary' is missing or blank"});
  ChangeEvent change{
      .id = "01" + world.store.new_id("SANDBOXCHANGE0000"),
      .created = parse_time(body_text(call.body, "payload.timestamp")).value_or(call.now),
      .summary = summary,
      .source = body_text(call.body, "payload.source"),
      .service = target.service->id,
      .integration = target.integration
  };
  if (auto const* details = json::find_object(call.body, "payload.custom_details")) {
    change.details = *details;
  }
  if (auto const* links = json::find_array(call.body, "links")) change.links = *links;
  world.store.changes.push_back(std::move(change));
  return accepted({{"message", "Change event processed"}});
}

constexpr Route<World> kRoutes[] = {
    {post, "/v2/enqueue", enqueue},
    {post, "/v2/change/enqueue", enqueue_change},
};

}  // namespace

Routes event_routes() { return kRoutes; }

}  // namespace davit::sandbox::pagerduty

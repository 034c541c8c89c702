// What happens to incidents, with the log entries that it leaves. Both handlers and seeds use it.
#pragma once

#include <string>
#include <string_view>

#include "sandbox/pagerduty/store.h"

namespace davit::sandbox::pagerduty {

struct Agent {
  std::string kind;  // "user" or "service"
  std::string id;
  std::string name;
};

Agent agent_of(const User& user);
Agent agent_of(const BackingService& service);

struct Event {
  Time at{};
  Agent by;
  std::string type;
  std::string summary;
  json::Object channel{{"type", "website"}};
  bool is_important = true;  // in the answer to is_overview
};
void write_log(Store& store, const Incident& incident, Event event);

// Adds it, with the next number unless it has one, and assigns it to whom its policy pages unless
// it is assigned. Valid until the next incident is added.
Incident& trigger(Store& store, Incident incident, const Agent& by, json::Object channel);
void assign(Store& store, Incident& incident, std::string_view user, Time at, const Agent& by);
// Also reopens a resolved one, as PagerDuty does: "Manage Incidents", "status".
void acknowledge(Store& store, Incident& incident, const User& user, Time at);
void set_triggered(Store& store, Incident& incident, const Agent& by, Time at);
// With its alerts.
void resolve(
    Store& store, Incident& incident, const Agent& by, Time at, std::string_view resolution = ""
);
// At a level of its policy, to whoever is on call there.
void escalate(Store& store, Incident& incident, int level, const Agent& by, Time at);
void add_note(Store& store, Incident& incident, const User& user, std::string content, Time at);
// What the clock brings: the end of a snooze.
void settle(Store& store, Time now);

}  // namespace davit::sandbox::pagerduty

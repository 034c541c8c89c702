// The records of the PagerDuty sandbox, as plain data.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"
#include "sandbox/time_text.h"

namespace davit::sandbox::pagerduty {

struct User {
  std::string id;
  std::string name;
  std::string email;
  std::string title;
  std::string role = "limited_user";
  std::vector<std::string> teams;
};

struct Team {
  std::string id;
  std::string name;
  std::string description;
};

struct Priority {
  std::string id;
  std::string name;
  std::string description;
};

struct Integration {
  std::string id;
  std::string name;
  std::string key;
  std::string vendor;
};

struct BackingService {
  std::string id;
  std::string name;
  std::string description;
  std::string policy;
  std::vector<std::string> teams;
  Time created{};
  std::vector<Integration> integrations;
};

// `dependent` needs `supporting`.
struct Dependency {
  std::string id;
  std::string supporting;
  std::string dependent;
};

// A rotation that hands over every `turn`, beginning with the first user at `start`.
struct Layer {
  std::string id;
  Time start{};
  std::chrono::seconds turn{};
  std::vector<std::string> users;
  // Only from this time of the day for so long; all day when it is zero.
  std::chrono::seconds from_of_day{};
  std::chrono::seconds hours{};
};

struct Override {
  std::string id;
  Time start{};
  Time end{};
  std::string user;
};

struct Schedule {
  std::string id;
  std::string name;
  std::string description;
  std::string team;
  Layer layer;
  std::vector<Override> overrides;
};

// One level of an escalation policy.
struct Rule {
  std::string id;
  int delay_minutes = 30;
  std::string schedule;  // either this or the user
  std::string user;
};

struct Policy {
  std::string id;
  std::string name;
  std::string description;
  std::string team;
  int loops = 2;
  std::vector<Rule> rules;
};

// Who had what when: assignments and acknowledgements.
struct Mark {
  Time at{};
  std::string user;
};

struct Incident {
  std::string id;
  int number = 0;
  std::string title;
  std::string status = "triggered";
  std::string urgency = "high";
  std::string key;
  std::string service;
  std::string policy;
  std::string priority;  // id; empty without one
  std::string type = "incident_default";
  std::string details;  // of the body
  int level = 1;
  Time created{};
  Time updated{};
  Time changed{};  // its status
  std::string changed_by_kind = "service";
  std::string changed_by;
  std::optional<Time> resolved;
  std::optional<Time> snoozed_until;
  std::string resolve_reason;
  std::string merged_into;
  std::string assigned_via = "escalation_policy";
  std::vector<Mark> assignments;
  std::vector<Mark> acknowledgements;
  json::Object bridge;
  json::Array responder_requests;
  json::Array responders;  // asked by these requests
  std::string affected;    // value of the custom field "affected_flow"

  bool is_open() const { return status != "resolved"; }
};

struct Alert {
  std::string id;
  std::string incident;
  std::string service;
  std::string integration;
  std::string summary;
  std::string key;
  std::string status = "triggered";
  std::string severity = "critical";
  std::string source;
  std::string component;
  std::string group;
  std::string event_class;
  Time created{};
  Time updated{};
  json::Object details;
  json::Array contexts;  // links and images
  std::string client;
  std::string client_url;
};

struct Note {
  std::string id;
  std::string incident;
  std::string user;
  std::string content;
  Time created{};
};

struct LogEntry {
  std::string id;
  std::string type;  // "trigger", shown as "trigger_log_entry"
  Time created{};
  std::string agent_kind = "user";
  std::string agent;
  std::string incident;
  std::string summary;
  json::Object channel;
  bool is_important = true;
};

struct ChangeEvent {
  std::string id;
  Time created{};
  std::string summary;
  std::string source;
  std::string service;
  std::string integration;
  json::Object details;
  json::Array links;
};

struct Window {
  std::string id;
  int number = 0;
  Time start{};
  Time end{};
  std::string description;
  std::vector<std::string> services;
  std::string created_by;
};

struct Workflow {
  std::string id;
  std::string name;
  std::string description;
  Time created{};
};

struct Post {
  std::string id;
  std::string page;
  std::string title;
  std::string post_type;
  Time starts{};
  json::Array updates;
};

struct Store {
  std::vector<User> users;
  std::vector<Team> teams;
  std::vector<Priority> priorities;
  std::vector<BackingService> services;
  std::vector<Dependency> dependencies;
  std::vector<Schedule> schedules;
  std::vector<Policy> policies;
  std::vector<Incident> incidents;  // by number
  std::vector<Alert> alerts;
  std::vector<Note> notes;
  std::vector<LogEntry> log_entries;  // oldest first, but for seeds
  std::vector<ChangeEvent> changes;
  std::vector<Window> windows;
  std::vector<Workflow> workflows;
  std::vector<Post> posts;

  // A new id like those of the vendor: `prefix` and capital letters with digits.
  std::string new_id(std::string_view prefix = "P");

 private:
  std::uint64_t ids_ = 0;
};

// The record with that id; null without one.
template <class Row>
Row* find(std::vector<Row>& rows, std::string_view id) {
  for (auto& row : rows) {
    if (row.id == id) return &row;
  }
  return nullptr;
}
template <class Row>
const Row* find(const std::vector<Row>& rows, std::string_view id) {
  for (auto const& row : rows) {
    if (row.id == id) return &row;
  }
  return nullptr;
}

}  // namespace davit::sandbox::pagerduty

// The data of the sandbox as plain records.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/json.h"
#include "sandbox/story.h"

namespace davit::sandbox::dynatrace {

using Texts = std::vector<std::pair<std::string, std::string>>;

struct Entity {
  std::string id;
  std::string type;
  std::string name;
  Time first_seen;
  std::vector<std::string> tags;  // "key:value" or "key"
  std::string zone;               // name of its management zone, or empty
  json::Object properties;
  Texts relations;  // kind and the id of the other, where this one is the FROM end
};

struct Comment {
  std::string id;
  std::string author;
  std::string content;
  std::string context;
  Time created;
};

struct Problem {
  std::string id;
  std::string display_id;
  std::string title;
  std::string severity;
  std::string impact;
  Time start;
  std::optional<Time> end;
  std::vector<std::string> affected;
  std::vector<std::string> impacted;
  std::string root_cause;  // empty when Davis found none
  std::string zone;
  json::Array evidence;
  json::Array impacts;
  std::vector<Comment> comments;  // oldest first
};

struct Event {
  std::string id;
  std::string type;
  std::string title;
  std::string entity;
  Time start;
  Time end;
  std::string correlation;
  Texts properties;
};

struct LogLine {
  Time time;
  std::string level;
  std::string content;
  std::string service;  // id of the entity, or empty
  std::string host;
  std::string pod;
  std::string trace;  // 32 hex digits, or empty
  std::string span;
};

struct Span {
  std::string trace;
  std::string id;
  std::string parent;
  std::string name;
  std::string kind;
  std::string service;  // id of the entity
  Time start;
  std::int64_t duration_ns = 0;
  bool is_failed = false;
  int http_status = 0;  // 0 for none
  std::string exception;
};

struct KubernetesEvent {
  Time time;
  std::string reason;
  std::string message;
  std::string type;  // Normal, Warning
  std::string kind;
  std::string object;
  int count = 1;
};

struct BusinessEvent {
  Time time;
  std::string type;
  std::string order;
  double amount = 0;
};

struct Slo {
  std::string id;
  std::string name;
  std::string description;
  std::string expression;
  std::string filter;
  double target = 99;
  double warning = 99.5;
  double value = 100;
  double burn_rate = 0;
  std::string entity;  // open problems of it count
  bool is_enabled = true;
};

struct Vulnerability {
  std::string id;
  std::string display_id;
  std::string title;
  std::string description;
  std::string cve;
  std::string package;
  std::string technology;
  std::string level;
  double score = 0;
  bool is_exposed = false;
  bool has_exploit = false;
  std::string status = "OPEN";
  bool is_muted = false;
  Time first_seen;
  std::vector<std::string> affected;  // ids of process groups
};

struct SettingsObject {
  std::string id;
  std::string schema;
  std::string scope;
  json::Value value;
  Time created;
};

struct Document {
  std::string id;
  std::string name;
  std::string type;  // dashboard, notebook
  std::string owner;
  std::string content;
  Time modified;
  int version = 1;
};

// A query that did not end within its first call.
struct QueryJob {
  json::Object result;
  Time started;
  Time last_polled;
  std::chrono::seconds polling_promise{0};  // 0 for none
  int polls = 0;
  int not_started_polls = 0;
  bool fails = false;
  bool is_cancelled = false;
};

struct Store {
  Time seeded;
  std::map<std::string, Entity> entities;
  std::vector<Problem> problems;
  std::vector<Event> events;
  std::vector<LogLine> logs;  // oldest first
  std::vector<Span> spans;
  std::vector<KubernetesEvent> kubernetes_events;
  std::vector<BusinessEvent> business_events;
  std::vector<Slo> slos;
  std::vector<Vulnerability> vulnerabilities;
  std::vector<SettingsObject> settings;
  std::vector<Document> documents;
  std::map<std::string, QueryJob> jobs;  // by request token
  int last_id = 0;

  const Entity* find_entity(std::string_view id) const;
  // Empty for one that is not there.
  std::string entity_name(std::string_view id) const;
  Problem* find_problem(std::string_view id);
  bool is_healthy(std::string_view entity) const;
};

Store make_seed(Time now, const Addresses& addresses);

// "HOST-0123456789ABCDEF": the same for the same name.
std::string entity_id(std::string_view type, std::string_view name);
// `digits` hexadecimal digits, the same for the same text.
std::string stable_hex(std::string_view text, std::size_t digits);
// "123e4567-e89b-42d3-a456-426614174000", the same for the same text.
std::string stable_uuid(std::string_view text);

}  // namespace davit::sandbox::dynatrace

// The records of the Jira sandbox.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"
#include "sandbox/story.h"
#include "sandbox/time_text.h"

namespace davit::sandbox::atlassian {

struct Person {
  std::string account_id;
  std::string name;
  std::string email;  // "" when the person hides it
  bool is_active = true;
  std::string account_type = "atlassian";
};

struct Version {
  int id = 0;
  int project = 0;
  std::string name;
  std::string description;
  bool is_released = false;
  std::string release_date;
};

struct Component {
  int id = 0;
  int project = 0;
  std::string name;
  std::string lead;
};

struct Project {
  int id = 0;
  std::string key;
  std::string name;
  std::string description;
  std::string lead;
  std::vector<int> types;
  int last_number = 0;  // of its issues
};

struct Board {
  int id = 0;
  std::string name;
  std::string type;  // "scrum", "kanban"
  int project = 0;
};

struct Sprint {
  int id = 0;
  int board = 0;
  std::string name;
  std::string state;  // "future", "active", "closed"
  std::string goal;
  std::optional<Time> start, end, complete;
};

struct Comment {
  int id = 0;
  std::string author;
  json::Value body;
  Time created{}, updated{};
  json::Value visibility;
};

struct Worklog {
  int id = 0;
  std::string author;
  json::Value comment;
  Time started{}, created{};
  std::int64_t seconds = 0;
};

struct ChangeItem {
  std::string field;
  std::string field_id;
  std::string from, from_text;
  std::string to, to_text;
};

struct Change {
  int id = 0;
  std::string author;
  Time at{};
  std::vector<ChangeItem> items;
};

struct RemoteLink {
  int id = 0;
  std::string global_id;
  json::Object body;  // as it came: application, relationship, object
};

struct Attachment {
  int id = 0;
  std::string media_id;
  std::string filename, type, author, content;
  Time created{};
};

struct Issue {
  int id = 0;
  std::string key;
  int project = 0;
  int type = 0;
  int status = 0;
  int priority = 3;
  int resolution = 0;  // 0: unresolved
  int parent = 0;      // id of an issue
  int rank = 0;
  std::string summary;
  json::Value description;  // ADF, or null
  json::Value environment;
  std::string assignee, reporter, creator;
  std::vector<std::string> labels;
  std::vector<int> components, fix_versions, affects_versions;
  std::vector<int> sprints;  // the last may be open, those before are closed
  std::optional<double> points;
  std::string due_date;
  std::optional<std::int64_t> estimate, remaining;  // seconds
  json::Object custom;                              // the other custom fields, by id
  Time created{}, updated{};
  std::optional<Time> resolved;
  std::vector<Comment> comments;
  std::vector<Worklog> worklogs;
  std::vector<Change> changes;
  std::vector<RemoteLink> remote_links;
  std::vector<Attachment> attachments;
};

// "from" blocks "to", for the type that says so.
struct IssueLink {
  int id = 0;
  int type = 0;
  int from = 0;
  int to = 0;
};

struct Store {
  std::string site;  // of the "self" links: "http://127.0.0.1:8930"
  Time now{};
  std::vector<Person> people;
  std::vector<Project> projects;
  std::vector<Version> versions;
  std::vector<Component> components;
  std::vector<Board> boards;
  std::vector<Sprint> sprints;
  std::map<int, Issue> issues;
  std::vector<IssueLink> links;
  int last_id = 20000;

  int next_id() { return ++last_id; }
  // Keys in any case, as Jira takes them.
  Issue* find_issue(std::string_view id_or_key);
  const Issue* find_issue(std::string_view id_or_key) const;
  const Issue* issue(int id) const;
  const Person* person(std::string_view account_id) const;
  const Project* find_project(std::string_view id_or_key) const;
  const Project& project(int id) const;
  Sprint* sprint(int id);
  const Sprint* sprint(int id) const;
  const Board* board(int id) const;
  // The sprint an issue is in; null in the backlog.
  const Sprint* open_sprint(const Issue& issue) const;

  void log(Issue& issue, std::vector<ChangeItem> items);
};

// The caller of every request.
extern const std::string_view kCallerId;

// "2026-11-21T00:00:00.000+0000"
std::string jira_time(Time time);

// The whole number that all of `text` is, or 0.
int to_id(std::string_view text);

}  // namespace davit::sandbox::atlassian

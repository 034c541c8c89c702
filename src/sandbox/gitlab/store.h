// The data of the sandbox as plain records. Maps keep the addresses of their values, so pointers
// into the store stay good until the record is deleted or the store is reset.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"
#include "sandbox/gitlab/git.h"

namespace davit::sandbox::gitlab {

using Id = std::int64_t;

// GitLab docs, "Access levels".
enum class Role {
  none = 0,
  guest = 10,
  planner = 15,
  reporter = 20,
  developer = 30,
  maintainer = 40,
  owner = 50
};

struct User {
  Id id = 0;
  std::string username;
  std::string name;
  std::string email;
  bool is_bot = false;
  std::string job_title;
  Time created = at("2024-02-01 09:00");
};

struct Token {
  Id id = 0;
  std::string value;
  std::string name;
  Id user = 0;
  std::vector<std::string> scopes;
  bool is_expired = false;
};

struct Label {
  Id id = 0;
  std::string name;
  std::string color;
  std::string description;
};

struct Milestone {
  Id id = 0;
  Id iid = 0;
  std::string title;
  std::string description;
  std::string state = "active";
  std::string start_date;
  std::string due_date;
  Time created;
};

struct Release {
  std::string tag;
  std::string name;
  std::string description;
  Id author = 0;
  Time released;
};

// Where an inline note hangs.
struct Position {
  std::string base_sha;
  std::string start_sha;
  std::string head_sha;
  std::string old_path;
  std::string new_path;
  std::string type = "text";
  std::optional<Id> old_line;
  std::optional<Id> new_line;
  json::Value line_range;  // as it was given, or null
};

struct Note {
  Id id = 0;
  Id author = 0;
  std::string body;
  Time created;
  Time updated;
  bool is_system = false;
  bool is_internal = false;
  bool is_resolvable = false;
  bool is_resolved = false;
  std::optional<Id> resolved_by;
  std::optional<Time> resolved_at;
  std::optional<Position> position;
};

struct Discussion {
  std::string id;              // 40 hex digits
  bool is_individual = false;  // a plain comment that nobody can reply to as a thread
  std::vector<Note> notes;
};

struct DraftNote {
  Id id = 0;
  Id author = 0;
  std::string body;
  std::string discussion;  // id of the thread it will answer, or empty
  bool resolves = false;
  std::optional<Position> position;
};

// What issues and merge requests have in common.
struct Issuable {
  Id id = 0;
  Id iid = 0;
  Id project = 0;
  std::string title;
  std::string description;
  std::string state = "opened";
  Id author = 0;
  std::vector<Id> assignees;
  std::vector<std::string> labels;
  Id milestone = 0;  // 0 for none
  Time created;
  Time updated;
  std::optional<Time> closed_at;
  std::optional<Id> closed_by;
  bool is_locked = false;
  int upvotes = 0;
  int downvotes = 0;
  std::int64_t time_estimate = 0;  // seconds
  std::int64_t time_spent = 0;
  std::vector<Discussion> discussions;
};

struct Approval {
  Id user = 0;
  Time when;
};

struct MergeRequest : Issuable {
  std::string source_branch;
  std::string target_branch;
  std::vector<Id> reviewers;
  std::map<Id, std::string> reviewer_states;  // unreviewed, reviewed, requested_changes, approved
  std::vector<Approval> approvals;
  std::vector<DraftNote> drafts;
  bool squash = false;
  bool remove_source_branch = false;
  bool has_auto_merge = false;
  std::optional<Id> merge_user;
  std::optional<Time> merged_at;
  std::optional<Time> prepared_at;
  std::string merge_commit_sha;
  std::string squash_commit_sha;
  std::string merge_error;
  std::optional<Time> rebases_until;
  // Follow the branches while it is open, and stay when it is merged or closed.
  std::string base_sha;
  std::string start_sha;
  std::string head_sha;

  bool is_draft() const;
};

struct IssueLink {
  Id id = 0;
  Id target_project = 0;
  Id target_iid = 0;
  std::string type = "relates_to";
};

struct Issue : Issuable {
  std::string type = "issue";
  bool is_confidential = false;
  std::string due_date;
  std::optional<Id> weight;
  std::vector<IssueLink> links;
};

struct Job {
  Id id = 0;
  Id pipeline = 0;
  std::string name;
  std::string stage;
  std::string status;
  std::string failure_reason;
  bool allow_failure = false;
  bool is_retried = false;
  bool is_manual = false;
  Id user = 0;
  Time created;
  std::optional<Time> started;
  std::optional<Time> finished;
  // When a job that was started here begins and ends; jobs of the seed have no plan.
  std::optional<Time> begins;
  std::optional<Time> ends;
  double queued_seconds = 2.0;
  std::string trace;
  std::vector<std::string> tags;
  std::optional<double> coverage;                // percent
  std::map<std::string, std::string> artifacts;  // by path
};

// A job that starts a pipeline in another project.
struct Bridge {
  Job job;
  Id downstream_project = 0;
  Id downstream_pipeline = 0;  // 0 while there is none
};

struct TestCase {
  std::string status;  // success, failed, skipped, error
  std::string name;
  std::string classname;
  std::string file;
  double seconds = 0;
  std::string output;
  std::string stack_trace;
  int recent_failures = 0;
};

struct TestSuite {
  std::string name;
  Id job = 0;
  std::vector<TestCase> cases;
};

struct Pipeline {
  Id id = 0;
  Id iid = 0;
  std::string ref;
  std::string sha;
  std::string status;
  std::string source = "push";
  std::string name;
  Id merge_request = 0;  // iid, for merge_request_event
  Id user = 0;
  Time created;
  Time updated;
  std::optional<Time> started;
  std::optional<Time> finished;
  bool is_live = false;  // its status follows from its jobs
  std::string yaml_errors;
  std::vector<TestSuite> tests;
  json::Array variables;
};

struct ProtectedBranch {
  Id id = 0;
  std::string name;
  Role push = Role::maintainer;
  Role merge = Role::developer;
};

struct Group {
  Id id = 0;
  Id parent = 0;
  std::string name;
  std::string path;
  std::string full_path;
  std::string full_name;
  std::string description;
  Time created;
  std::map<Id, Role> members;
  std::vector<Label> labels;
  std::vector<Milestone> milestones;
};

struct Project {
  Id id = 0;
  Id group = 0;
  std::string name;
  std::string path;
  std::string description;
  std::string visibility = "private";
  std::vector<std::string> topics;
  std::vector<std::pair<std::string, double>> languages;
  bool is_archived = false;
  bool needs_pipeline = false;
  bool needs_resolved_threads = false;
  int approvals_required = 0;
  std::string merge_method = "merge";
  Time created;
  Time last_activity;
  int stars = 0;

  Repository repository;
  std::map<Id, Role> members;  // by user
  std::vector<Label> labels;
  std::vector<Milestone> milestones;
  std::vector<ProtectedBranch> protected_branches;
  std::vector<Release> releases;
  std::map<Id, Issue> issues;                                         // by iid
  std::map<Id, MergeRequest> merge_requests;                          // by iid
  std::map<Id, Pipeline> pipelines;                                   // by id
  std::map<Id, Job> jobs;                                             // by id
  std::map<Id, Bridge> bridges;                                       // by id
  std::map<std::string, std::vector<Discussion>> commit_discussions;  // by commit id
};

// A page or thing that waits for a user.
struct Todo {
  Id id = 0;
  Id user = 0;
  Id author = 0;
  Id project = 0;
  std::string action;       // assigned, mentioned, review_requested, ...
  std::string target_type;  // Issue, MergeRequest
  Id target_iid = 0;
  std::string body;
  std::string state = "pending";
  Time created;
};

struct Store {
  std::map<Id, User> users;
  std::vector<Token> tokens;
  std::map<Id, Group> groups;
  std::map<Id, Project> projects;
  std::map<std::string, std::string> moved;  // old full path -> full path
  std::map<Id, Todo> todos;
  Id last_id = 900'000;  // of everything that was created later

  Id next_id() { return ++last_id; }
  const User& user(Id id) const;
  const User* find_user(std::string_view username) const;
  std::string full_path(const Project& project) const;
  const Project* find_project(std::string_view full_path) const;
};

// `start` is when the part of the story that happened today stands still.
Store make_seed(Time start);

}  // namespace davit::sandbox::gitlab

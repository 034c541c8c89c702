// Rows of the seed that become records with all that follows from them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/gitlab/store.h"

namespace davit::sandbox::gitlab {

struct MergeRequestRow {
  Id iid;
  std::string_view title;
  std::string_view source;
  Id author;
  std::string_view created;
  std::string_view updated;
  std::vector<Id> assignees;
  std::vector<Id> reviewers;
  std::vector<std::string> labels;
  Id milestone;
  std::string_view description;
};

struct JobRow {
  Id id;
  std::string_view name;
  std::string_view stage;
  std::string_view status;
  int begins;   // seconds after the pipeline was created; -1 for never
  int seconds;  // -1 while it runs
  std::string_view failure_reason;
  bool allow_failure = false;
  bool is_retried = false;
};

struct PipelineRow {
  Id id;
  Id iid;
  std::string_view ref;
  std::string sha;
  std::string_view status;
  std::string_view source;
  Id merge_request;
  Id user;
  std::string_view created;
  std::vector<JobRow> jobs;
};

// An open one, with the commits of its branches.
MergeRequest& add_merge_request(Project& project, Id first_id, const MergeRequestRow& row);

Pipeline& add_pipeline(Project& project, const PipelineRow& row);

}  // namespace davit::sandbox::gitlab

// The record that a path names: refuses with GitLab's 404 when it is not there.
#pragma once

#include "sandbox/gitlab/call.h"

namespace davit::sandbox::gitlab {

struct FoundMergeRequest {
  Project* project;
  MergeRequest* mr;
};
// By the path's `merge_request_iid`; its diff refs are up to date.
Or<FoundMergeRequest> find_merge_request(Call& call, Role at_least = Role::none);

struct FoundIssue {
  Project* project;
  Issue* issue;
};
// By the path's `issue_iid`.
Or<FoundIssue> find_issue(Call& call, Role at_least = Role::none);

struct FoundPipeline {
  Project* project;
  Pipeline* pipeline;
};
// By the path's `pipeline_id`.
Or<FoundPipeline> find_pipeline(Call& call, Role at_least = Role::none);

struct FoundJob {
  Project* project;
  Job* job;
};
// By the path's `job_id`.
Or<FoundJob> find_job(Call& call, Role at_least = Role::none);

}  // namespace davit::sandbox::gitlab

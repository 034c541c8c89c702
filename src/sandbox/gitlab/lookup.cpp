#include "sandbox/gitlab/lookup.h"

#include "sandbox/gitlab/merging.h"

namespace davit::sandbox::gitlab {

Or<FoundMergeRequest> find_merge_request(Call& call, Role at_least) {
  DAVIT_TRY(auto* project, call.project(at_least));
  auto const found = project->merge_requests.find(call.id_arg("merge_request_iid"));
  if (found == project->merge_requests.end()) return no_record();
  refresh(*project, found->second);
  return FoundMergeRequest{project, &found->second};
}

Or<FoundIssue> find_issue(Call& call, Role at_least) {
  DAVIT_TRY(auto* project, call.project(at_least));
  auto const found = project->issues.find(call.id_arg("issue_iid"));
  if (found == project->issues.end()) return no_record();
  return FoundIssue{project, &found->second};
}

Or<FoundPipeline> find_pipeline(Call& call, Role at_least) {
  DAVIT_TRY(auto* project, call.project(at_least));
  auto const found = project->pipelines.find(call.id_arg("pipeline_id"));
  if (found == project->pipelines.end()) return no_record();
  return FoundPipeline{project, &found->second};
}

Or<FoundJob> find_job(Call& call, Role at_least) {
  DAVIT_TRY(auto* project, call.project(at_least));
  auto const found = project->jobs.find(call.id_arg("job_id"));
  if (found == project->jobs.end()) return no_record();
  return FoundJob{project, &found->second};
}

}  // namespace davit::sandbox::gitlab

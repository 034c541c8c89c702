// What a merge request is worth at the moment: its diff, its pipeline, whether it can be merged;
// and the merge itself.
#pragma once

#include <string_view>
#include <vector>

#include "sandbox/gitlab/store.h"

namespace davit::sandbox::gitlab {

// Brings the diff refs of an open merge request up to its branches.
void refresh(const Project& project, MergeRequest& mr);

// Null when its commit is gone or the branches have nothing in common.
const Commit* head_of(const Project& project, const MergeRequest& mr);
const Commit* base_of(const Project& project, const MergeRequest& mr);

// The newest one for the head commit; null when there is none.
const Pipeline* head_pipeline(const Project& project, const MergeRequest& mr);

bool has_conflicts(const Project& project, const MergeRequest& mr);
bool has_unresolved_threads(const MergeRequest& mr);
// Commits of the target branch that the source branch lacks.
std::size_t count_behind(const Project& project, const MergeRequest& mr);

// GitLab's detailed_merge_status: "mergeable" or the first thing in the way. The pipeline counts
// only when `with_ci`.
std::string_view merge_obstacle(
    const Project& project, const MergeRequest& mr, bool with_ci = true
);

// Merges as the project's merge method says; the merge request must be mergeable.
void merge_now(
    Store& store,
    Project& project,
    MergeRequest& mr,
    Id by,
    Time now,
    std::string_view commit_message
);

// Puts the source branch on top of the target branch; false when that conflicts.
bool rebase(Project& project, MergeRequest& mr, Time now);

// The numbers after "Closes #", "Fixes #", "Resolves #" in the description.
std::vector<Id> issues_to_close(const MergeRequest& mr);

// Those whose description names the issue.
std::vector<const MergeRequest*> related_merge_requests(const Project& project, Id issue);

}  // namespace davit::sandbox::gitlab

// Running pipelines: those that are started here live by the clock, so that waiting for one works.
#pragma once

#include "sandbox/gitlab/store.h"

namespace davit::sandbox::gitlab {

// The jobs of the project's CI file, pending.
Pipeline& start_pipeline(
    Store& store,
    Project& project,
    const std::string& ref,
    const std::string& sha,
    Id user,
    Time now
);

// A copy of the job that runs next; the old one counts as retried.
Job& retry_job(Store& store, Project& project, Job& job, Id user, Time now);
// Starts a manual job, or one that was skipped.
void play_job(Project& project, Job& job, Id user, Time now);
void cancel_job(Project& project, Job& job, Time now);

// What can be cancelled: created, pending, running.
bool is_active(std::string_view status);

// Brings every live pipeline and job to where it is at `now`, and merges what was scheduled and can
// be merged.
void settle(Store& store, Time now);

}  // namespace davit::sandbox::gitlab

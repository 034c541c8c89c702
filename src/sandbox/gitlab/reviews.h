// Decisions about merge requests that quick actions take too.
#pragma once

#include "sandbox/gitlab/call.h"

namespace davit::sandbox::gitlab {

bool has_approved(const MergeRequest& mr, Id user);
bool can_approve(const Call& call, const Project& project, const MergeRequest& mr);
// False when the caller may not, or has already.
bool approve_now(Call& call, const Project& project, MergeRequest& mr);
// False when the caller had not approved.
bool unapprove_now(Call& call, MergeRequest& mr);

// True for checks that may still pass, so that an automatic merge can be scheduled.
bool can_wait_for(std::string_view obstacle);
void schedule_merge(Call& call, MergeRequest& mr);

}  // namespace davit::sandbox::gitlab

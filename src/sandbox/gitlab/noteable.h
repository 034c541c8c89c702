// Noteable: the issue or merge request that notes hang on, whichever the path names.
#pragma once

#include "sandbox/gitlab/call.h"

namespace davit::sandbox::gitlab {

struct Noteable {
  Project* project = nullptr;
  Issuable* base = nullptr;
  MergeRequest* mr = nullptr;  // one of the two is set
  Issue* issue = nullptr;
};

// By the path's `merge_request_iid` or `issue_iid`.
Or<Noteable> find_noteable(Call& call);

Discussion* find_discussion(Issuable& on, std::string_view id);

// A new note by the caller, not stored yet. Threads on merge requests can be resolved.
Note make_note(Call& call, const Noteable& on, std::string_view body, bool in_thread);

// Reads the parameter `position`. Refuses in GitLab's words when it does not lie in the diff.
Or<std::optional<Position>> read_position(Call& call, const Noteable& on);

void resolve(Discussion& discussion, bool resolved, Id by, Time now);

}  // namespace davit::sandbox::gitlab

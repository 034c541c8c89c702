// The data the sandbox starts with, relative to `now`.
#pragma once

#include "sandbox/atlassian/store.h"
#include "sandbox/story.h"

namespace davit::sandbox::atlassian {

Store make_seed(const Addresses& at, Time now);

// Its parts.
void seed_site(Store& store, Time now);    // people, projects, boards
void seed_issues(Store& store, Time now);  // what the team worked on before
void seed_story(Store& store, const Addresses& at, Time now);

inline constexpr int kHarbId = 10000;
inline constexpr int kOpsId = 10001;
inline constexpr int kActiveSprint = 47;

}  // namespace davit::sandbox::atlassian

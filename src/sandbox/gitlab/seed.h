// The story that the sandbox starts with. Harbor sells tickets. Its payment provider answered 503
// at peak hours in the week of 16 November 2026; Jonas opened harbor/api!7 to retry, and the retry
// is wrong: it also repeats what must not be repeated, without a limit and without growing pauses.
// Aisha said so in the review, the pipeline failed, and nobody has decided yet. Meanwhile
// harbor/api!10 was merged and deployed, with which the story of all sandboxes begins
// (sandbox/story.h).
#pragma once

#include "sandbox/gitlab/store.h"

namespace davit::sandbox::gitlab {

inline constexpr Id kMina = 11;
inline constexpr Id kJonas = 12;
inline constexpr Id kAisha = 13;
inline constexpr Id kBot = 14;
inline constexpr Id kTomas = 16;

inline constexpr Id kApi = 101;
inline constexpr Id kWeb = 102;
inline constexpr Id kDeployTools = 103;
// Nobody with a token may see it.
inline constexpr Id kVault = 199;

// In the order in which make_seed calls them.
void seed_people(Store& store);
void seed_projects(Store& store);
void seed_api_code(Store& store);
void seed_other_code(Store& store);
void seed_merge_requests(Store& store);
void seed_issues(Store& store);
void seed_pipelines(Store& store);
void seed_artifacts(Store& store);
// harbor/api!10 and what came of it, in the minutes before `start` (sandbox/story.h).
void seed_story(Store& store, Time start);

}  // namespace davit::sandbox::gitlab

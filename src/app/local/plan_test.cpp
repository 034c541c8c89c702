// What a release is made of, from the manifest and the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/local/deploy_request.h"

namespace davit::app {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

local::Version version() {
  local::Version version;
  version.release = "new";
  version.services.push_back({.name = "davitd", .servers = {"gitlab", "billing"}, .tasks = 3});
  return version;
}

TEST(Plan, ComesFromTheManifestUnlessToldOtherwise) {
  manifest::Manifest manifest;
  manifest.release.strategy = manifest::Strategy::canary;
  manifest.release.canary_percent = 20;
  auto const planned = make_plan({}, manifest, version(), "old");
  ASSERT_TRUE(planned) << planned.error().message();
  EXPECT_EQ(planned->strategy, rollout::Strategy::canary);
  EXPECT_EQ(planned->plan.steps.front().green_weight, 20);
  EXPECT_EQ(planned->plan.steps.back().bake, 10s);

  auto const told =
      make_plan({.strategy = "rolling", .bake = 3s, .pauses = true}, manifest, version(), "old");
  EXPECT_EQ(told->plan.steps.size(), 3U);
  EXPECT_EQ(told->plan.steps.back().bake, 3s);
  EXPECT_TRUE(told->plan.pauses);
}

TEST(Plan, OfTheFirstReleaseIsAllAtOnce) {
  auto const planned =
      make_plan({.strategy = "canary", .pauses = true}, manifest::Manifest(), version(), "");
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->plan.steps.size(), 1U);
  EXPECT_EQ(planned->plan.steps[0].bake, 0s);
  EXPECT_FALSE(planned->plan.pauses);
}

TEST(Plan, KeepsSessionsThatLiveInMemoryOutOfTwoVersions) {
  auto with_sessions = version();
  with_sessions.services.push_back({.name = "notes", .servers = {"notes"}, .is_stateless = false});
  DeployRequest const canary{.strategy = "canary"};
  Serving const serving{.in_memory = {"mail", "notes"}};
  for (auto const& now : {Serving(), serving}) {
    auto const planned = make_plan(canary, manifest::Manifest(), with_sessions, "old", now);
    ASSERT_TRUE(planned);
    EXPECT_EQ(planned->strategy, rollout::Strategy::all_at_once);
    ASSERT_EQ(planned->plan.steps.size(), 1U);
    EXPECT_EQ(planned->plan.steps[0].green_weight, 100);
    ASSERT_EQ(planned->remarks.size(), 1U);
    EXPECT_THAT(
        planned->remarks[0], HasSubstr(now.in_memory.empty() ? "of notes" : "of mail, notes")
    );
    EXPECT_THAT(describe(*planned, with_sessions, {}), HasSubstr("instead of canary"));
  }
  auto const first = make_plan(canary, manifest::Manifest(), with_sessions, "");
  EXPECT_TRUE(first->remarks.empty()) << "there are no sessions yet";
}

TEST(Plan, RollsInAsManyStepsAsThereAreTasks) {
  DeployRequest const rolling{.strategy = "rolling"};
  Serving const scaled{.tasks = {{"davitd", 5}}};
  auto const planned = make_plan(rolling, manifest::Manifest(), version(), "old", scaled);
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->plan.steps.size(), 5U);
}

TEST(Plan, IsDescribedBeforeItsFirstEffect) {
  manifest::Manifest manifest;
  manifest.release.smoke = {"gitlab_list_projects"};
  manifest.release.hooks.pre_traffic = {"./check.sh", "staging"};
  auto const planned = make_plan({.strategy = "canary", .percent = 10}, manifest, version(), "old");
  auto const options = make_driver_options(manifest, "/tmp", false);
  ASSERT_TRUE(planned && options);
  auto const text = describe(*planned, version(), *options);
  for (auto const* words :
       {"release  new, canary",
        "over     old",
        "davitd: 3 tasks with gitlab, billing",
        "10 % of the traffic",
        "gate calls gitlab_list_projects",
        "pre-traffic: ./check.sh staging",
        "a breaking change ends the release"}) {
    EXPECT_THAT(text, HasSubstr(words));
  }
}

TEST(DeployRequest, TravelsWhole) {
  DeployRequest const request{
      .file = "/a/davit.yaml",
      .strategy = "linear",
      .percent = 25,
      .bake = 3s,
      .step_bake = 1s,
      .pauses = true,
      .supersedes = true,
      .actor = "ada",
  };
  auto const back = deploy_request_from(to_json(request));
  EXPECT_EQ(json::to_text(to_json(back)), json::to_text(to_json(request)));
  EXPECT_EQ(back.step_bake, 1s);
}

}  // namespace
}  // namespace davit::app

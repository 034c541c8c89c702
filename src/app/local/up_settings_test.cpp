#include "app/local/up_settings.h"

#include <gtest/gtest.h>

namespace davit::app {
namespace {

using namespace std::chrono_literals;

TEST(UpSettings, AreComparedByWhatAPersonWrote) {
  manifest::Local const running;
  EXPECT_TRUE(compare(up_settings(running), up_settings(running)).empty());
  auto wanted = running;
  wanted.port = 9090;
  wanted.drain = 30s;
  wanted.tasks = 5;  // a release brings it
  auto const changes = compare(up_settings(running), up_settings(wanted));
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(
      describe(changes[0]),
      "local.port is 9090 in the manifest, but `davit up` began with 8080 and keeps to it: no "
      "release changes it; `davit stop`, then `davit up` again"
  );
  EXPECT_EQ(changes[1].key, "local.drain");
  EXPECT_EQ(changes[1].running, "110s");
  EXPECT_EQ(changes[1].wanted, "30s");
}

TEST(UpSettings, LeaveThePortOutThatWasGivenOnTheCommandLine) {
  manifest::Local wanted;
  wanted.drain = 30s;
  auto const changes = compare(up_settings_with({}, 9090), up_settings(wanted));
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].key, "local.drain");
  wanted.port = 9191;
  EXPECT_EQ(compare(up_settings_with({}, 9090), up_settings(wanted)).size(), 1U);
  EXPECT_EQ(compare(up_settings_with({}, 0), up_settings(wanted)).size(), 2U);
}

TEST(UpSettings, OfASupervisorThatDoesNotTellThemAreNoDifference) {
  EXPECT_TRUE(compare({}, up_settings({})).empty());
  EXPECT_TRUE(compare(up_settings_from_json({}), up_settings({})).empty());
  auto const settings = up_settings({});
  EXPECT_EQ(up_settings_from_json(to_json(settings)), settings);
}

}  // namespace
}  // namespace davit::app

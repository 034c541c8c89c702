#include "release/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace davit::release {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Measured measured(
    std::int64_t requests, std::int64_t errors = 0, std::int64_t rpc_errors = 0, int p99 = 1
) {
  return {requests, errors, std::chrono::milliseconds(p99), 0, 0, rpc_errors, {}};
}

TEST(Watch, TellsWhatIsWrongWithTheNumbers) {
  struct Case {
    Measured look;
    std::string says;
  };
  WatchLimits const limits{.errors_5xx = 1, .errors_share = 0.01, .p99 = 500ms};
  auto restarted = measured(100);
  restarted.restarts = 2;
  auto restarted_once = measured(100);
  restarted_once.restarts = 1;
  for (auto const& [look, says] : {
           Case{measured(0), ""},
           Case{measured(100, 2), ""},
           Case{
               measured(100, 3),
               "3 of 100 requests were answered with 5xx since the last look, 2 allowed"
           },
           // Of so few, a share says nothing.
           Case{measured(19, 1, 19, 9'000), ""},
           Case{
               measured(19, 2),
               "2 of 19 requests were answered with 5xx since the last look, 1 allowed"
           },
           Case{measured(100, 0, 50), ""},
           Case{
               measured(100, 0, 51),
               "51 JSON-RPC errors in 100 requests since the last look, 50 allowed"
           },
           Case{measured(100, 0, 0, 500), ""},
           Case{
               measured(100, 0, 0, 501),
               "1 of 100 of 100 requests took longer than 501 ms since the last look, 500 ms "
               "allowed"
           },
           Case{restarted_once, "1 restart of its tasks since it has traffic, 0 allowed"},
           Case{restarted, "2 restarts of its tasks since it has traffic, 0 allowed"},
       }) {
    Watch watch(limits);
    EXPECT_EQ(watch.judge(look).value_or(""), says);
  }
}

TEST(Watch, ManySmallErrorsAddUp) {
  Watch watch(WatchLimits{.errors_5xx = 2});
  EXPECT_FALSE(watch.judge(measured(10, 1)));
  EXPECT_FALSE(watch.judge(measured(5, 1)));
  EXPECT_EQ(
      watch.judge(measured(4, 1)),
      "3 of 19 requests were answered with 5xx since it has traffic, 2 allowed"
  );
}

TEST(Watch, WhatIsMissingIsToldOnceAndIsNeitherGoodNorBad) {
  Watch watch(WatchLimits{});
  Measured look;
  look.not_measured = {"rpc_errors of billing: it has no counters"};
  EXPECT_FALSE(watch.judge(look));
  EXPECT_FALSE(watch.was_measured());
  EXPECT_THAT(
      watch.take_gaps(),
      ElementsAre(
          "not measured: rpc_errors of billing: it has no counters",
          "not measured: requests",
          "not measured: errors_5xx",
          "not measured: restarts",
          "not measured: unhealthy"
      )
  );
  EXPECT_FALSE(watch.judge(look));
  watch.miss("no answer");
  watch.miss("no answer");
  EXPECT_THAT(watch.take_gaps(), ElementsAre("not measured: anything: no answer"));
  // Errors count although nobody knows of how many.
  look.errors_5xx = 1;
  EXPECT_TRUE(watch.judge(look));
}

TEST(Watch, TasksThatAreNotHealthyInTwoLooksOneAfterTheOtherAreBad) {
  auto const look = [](std::optional<std::int64_t> unhealthy) {
    auto seen = measured(0);
    seen.unhealthy = unhealthy;
    return seen;
  };
  Watch watch(WatchLimits{});
  EXPECT_FALSE(watch.judge(look(2)));
  EXPECT_TRUE(watch.is_unhealthy());
  EXPECT_FALSE(watch.judge(look(0)));
  EXPECT_FALSE(watch.is_unhealthy());
  EXPECT_FALSE(watch.judge(look(2)));
  // Nobody counted: neither good nor bad.
  EXPECT_FALSE(watch.judge(look(std::nullopt)));
  watch.miss("no answer");
  EXPECT_EQ(watch.judge(look(1)), "1 of its tasks is not healthy");
  EXPECT_EQ(watch.judge(look(2)), "2 of its tasks are not healthy");
}

TEST(Watch, NoRequestsIsACount) {
  Watch watch(WatchLimits{});
  auto look = measured(0);
  look.p99.reset();
  EXPECT_FALSE(watch.judge(look));
  EXPECT_TRUE(watch.was_measured());
  EXPECT_THAT(watch.take_gaps(), IsEmpty());
  watch.begin_stretch();
  EXPECT_FALSE(watch.was_measured());
}

}  // namespace
}  // namespace davit::release

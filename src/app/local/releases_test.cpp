#include "app/local/releases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/local/control_error.h"
#include "app/local/operator.h"
#include "async/loop.h"
#include "support/child.h"

namespace davit::app {
namespace {

using rollout::Stage;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

// Does at once what it is told; `start` waits for `may_start`.
class FakeTarget final : public release::Target {
 public:
  Async<> start(std::string, int) override {
    while (!may_start) DAVIT_CO_CHECK(co_await sleep_for(1ms));
    co_return Result<>();
  }
  Async<> trim(std::string, int) override { co_return Result<>(); }
  Async<> shift(std::string, std::string, int) override { co_return Result<>(); }
  Async<std::vector<release::Endpoint>> endpoints(std::string) override {
    std::vector<release::Endpoint> one;
    one.push_back({.server = "gitlab"});
    co_return one;
  }
  Async<release::Measured> measure(std::string) override { co_return release::Measured(); }
  Async<json::Object> evidence(std::string) override { co_return json::Object(); }

  bool may_start = true;
};

struct GoodGate {
  static Async<release::GateReport> run(
      Executor, http::Client*, release::GateOptions, log::Logger
  ) {
    release::GateReport report;
    report.checks.push_back({.server = "gitlab", .name = "health"});
    co_return report;
  }
};

class ReleasesTest : public ::testing::Test {
 protected:
  ReleasesTest()
      : client_(http::make_curl_client(loop_.executor(), {})),
        releases_(
            {loop_.executor(), &clock_, &target_, client_.get(), log::Logger(), folder_.path()}
        ) {}
  ~ReleasesTest() override { EXPECT_TRUE(loop_.run(releases_.stop())); }

  Result<> begin(const std::string& name, const std::string& previous = "", bool pauses = false) {
    Releases::Order order;
    order.plan.release = name;
    order.plan.previous = previous;
    order.plan.steps = rollout::make_steps(rollout::Strategy::all_at_once, {});
    order.plan.pauses = pauses;
    order.origin.release = name;
    order.origin.previous = previous;
    order.origin.actor = "ada@build-7";
    order.origin.command = "davit deploy";
    order.options.evidence = folder_.path() / "evidence";
    order.options.gate = &GoodGate::run;
    return releases_.begin(std::move(order));
  }
  // How it stands when it has ended, or got to `stage`.
  Stage run_until(std::optional<Stage> stage = {}) {
    for (auto i = 0; i < 500 && releases_.is_under_way(); ++i) {
      if (stage && releases_.state()->stage == *stage) break;
      EXPECT_TRUE(loop_.run(releases_.wait_for_change(10ms)));
    }
    return releases_.state()->stage;
  }

  testing::TemporaryDirectory folder_;
  SystemClock clock_;
  Loop loop_;
  FakeTarget target_;
  std::unique_ptr<http::Client> client_;
  Releases releases_;
};

TEST_F(ReleasesTest, TellEachStateInTheirOrder) {
  ASSERT_TRUE(begin("first"));
  EXPECT_EQ(run_until(), Stage::done);
  std::vector<Stage> stages;
  for (auto const& state : releases_.told()) {
    if (stages.empty() || stages.back() != state.stage) stages.push_back(state.stage);
  }
  ASSERT_FALSE(stages.empty());
  EXPECT_EQ(stages.back(), Stage::done);
  EXPECT_THAT(stages, ::testing::IsSupersetOf({Stage::starting, Stage::gating, Stage::shifting}));
  ASSERT_TRUE(releases_.gate());
  EXPECT_EQ(releases_.gate()->checks.size(), 2U);
}

TEST_F(ReleasesTest, ComeOneAfterTheOtherAndTheSecondHearsWhoHasTheFirst) {
  target_.may_start = false;
  ASSERT_TRUE(begin("first"));
  run_until(Stage::starting);
  auto const second = begin("second");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind(), ErrorKind::conflict);
  EXPECT_THAT(
      second.error().message(),
      ::testing::AllOf(
          HasSubstr("first"), HasSubstr("ada@build-7"), HasSubstr("UTC"), HasSubstr("starting")
      )
  );
  EXPECT_EQ(error_from_json(to_json(second.error())).detail(), kLocked);
  target_.may_start = true;
  EXPECT_EQ(run_until(), Stage::done);
  EXPECT_TRUE(begin("second", "first"));
}

TEST_F(ReleasesTest, GoOnOrBackWhenAPersonSaysSo) {
  ASSERT_TRUE(begin("first", "old", true));
  EXPECT_EQ(run_until(Stage::paused), Stage::paused);
  releases_.resume();
  EXPECT_EQ(run_until(), Stage::done);

  ASSERT_TRUE(begin("second", "first", true));
  EXPECT_EQ(run_until(Stage::paused), Stage::paused);
  releases_.roll_back("asked for by bob");
  auto const end = run_until();
  EXPECT_TRUE(end == Stage::refused || end == Stage::rolled_back) << to_string(end);
  EXPECT_THAT(releases_.state()->reason, HasSubstr("bob"));
}

TEST_F(ReleasesTest, CanBeGoneOnWithWhenTheSupervisorStopped) {
  target_.may_start = false;
  ASSERT_TRUE(begin("first"));
  run_until(Stage::starting);
  ASSERT_TRUE(loop_.run(releases_.stop()));
  EXPECT_FALSE(rollout::is_end(release::read_record(folder_.path(), "first")->state.stage));

  auto const other = begin("second");
  ASSERT_FALSE(other) << "the first would be gone on with over it";
  EXPECT_EQ(other.error().kind(), ErrorKind::conflict);
  EXPECT_THAT(other.error().message(), HasSubstr("first stands at `starting`"));

  target_.may_start = true;
  release::DriverOptions options;
  options.gate = &GoodGate::run;
  options.evidence = folder_.path() / "evidence";
  ASSERT_TRUE(releases_.go_on("first", std::move(options)));
  EXPECT_EQ(run_until(), Stage::done);
  EXPECT_EQ(releases_.origin().actor, "ada@build-7");
}

TEST(ReleaseName, IsATimeAndSomethingElse) {
  std::chrono::sys_seconds const time{std::chrono::seconds(1'795'345'200)};
  auto const name = make_release_name(time);
  EXPECT_THAT(name, ::testing::MatchesRegex("20261122-110000-[0-9a-f]{4}"));
}

TEST(ExitCodes, AreThoseOfTheStages) {
  EXPECT_EQ(exit_code_of(Stage::done), 0);
  EXPECT_EQ(exit_code_of(Stage::refused), 5);
  EXPECT_EQ(exit_code_of(Stage::rolled_back), 6);
  EXPECT_EQ(exit_code_of(Stage::failed), 7);
  EXPECT_EQ(exit_code_of(Stage::baking), 8);
}

TEST(HasReached, KnowsHowFarAReleaseIs) {
  rollout::State state;
  auto const reached = [&](Stage stage) {
    state.stage = stage;
    std::vector<std::string> names;
    for (auto const* name : {"started", "gated", "shifted", "done"}) {
      if (has_reached(state, name)) names.emplace_back(name);
    }
    return names;
  };
  EXPECT_THAT(reached(Stage::starting), ElementsAre());
  EXPECT_THAT(reached(Stage::gating), ElementsAre("started"));
  EXPECT_THAT(reached(Stage::shifting), ElementsAre("started", "gated"));
  state.weight = 100;
  EXPECT_THAT(reached(Stage::baking), ElementsAre("started", "gated", "shifted"));
  for (auto const back : {Stage::removing, Stage::restoring, Stage::shifting_back}) {
    EXPECT_THAT(reached(back), ElementsAre()) << to_string(back);
  }
}

}  // namespace
}  // namespace davit::app

#include "app/local/releases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/local/control_error.h"
#include "app/local/deploy_request.h"
#include "app/local/operator.h"
#include "app/local/reports.h"
#include "app/local/rollback_choice.h"
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

release::Record record(const std::string& name, Stage stage) {
  release::Record record;
  record.origin.release = name;
  record.state.plan.release = name;
  record.state.stage = stage;
  return record;
}

TEST(RollbackChoice, TakesTheLastThatServedBefore) {
  std::vector<release::Record> const history{
      record("a", Stage::done),
      record("b", Stage::done),
      record("bad", Stage::rolled_back),
      record("c", Stage::done),
  };
  std::vector<std::string> const all{"a", "b", "bad", "c"};
  EXPECT_EQ(*choose_rollback(history, "c", "", all), "b");
  EXPECT_EQ(*choose_rollback(history, "c", "previous", all), "b");
  EXPECT_EQ(*choose_rollback(history, "c", "a", all), "a");
  EXPECT_EQ(*choose_rollback(history, "c", "", {"a", "c"}), "a") << "the files of b are gone";
  EXPECT_EQ(choose_rollback(history, "c", "c", all).error().kind(), ErrorKind::invalid_input);
  EXPECT_THAT(
      choose_rollback(history, "c", "bad", all).error().message(), HasSubstr("there are b, a")
  );
  EXPECT_EQ(choose_rollback({}, "", "", {}).error().kind(), ErrorKind::not_found);
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

TEST(History, TellsWhyOfThoseThatDidNotGoWell) {
  std::vector<release::Record> history{record("good", Stage::done), record("bad", Stage::refused)};
  history[0].origin.command = "davit deploy --wait-until done";
  history[1].state.reason = "the gate failed";
  auto const text = describe_history(history, {.releases = 1}, 20, {});
  EXPECT_THAT(text, HasSubstr("the gate failed"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("davit deploy"))) << "a command is no reason";
  EXPECT_THAT(text, HasSubstr("1 release,"));
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

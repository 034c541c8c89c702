#include "app/local/operator.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "async/loop.h"
#include "support/child.h"

namespace davit::app {
namespace {

using rollout::Stage;
using ::testing::Contains;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

class QuickTarget final : public release::Target {
 public:
  Async<> start(std::string, int) override { co_return co_await sleep_for(5ms); }
  Async<> trim(std::string, int) override { co_return co_await sleep_for(60ms); }
  Async<> shift(std::string, std::string, int) override { co_return Result<>(); }
  Async<std::vector<release::Endpoint>> endpoints(std::string) override {
    co_return std::vector<release::Endpoint>(1);
  }
  Async<release::Measured> measure(std::string) override { co_return release::Measured(); }
  Async<json::Object> evidence(std::string) override { co_return json::Object(); }
};

Async<release::GateReport> pass(Executor, http::Client*, release::GateOptions, log::Logger) {
  release::GateReport report;
  report.checks.push_back({.server = "gitlab", .name = "health"});
  co_return report;
}

Async<release::GateReport> refuse(Executor, http::Client*, release::GateOptions, log::Logger) {
  release::GateReport report;
  release::Check check{.server = "gitlab", .name = "health"};
  check.outcome = release::Check::Outcome::failed;
  report.checks.push_back(std::move(check));
  co_return report;
}

Async<local::Status> status() {
  local::Status status{.port = 8080, .balancer_pid = 4711, .serving = "old"};
  status.tasks.push_back({.record = {.id = "davitd-1", .release = "old"}, .state = "healthy"});
  co_return status;
}

Async<> scale(std::string service, int) {
  if (service == "nobody") co_return Error(ErrorKind::not_found, "there is no such service");
  co_return Result<>();
}

class OperatorTest : public ::testing::Test {
 protected:
  OperatorTest()
      : client_(http::make_curl_client(loop_.executor(), {})),
        folder_{directory_.path()},
        releases_(
            {loop_.executor(),
             &clock_,
             &target_,
             client_.get(),
             log::Logger(),
             folder_.journals(),
             {}}
        ) {
    EXPECT_TRUE(make_folders(folder_));
    Operator::Parts parts{.executor = loop_.executor(), .clock = &clock_, .releases = &releases_};
    parts.folder = folder_;
    parts.status = &status;
    parts.scale = &scale;
    parts.stop = [this](std::string by) {
      stopped_by_ = std::move(by);
      operator_->ended();
    };
    operator_.emplace(std::move(parts));
  }
  ~OperatorTest() override {
    EXPECT_TRUE(loop_.run(operator_->stop()));
    EXPECT_TRUE(loop_.run(releases_.stop()));
  }

  Result<json::Object> ask(json::Object request) {
    Tell tell = [this](const json::Object& event) {
      events_.push_back(event);
      return Result<>();
    };
    return loop_.run(with_timeout(operator_->answer(std::move(request), std::move(tell)), 5s));
  }

  Releases::Order make_order() const {
    Releases::Order order;
    order.plan.release = order.origin.release = "new";
    order.plan.previous = order.origin.previous = "old";
    order.plan.steps = rollout::make_steps(rollout::Strategy::all_at_once, {});
    order.origin.actor = "ada";
    order.options.gate = &pass;
    order.options.evidence = folder_.evidence();
    return order;
  }
  void run_until(Stage stage) {
    for (auto i = 0; i < 500 && releases_.state()->stage != stage; ++i) {
      ASSERT_TRUE(loop_.run(releases_.wait_for_change(10ms)));
    }
    ASSERT_EQ(releases_.state()->stage, stage);
  }
  void begin_paused() {
    auto order = make_order();
    order.plan.pauses = true;
    ASSERT_TRUE(releases_.begin(std::move(order)));
    run_until(Stage::paused);
  }
  void write_manifest() {
    auto const file = folder_.root / "davit.yaml";
    std::ofstream(file) << "name: mcp\ntarget: local\nauth: none\nservers:\n"
                           "  gitlab: {connector: gitlab, token: \"env:GITLAB_TOKEN\"}\n";
  }

  // The stages that were told, each once, and "gate" for its report.
  std::vector<std::string> told() const {
    std::vector<std::string> names;
    for (auto const& event : events_) {
      auto name = std::string(json::find_string(event, "event").value_or(""));
      if (auto const stage = json::find_string(event, "state.stage")) name = *stage;
      if (names.empty() || names.back() != name) names.push_back(std::move(name));
    }
    return names;
  }

  testing::TemporaryDirectory directory_;
  SystemClock clock_;
  Loop loop_;
  QuickTarget target_;
  std::unique_ptr<http::Client> client_;
  StateFolder folder_;
  Releases releases_;
  std::optional<Operator> operator_;
  std::vector<json::Object> events_;
  std::string stopped_by_;
};

TEST_F(OperatorTest, RefusesAVerbThatItDoesNotKnow) {
  auto const answer = ask({{"verb", "dance"}});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), ErrorKind::invalid_input);
}

TEST_F(OperatorTest, TellsHowThingsStand) {
  auto const answer = ask({{"verb", "status"}});
  ASSERT_TRUE(answer) << answer.error().message();
  auto const view = view_from_json(*answer);
  ASSERT_TRUE(view) << view.error().message();
  EXPECT_EQ(view->status.serving, "old");
  ASSERT_EQ(view->status.tasks.size(), 1U);
  EXPECT_EQ(view->status.tasks[0].state, "healthy");
  EXPECT_FALSE(view->state);
}

TEST_F(OperatorTest, SaysThatNothingIsUnderWay) {
  for (auto const* verb : {"wait", "continue"}) {
    EXPECT_EQ(ask({{"verb", verb}}).error().kind(), ErrorKind::not_found) << verb;
  }
  EXPECT_THAT(ask({{"verb", "rollback"}}).error().message(), HasSubstr("no release served before"));
}

TEST_F(OperatorTest, ContinuesAndTellsEachStageWithTheGateInItsPlace) {
  begin_paused();
  auto const answer = ask({{"verb", "continue"}});
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(json::find_string(*answer, "stage"), "done");
  EXPECT_EQ(json::find_int(*answer, "exit_code"), 0);
  auto const names = told();
  auto const gate = std::ranges::find(names, "gate");
  ASSERT_TRUE(gate != names.end() && gate != names.begin());
  EXPECT_EQ(*(gate - 1), "gating");
  EXPECT_THAT(names, Contains("shifting"));
  EXPECT_EQ(names.back(), "done");
}

TEST_F(OperatorTest, RollsBackWhatIsUnderWayAsItWasWanted) {
  begin_paused();
  auto const dry = ask({{"verb", "rollback"}, {"is_dry", true}});
  ASSERT_TRUE(dry);
  EXPECT_THAT(std::string(*json::find_string(*dry, "text")), HasSubstr("all traffic goes to old"));
  EXPECT_EQ(releases_.state()->stage, Stage::paused) << "nothing was done";

  auto const other = ask({{"verb", "rollback"}, {"to", "older"}});
  EXPECT_EQ(other.error().kind(), ErrorKind::conflict);

  auto const answer = ask({{"verb", "rollback"}, {"actor", "bob"}});
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(json::find_int(*answer, "exit_code"), 0);
  EXPECT_THAT(std::string(*json::find_string(*answer, "reason")), HasSubstr("bob"));
  EXPECT_TRUE(rollout::is_end(releases_.state()->stage));
}

TEST_F(OperatorTest, IsNotGatedWhenTheGateRefuses) {
  auto order = make_order();
  order.options.gate = &refuse;
  ASSERT_TRUE(releases_.begin(std::move(order)));
  auto const answer = ask({{"verb", "wait"}, {"until", "gated"}});
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(json::find_string(*answer, "stage"), "refused");
  EXPECT_EQ(json::find_int(*answer, "exit_code"), 5);
}

TEST_F(OperatorTest, RollsBackNothingThatIsDoneButForItsHooks) {
  auto order = make_order();
  order.options.hooks.push_back(
      {.when = release::Hook::When::post_deploy, .command = {"/bin/sleep", "0.3"}}
  );
  ASSERT_TRUE(releases_.begin(std::move(order)));
  run_until(Stage::done);
  ASSERT_TRUE(releases_.is_under_way()) << "its hook runs";
  auto const answer = ask({{"verb", "rollback"}});
  ASSERT_FALSE(answer) << "it serves: nothing was rolled back";
  EXPECT_THAT(answer.error().message(), HasSubstr("no release served before"));
  EXPECT_FALSE(releases_.is_under_way());
}

TEST_F(OperatorTest, BeginsNothingBehindADamagedJournal) {
  std::ofstream(folder_.journals() / "lost.jsonl") << "{}\nno journal\n{}\n";
  auto const answer = ask({{"verb", "rollback"}});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), ErrorKind::conflict);
  EXPECT_THAT(answer.error().message(), HasSubstr("lost.jsonl away"));
  auto const gone_on = operator_->go_on({});
  ASSERT_TRUE(gone_on);
  EXPECT_EQ(gone_on->release, "");
  EXPECT_EQ(gone_on->remarks.size(), 2U);
}

TEST_F(OperatorTest, GoesOnWithTheNewestAndClosesTheOlderOnes) {
  for (auto const* name : {"a", "b"}) {
    auto journal = release::Journal::create(folder_.journals(), {.release = name});
    ASSERT_TRUE(journal);
    rollout::State state;
    state.plan = make_order().plan;
    state.plan.release = name;
    state.stage = Stage::done;
    if (std::string(name) == "a") state.stage = Stage::baking;
    ASSERT_TRUE(journal->write({.now = {}}, state));
  }
  auto const gone_on = operator_->go_on({});
  ASSERT_TRUE(gone_on) << gone_on.error().message();
  EXPECT_EQ(gone_on->release, "");
  EXPECT_FALSE(releases_.is_under_way());
  ASSERT_EQ(gone_on->remarks.size(), 1U);
  EXPECT_THAT(gone_on->remarks[0], HasSubstr("a was interrupted"));
  EXPECT_EQ(release::read_record(folder_.journals(), "a")->state.stage, Stage::failed);
}

// Whoever superseded it pressed Ctrl-C, and was told that it goes on.
TEST_F(OperatorTest, SupersedesThoughNobodyListensAnyMore) {
  write_manifest();
  begin_paused();
  json::Object request{{"verb", "deploy"}, {"supersedes", true}, {"release", "newer"}};
  request["file"] = (folder_.root / "davit.yaml").string();
  request["program"] = "/bin/true";
  Tell const tell = [](const json::Object&) { return Error(ErrorKind::unavailable, "gone"); };
  auto const answer = loop_.run(with_timeout(operator_->answer(std::move(request), tell), 20ms));
  ASSERT_FALSE(answer);
  for (auto i = 0; i < 500 && releases_.origin().release != "newer"; ++i) {
    ASSERT_TRUE(loop_.run(releases_.wait_for_change(10ms)));
  }
  EXPECT_EQ(releases_.origin().release, "newer") << answer.error().message();
  EXPECT_EQ(release::read_record(folder_.journals(), "new")->state.stage, Stage::refused);
}

TEST_F(OperatorTest, ScalesWhenNothingIsBeingReleased) {
  EXPECT_TRUE(ask({{"verb", "scale"}, {"tasks", 3}}));
  EXPECT_EQ(
      ask({{"verb", "scale"}, {"tasks", 3}, {"service", "nobody"}}).error().kind(),
      ErrorKind::not_found
  );
  begin_paused();
  EXPECT_EQ(ask({{"verb", "scale"}, {"tasks", 3}}).error().kind(), ErrorKind::conflict);
}

TEST_F(OperatorTest, AnswersAStopWhenEverythingHasEnded) {
  auto const answer = ask({{"verb", "stop"}, {"actor", "bob"}});
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(stopped_by_, "bob");
}

TEST_F(OperatorTest, RefusesAManifestThatIsNotThere) {
  auto const answer = ask({{"verb", "deploy"}, {"file", (folder_.root / "davit.yaml").string()}});
  EXPECT_EQ(answer.error().kind(), ErrorKind::not_found);
  EXPECT_FALSE(releases_.is_under_way());
}

}  // namespace
}  // namespace davit::app

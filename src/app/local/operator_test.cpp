#include "app/local/operator.h"

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
  Async<> start(std::string, int) override { co_return Result<>(); }
  Async<> trim(std::string, int) override { co_return Result<>(); }
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
  ~OperatorTest() override { EXPECT_TRUE(loop_.run(releases_.stop())); }

  Result<json::Object> ask(json::Object request) {
    Tell tell = [this](const json::Object& event) {
      events_.push_back(event);
      return Result<>();
    };
    return loop_.run(with_timeout(operator_->answer(std::move(request), std::move(tell)), 5s));
  }

  void begin_paused() {
    Releases::Order order;
    order.plan.release = order.origin.release = "new";
    order.plan.previous = order.origin.previous = "old";
    order.plan.steps = rollout::make_steps(rollout::Strategy::all_at_once, {});
    order.plan.pauses = true;
    order.origin.actor = "ada";
    order.options.gate = &pass;
    order.options.evidence = folder_.evidence();
    ASSERT_TRUE(releases_.begin(std::move(order)));
    for (auto i = 0; i < 500 && releases_.state()->stage != Stage::paused; ++i) {
      ASSERT_TRUE(loop_.run(releases_.wait_for_change(10ms)));
    }
    ASSERT_EQ(releases_.state()->stage, Stage::paused);
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

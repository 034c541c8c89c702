#include "app/local/operator_fixture.h"

namespace davit::app {
namespace {

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

TEST_F(OperatorTest, SaysThatTheSupervisorWasStoppedDuringARelease) {
  begin_paused();
  ASSERT_TRUE(loop_.run(releases_.stop()));
  Tell const tell = [](const json::Object&) { return Result<>(); };
  auto const watched = loop_.run(with_timeout(operator_->follow("new", tell, "done"), 5s));
  ASSERT_FALSE(watched);
  constexpr auto kStopped = "the supervisor was stopped; the next `davit up` goes on with it";
  EXPECT_EQ(watched.error().message(), kStopped);
  auto const view = view_from_json(*ask({{"verb", "status"}}));
  ASSERT_TRUE(view);
  EXPECT_EQ(view->note, kStopped);
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

// It would for a minute.
TEST_F(OperatorTest, WaitsForNoHookOfAReleaseThatHasEnded) {
  write_manifest();
  json::Object deploy{{"verb", "deploy"}, {"supersedes", true}, {"until", "begun"}};
  deploy["file"] = (folder_.root / "davit.yaml").string();
  deploy["program"] = "/bin/true";
  deploy["release"] = "newer";
  for (auto const& request : {json::Object{{"verb", "rollback"}}, deploy}) {
    auto order = make_order();
    order.plan.release = order.origin.release =
        "before-" + std::string(*json::find_string(request, "verb"));
    auto const name = order.plan.release;
    order.options.hooks.push_back(
        {.when = release::Hook::When::event, .command = {"/bin/sleep", "60"}}
    );
    ASSERT_TRUE(releases_.begin(std::move(order)));
    run_until(Stage::done);
    ASSERT_TRUE(releases_.is_under_way()) << "its hook runs";
    auto const answer = ask(request);
    if (!answer) EXPECT_THAT(answer.error().message(), HasSubstr("no release served before"));
    auto const record = release::read_record(folder_.journals(), name);
    ASSERT_TRUE(record) << record.error().message();
    EXPECT_THAT(record->state.remarks, Contains(HasSubstr("not all hooks were told"))) << name;
  }
  EXPECT_EQ(releases_.origin().release, "newer");
}

TEST_F(OperatorTest, RefusesWhatNeedsAVariableThatIsNotSet) {
  write_manifest();
  ::unsetenv("GITLAB_TOKEN");
  json::Object request{{"verb", "deploy"}, {"program", "/bin/true"}};
  request["file"] = (folder_.root / "davit.yaml").string();
  EXPECT_EQ(
      ask(request).error().message(),
      "server gitlab: token: env:GITLAB_TOKEN is not set; export it and run `davit up` again"
  );
  EXPECT_FALSE(releases_.is_under_way());
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

// The asker has closed his side of the socket, and is told all the same what is told meanwhile.
TEST_F(OperatorTest, EndsItsAnswerToAStopWithWhoeverAsked) {
  ends_at_once_ = false;
  auto told = 0;
  Tell const tell = [&told](const json::Object&) {
    ++told;
    return Result<>();
  };
  json::Object request{{"verb", "stop"}, {"actor", "bob"}};
  auto const answer = loop_.run(with_timeout(operator_->answer(std::move(request), tell), 20ms));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), ErrorKind::timeout);
  EXPECT_LE(told, 1);
  EXPECT_EQ(stopped_by_, "bob") << "the order stands";
}

TEST_F(OperatorTest, LeavesNoVersionBehindWhoseReleaseDidNotBegin) {
  write_manifest();
  json::Object request{{"verb", "deploy"}, {"program", "/bin/true"}, {"release", "odd"}};
  request["file"] = (folder_.root / "davit.yaml").string();
  request["strategy"] = "backwards";
  EXPECT_EQ(ask(request).error().kind(), ErrorKind::invalid_input);
  EXPECT_FALSE(std::filesystem::exists(folder_.root / "versions" / "odd"));
  EXPECT_FALSE(releases_.is_under_way());
}

TEST_F(OperatorTest, SupersedesNothingWhenItHasNothingToReleaseInstead) {
  write_manifest();
  begin_paused();
  json::Object request{{"verb", "deploy"}, {"supersedes", true}, {"program", "/no/davitd"}};
  request["file"] = (folder_.root / "davit.yaml").string();
  EXPECT_EQ(ask(request).error().kind(), ErrorKind::not_found);
  EXPECT_EQ(releases_.state()->stage, Stage::paused);
  EXPECT_TRUE(releases_.is_under_way());
}

TEST_F(OperatorTest, RefusesAManifestThatIsNotThere) {
  auto const answer = ask({{"verb", "deploy"}, {"file", (folder_.root / "davit.yaml").string()}});
  EXPECT_EQ(answer.error().kind(), ErrorKind::not_found);
  EXPECT_FALSE(releases_.is_under_way());
}

}  // namespace
}  // namespace davit::app

// What a supervisor that starts makes of the journals.
#include <fstream>

#include "app/local/operator_fixture.h"

namespace davit::app {
namespace {

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

TEST_F(OperatorTest, ShowsAReleaseThatCannotBeGoneOnWithAndRollsItBack) {
  {
    auto journal = release::Journal::create(folder_.journals(), {.release = "new"});
    ASSERT_TRUE(journal);
    rollout::State state;
    state.plan = make_order().plan;
    state.stage = Stage::baking;
    state.weight = 100;
    state.was_shifted = true;
    ASSERT_TRUE(journal->write({.now = {}}, state));
  }
  manifest::Manifest manifest;
  manifest.release.calls = {"this is no call"};
  ASSERT_FALSE(operator_->go_on(manifest));
  auto const answer = ask({{"verb", "status"}});
  ASSERT_TRUE(answer) << answer.error().message();
  auto const view = view_from_json(*answer);
  ASSERT_TRUE(view) << view.error().message();
  EXPECT_THAT(view->note, HasSubstr("new stands at `baking`, and nobody goes on with it: "));
  EXPECT_THAT(view->note, HasSubstr("`davit rollback` ends it"));
  ASSERT_TRUE(view->state);
  EXPECT_EQ(view->state->stage, Stage::baking);
  EXPECT_EQ(ask({{"verb", "scale"}, {"tasks", 3}}).error().kind(), ErrorKind::conflict);

  write_manifest();
  json::Object request{{"verb", "rollback"}, {"actor", "bob"}};
  request["file"] = (folder_.root / "davit.yaml").string();
  auto const back = ask(request);
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_EQ(json::find_string(*back, "stage"), "rolled_back");
}

}  // namespace
}  // namespace davit::app

#include "app/local/journals.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/child.h"

namespace davit::app {
namespace {

using rollout::Stage;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class JournalsTest : public ::testing::Test {
 protected:
  void write(const std::string& name, Stage stage) {
    auto journal = release::Journal::create(folder_.path(), {.release = name});
    ASSERT_TRUE(journal) << journal.error().message();
    auto state = journal->state();
    state.plan.release = name;
    state.plan.steps = rollout::make_steps(rollout::Strategy::all_at_once, {});
    state.stage = stage;
    rollout::Event const event{.now = rollout::Time(std::chrono::hours(1))};
    ASSERT_TRUE(journal->write(event, state));
  }
  void write_damaged(const std::string& name) {
    std::ofstream(folder_.path() / (name + ".jsonl")) << "{\"journal\":\nno journal\n{}\n";
  }
  Journals look() const { return look_at_journals(folder_.path()); }

  testing::TemporaryDirectory folder_;
};

TEST_F(JournalsTest, HaveNothingToGoOnWithWhenTheNewestHasEnded) {
  EXPECT_FALSE(look().open);
  write("a", Stage::baking);
  write("b", Stage::done);
  auto const journals = look();
  EXPECT_FALSE(journals.open) << "b has come in the place of what a came from";
  EXPECT_THAT(journals.overtaken, ElementsAre("a"));
}

TEST_F(JournalsTest, HaveTheNewestToGoOnWithAndNeverAnOlderOne) {
  write("a", Stage::baking);
  write("b", Stage::starting);
  auto const journals = look();
  ASSERT_TRUE(journals.open);
  EXPECT_EQ(journals.open->origin.release, "b");
  EXPECT_THAT(journals.overtaken, ElementsAre("a"));

  ASSERT_TRUE(close_journal(folder_.path(), "a", rollout::Time(std::chrono::hours(2))));
  auto const closed = release::read_record(folder_.path(), "a");
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->state.stage, Stage::failed);
  EXPECT_THAT(closed->state.reason, HasSubstr("another release began"));
  EXPECT_THAT(look().overtaken, IsEmpty());
}

TEST_F(JournalsTest, CloseWhatNeverBegan) {
  ASSERT_TRUE(release::Journal::create(folder_.path(), {.release = "a"}));
  EXPECT_FALSE(look().open) << "it has no plan to go on with";
  ASSERT_THAT(look().unbegun, ElementsAre("a"));
  ASSERT_TRUE(close_journal(folder_.path(), "a", rollout::Time(std::chrono::hours(2))));
  EXPECT_EQ(release::read_record(folder_.path(), "a")->state.stage, Stage::refused);
  EXPECT_THAT(look().unbegun, IsEmpty());
}

TEST_F(JournalsTest, AreNotTrustedWhenTheNewestIsDamaged) {
  write("a", Stage::baking);
  write_damaged("b");
  auto const journals = look();
  EXPECT_FALSE(journals.open);
  EXPECT_EQ(journals.unreadable.size(), 1U);
  auto const newest = check_newest(journals);
  ASSERT_FALSE(newest);
  EXPECT_EQ(newest.error().kind(), ErrorKind::conflict);
  EXPECT_THAT(newest.error().message(), HasSubstr("b.jsonl away"));

  std::filesystem::remove(folder_.path() / "b.jsonl");
  EXPECT_TRUE(check_newest(look()));
  EXPECT_TRUE(look().open);
}

TEST_F(JournalsTest, OnlyNameAnOlderOneThatIsDamaged) {
  write_damaged("a");
  std::filesystem::last_write_time(
      folder_.path() / "a.jsonl",
      std::filesystem::file_time_type::clock::now() - std::chrono::hours(1)
  );
  write("b", Stage::done);
  EXPECT_EQ(look().unreadable.size(), 1U);
  EXPECT_TRUE(check_newest(look()));
}

}  // namespace
}  // namespace davit::app

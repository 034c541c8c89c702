#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "release/folder_fixture.h"
#include "release/journal.h"

namespace davit::release {
namespace {

using namespace std::chrono_literals;
using rollout::Event;
using rollout::Stage;
using ::testing::ElementsAre;

rollout::Time const kStart = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);

class StillClock final : public Clock {
 public:
  explicit StillClock(rollout::Time time) : time_(time) {}
  std::chrono::system_clock::time_point now() const override { return time_; }
  std::chrono::steady_clock::time_point steady_now() const override { return {}; }

 private:
  rollout::Time time_;
};

struct Entered {
  Stage stage;
  std::chrono::milliseconds after;  // the begin
};

class History : public ::testing::Test {
 protected:
  // A journal as if the release had gone through these stages.
  void add(
      const std::string& release,
      rollout::Time began,
      const std::vector<Entered>& stages,
      std::optional<rollout::Time> committed_at = std::nullopt
  ) {
    Origin origin;
    origin.release = release;
    origin.previous = "blue";
    origin.committed_at = committed_at;
    auto journal = Journal::create(folder_.path, origin, StillClock(began));
    ASSERT_TRUE(journal) << journal.error().message();
    auto state = journal->state();
    state.plan.steps = {{}};
    for (auto const& [stage, after] : stages) {
      state.stage = stage;
      ASSERT_TRUE(journal->write({Event::Kind::tick, began + after, 0, ""}, state));
    }
  }
  Folder folder_;
};

TEST_F(History, ARecordTellsHowLongEachStageTook) {
  add("r1",
      kStart,
      {{Stage::starting, 100ms},
       {Stage::starting, 600ms},
       {Stage::gating, 1'100ms},
       {Stage::baking, 1'500ms},
       {Stage::done, 61'500ms},
       {Stage::done, 99'000ms}});
  auto const record = read_record(folder_.path, "r1");
  ASSERT_TRUE(record) << record.error().message();
  EXPECT_EQ(record->began, kStart);
  EXPECT_EQ(record->ended, kStart + 61'500ms);
  ASSERT_EQ(record->stages.size(), 3);
  EXPECT_EQ(record->stages[0].stage, Stage::starting);
  EXPECT_EQ(record->stages[0].took, 1'000ms);
  EXPECT_EQ(record->stages[1].took, 400ms);
  EXPECT_EQ(record->stages[2].took, 60'000ms);
}

TEST_F(History, OneThatRunsHasNoEndAndAClockThatWentBackTakesNoTime) {
  add("r1", kStart, {{Stage::starting, 500ms}, {Stage::gating, 200ms}, {Stage::gating, 900ms}});
  auto const record = read_record(folder_.path, "r1");
  EXPECT_FALSE(record->ended);
  ASSERT_EQ(record->stages.size(), 2);
  EXPECT_EQ(record->stages[0].took, 0ms);
  EXPECT_EQ(record->stages[1].took, 700ms);
}

TEST_F(History, IsInTheOrderOfTimeAndNamesWhatCannotBeRead) {
  add("b", kStart, {{Stage::done, 1s}});
  add("a", kStart + 1h, {{Stage::done, 1s}});
  add("c", kStart + 2h, {{Stage::rolled_back, 1s}});
  write_text(folder_.path / "broken.jsonl", "x\n");
  write_text(folder_.path / "notes.txt", "x\n");
  write_text(folder_.path / ".c.jsonl.4711", "x\n");
  std::vector<std::string> unreadable;
  auto const history = read_history(folder_.path, &unreadable);
  std::vector<std::string> names;
  names.reserve(history.size());
  for (auto const& record : history) names.push_back(record.origin.release);
  EXPECT_THAT(names, ElementsAre("b", "a", "c"));
  EXPECT_THAT(unreadable, ElementsAre("broken"));
  EXPECT_EQ(last_good(history), "a");
  EXPECT_EQ(last_good({}), "");
  EXPECT_TRUE(read_history(folder_.path / "nowhere").empty());
}

TEST_F(History, FiguresAreThoseOfTheFourKeys) {
  add("old", kStart - 24h, {{Stage::refused, 1s}});
  add("d1", kStart, {{Stage::done, 1h}}, kStart - 1h);       // lead time 2 h
  add("d2", kStart + 1s, {{Stage::done, 1s}}, kStart - 4h);  // 4 h and 2 s
  add("d3", kStart + 2s, {{Stage::done, 1s}});
  add("refused", kStart + 3s, {{Stage::starting, 0s}, {Stage::removing, 5s}, {Stage::refused, 9s}});
  add("back",
      kStart + 4s,
      {{Stage::baking, 0s},
       {Stage::restoring, 10s},
       {Stage::shifting_back, 12s},
       {Stage::removing, 12'500ms},
       {Stage::rolled_back, 20s}});
  add("failed", kStart + 5s, {{Stage::shifting_back, 1s}, {Stage::failed, 100s}});
  add("runs", kStart + 6s, {{Stage::baking, 1s}});
  auto const figures = count_figures(read_history(folder_.path), kStart, kStart + 24h * 14);
  EXPECT_EQ(figures.releases, 6);
  EXPECT_DOUBLE_EQ(figures.per_week, 3);
  EXPECT_DOUBLE_EQ(figures.failure_rate, 0.5);
  EXPECT_EQ(figures.lead_time, 3h + 1s);
  EXPECT_EQ(figures.time_to_restore, 2'500ms);
}

TEST_F(History, FiguresOfNothingAreNoFigures) {
  auto const figures = count_figures({}, kStart, kStart);
  EXPECT_EQ(figures.releases, 0);
  EXPECT_EQ(figures.per_week, 0);
  EXPECT_FALSE(figures.lead_time);
  EXPECT_FALSE(figures.time_to_restore);
}

}  // namespace
}  // namespace davit::release

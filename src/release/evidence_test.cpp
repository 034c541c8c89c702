#include "release/evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "release/driver_fixture.h"
#include "support/file_size_limit.h"

namespace davit::release {
namespace {

using namespace std::chrono_literals;
using rollout::Stage;
using ::testing::HasSubstr;

TEST(Evidence, NamesWhatFailedAndKeepsWhatThereWas) {
  World world;
  world.script.add("measure 4: requests=100 errors_5xx=7 p99=20 restarts=0 rpc_errors=0");
  ASSERT_EQ(world.release()->stage, Stage::rolled_back);
  auto const bundle = world.folder.path / "evidence" / "green-2";
  auto const summary = text_of(bundle / "summary.txt");
  EXPECT_THAT(summary, HasSubstr("green-2 was rolled back; blue-1 serves as before."));
  EXPECT_THAT(summary, HasSubstr("7 of 100 requests were answered with 5xx"));
  EXPECT_THAT(summary, HasSubstr("baking"));
  EXPECT_THAT(summary, HasSubstr("ada@build-7"));
  EXPECT_THAT(text_of(bundle / "target.json"), HasSubstr("the last line of green-2"));
  EXPECT_THAT(text_of(bundle / "gate.json"), HasSubstr("tools/list"));
  EXPECT_EQ(text_of(bundle / "journal.jsonl"), text_of(world.file()));
  for (auto const& entry : std::filesystem::directory_iterator(bundle))
    EXPECT_EQ(entry.status().permissions(), std::filesystem::perms(0600)) << entry.path();
  EXPECT_EQ(std::filesystem::status(bundle).permissions(), std::filesystem::perms(0700));
}

// Servers have their say in it, and it is read with `cat`.
TEST(Evidence, ItsSummaryDrivesNoTerminalAndForgesNoLine) {
  Record record;
  record.state.stage = Stage::refused;
  record.state.plan.release = "green-2";
  record.state.reason = "call add: \x1b]0;title\x07\r\n\nStages:\n";
  record.state.remarks = {"seen \x1b[2J\nBeside this"};
  auto const summary = summarise(record);
  EXPECT_THAT(summary, HasSubstr("What failed: call add: ?]0;title??\n    \n    Stages:\n"));
  EXPECT_THAT(summary, HasSubstr("seen ?[2J\n    Beside this\n"));
}

TEST(Evidence, ThatHangsIsSaidAndHoldsNothingUpForEver) {
  World world;
  world.options.evidence_limit = 50ms;
  world.script.add("start green-2: fail no such program");
  world.script.add("evidence: hang");
  ASSERT_EQ(world.release()->stage, Stage::refused);
  auto const bundle = world.folder.path / "evidence" / "green-2";
  EXPECT_THAT(text_of(bundle / "target.json"), HasSubstr("no answer in time"));
  EXPECT_THAT(text_of(bundle / "gate.json"), HasSubstr("not reached"));
  EXPECT_THAT(text_of(bundle / "summary.txt"), HasSubstr("no such program"));
}

TEST(Evidence, AFolderThatCannotBeMadeChangesNoOutcome) {
  World world;
  write_text(world.folder.path / "file", "");
  world.options.evidence = world.folder.path / "file" / "below";
  world.script.add("gate: fail no tools");
  EXPECT_EQ(world.release()->stage, Stage::refused);
}

// A driver that is killed in between: the next one is to ask again.
TEST(Evidence, ThatWasCutOffIsNone) {
  World world;
  auto const journal = world.journal();
  Evidence const evidence(world.folder.path / "evidence", journal);
  json::Object told;
  told["log"] = "the last line of green-2";
  {
    testing::FileSizeLimit const limit(10);
    EXPECT_FALSE(evidence.write_target(told));
  }
  EXPECT_FALSE(evidence.has_target());
  EXPECT_TRUE(evidence.write_target(told));
  EXPECT_TRUE(evidence.has_target());
}

}  // namespace
}  // namespace davit::release

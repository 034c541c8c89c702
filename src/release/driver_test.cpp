#include "release/driver.h"

#include <csignal>
#include <sys/resource.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "release/driver_fixture.h"
#include "release/evidence.h"
#include "support/case_file.h"

namespace davit::release {
namespace {

using namespace std::chrono_literals;
using rollout::Stage;
using ::testing::HasSubstr;
using ::testing::Not;

// "step 50 10 100 3000", "pauses", "first"
void set_plan(World& world, std::string_view text) {
  world.plan.steps.clear();
  for (auto const line : split(text, '\n')) {
    auto const words = split(line, ' ');
    auto const number = [&words](std::size_t n) { return std::stoi(std::string(words[n])); };
    if (words[0] == "pauses") world.plan.pauses = true;
    if (words[0] == "first") world.plan.previous = "";
    if (words[0] == "first") world.truth = {};
    if (words[0] == "step") {
      world.plan.steps.push_back(
          {number(1), number(2), number(3), std::chrono::milliseconds(number(4))}
      );
    }
  }
}

// "1500 resume", "4000 roll_back nobody likes it"
Async<> play_person(World* world, Driver* driver, std::string text) {
  for (auto const line : split(text, '\n')) {
    auto const words = split(line, ' ');
    if (words.size() < 2) continue;
    std::chrono::milliseconds const when(std::stoi(std::string(words[0])));
    DAVIT_CO_CHECK(co_await world->time.sleep(when - world->time.passed));
    if (words[1] == "resume") driver->resume();
    if (words[1] == "roll_back")
      driver->roll_back(std::string(line.substr(line.find("roll_back ") + 10)));
  }
  co_return Result<>();
}

std::string run_case(const testing::CaseFile& file) {
  World world;
  set_plan(world, file.section("plan"));
  auto const script = file.section("script");
  for (auto const line : split(script, '\n')) {
    if (!line.empty()) world.script.add(line);
  }
  auto const driver = world.driver();
  TaskScope person(world.loop.executor(), log::Logger());
  person.spawn("person", play_person(&world, driver.get(), file.section("person")));
  auto const ended = world.loop.run(driver->run(world.plan));
  EXPECT_TRUE(world.loop.run(person.stop(Duration::zero())));
  if (!ended) return world.transcript + ended.error().message() + "\n";
  EXPECT_EQ(ended->stage != Stage::done, std::filesystem::exists(world.folder.path / "evidence"));
  auto text = world.transcript + fmt::format("{}: {}\n", to_string(ended->stage), ended->reason);
  for (auto const& remark : ended->remarks) text += fmt::format("remark: {}\n", remark);
  auto const record = read_record(world.folder.path, "green-2");
  for (auto const& note : record->notes) {
    if (auto const said = json::find_string(note, "data.text"))
      text += fmt::format("note: {}\n", *said);
  }
  return text + world.truth_text();
}

TEST(Driver, DoesAsTheCasesSay) {
  auto const names = testing::case_names("testdata/driver");
  ASSERT_GE(names.size(), 10);
  for (auto const& name : names)
    testing::expect_case("testdata/driver/" + name + ".case", run_case);
}

Async<> run_into(Driver* driver, rollout::Plan plan, Result<rollout::State>* ended) {
  *ended = co_await driver->run(std::move(plan));
  co_return Result<>();
}

TEST(Driver, AJournalThatCannotBeWrittenEndsItBeforeAnythingMoreIsDone) {
  std::signal(SIGXFSZ, SIG_IGN);
  ::rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  World world;
  auto const driver = world.driver();
  // The line of the begin does not fit any more.
  ::rlimit const now{std::filesystem::file_size(world.file()) + 100, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &now);
  auto const ended = world.loop.run(driver->run(world.plan));
  ::setrlimit(RLIMIT_FSIZE, &before);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind(), ErrorKind::unavailable);
  EXPECT_EQ(world.transcript, "");
}

TEST(Driver, AGateThatComparedNothingSaysSo) {
  World world;
  world.script.add("endpoints blue-1: fail blue-1 has no healthy task");
  std::string told;
  world.options.on_gate = [&told](const GateReport& report) {
    for (auto const& check : report.checks) told += check.detail;
  };
  ASSERT_EQ(world.release()->stage, Stage::done);
  EXPECT_EQ(told, "blue-1, which serves, did not tell its tools: nothing was compared");
  EXPECT_THAT(text_of(world.file()), HasSubstr(told));
}

TEST(Driver, APlanOfAnotherReleaseIsRefused) {
  World world;
  auto const driver = world.driver();
  auto plan = world.plan;
  plan.release = "other";
  EXPECT_EQ(world.loop.run(driver->run(plan)).error().kind(), ErrorKind::invalid_input);
}

TEST(Driver, AReleaseThatHasEndedStaysSo) {
  World world;
  ASSERT_EQ(world.release()->stage, Stage::done);
  auto const lines = text_of(world.file());
  world.transcript.clear();
  EXPECT_EQ(world.release()->stage, Stage::done);
  EXPECT_EQ(world.transcript, "");
  EXPECT_EQ(text_of(world.file()), lines);
}

TEST(Driver, TheEvidenceNamesWhatFailedAndKeepsWhatThereWas) {
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
TEST(Driver, TheSummaryOfTheEvidenceDrivesNoTerminalAndForgesNoLine) {
  Record record;
  record.state.stage = Stage::refused;
  record.state.plan.release = "green-2";
  record.state.reason = "call add: \x1b]0;title\x07\r\n\nStages:\n";
  record.state.remarks = {"seen \x1b[2J\nBeside this"};
  auto const summary = summarise(record);
  EXPECT_THAT(summary, HasSubstr("What failed: call add: ?]0;title??\n    \n    Stages:\n"));
  EXPECT_THAT(summary, HasSubstr("seen ?[2J\n    Beside this\n"));
}

TEST(Driver, EvidenceThatHangsIsSaidAndHoldsNothingUpForEver) {
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

TEST(Driver, AnEvidenceFolderThatCannotBeMadeChangesNoOutcome) {
  World world;
  write_text(world.folder.path / "file", "");
  world.options.evidence = world.folder.path / "file" / "below";
  world.script.add("gate: fail no tools");
  EXPECT_EQ(world.release()->stage, Stage::refused);
}

TEST(Driver, AFirstReleaseSaysThatThereIsNothingToCompareWith) {
  World world;
  world.plan.previous = "";
  world.truth = {};
  ASSERT_EQ(world.release()->stage, Stage::done);
  EXPECT_THAT(text_of(world.file()), HasSubstr("there is nothing to compare with"));
}

// Its limit passes while there is no driver.
TEST(Driver, APauseThatWasTooLongEndsWhenADriverComesBack) {
  World world;
  world.plan.pauses = true;
  auto driver = world.driver();
  TaskScope scope(world.loop.executor(), log::Logger());
  Result<rollout::State> ended;
  auto task = scope.spawn("release", run_into(driver.get(), world.plan, &ended));
  while (driver->state().stage != Stage::paused) ASSERT_TRUE(world.loop.run(sleep_for(1ms)));
  task.cancel();
  ASSERT_TRUE(world.loop.run(scope.join()));
  driver.reset();
  world.time.passed += 2h;
  driver = world.driver();
  auto const outcome = world.loop.run(with_timeout(driver->run(world.plan), 20s));
  ASSERT_TRUE(outcome) << outcome.error().message();
  EXPECT_EQ(outcome->stage, Stage::refused);
  EXPECT_THAT(outcome->reason, HasSubstr("nobody resumed"));
}

TEST(Driver, WhatCannotBeLookedAtIsNotPromoted) {
  World world;
  world.plan.steps = {{50, 50, 100, 1s}, {100, 100, 100, 1s}};
  world.options.watch.answer = 20ms;
  world.script.add("measure: hang");
  world.script.add("measure 1: requests=0");
  auto const ended = world.release();
  ASSERT_EQ(ended->stage, Stage::rolled_back);
  EXPECT_THAT(
      ended->reason,
      HasSubstr("could not be seen to be well at the end of its bake, in 3 looks; the last: no "
                "answer in time")
  );
  // The step before takes nothing away: it only says so.
  ASSERT_EQ(ended->remarks.size(), 1);
  EXPECT_THAT(ended->remarks[0], HasSubstr("step 1 of 2 was watched for 1 s, and no requests"));
  EXPECT_EQ(world.served_by(), std::vector<std::string>{"blue-1"});
}

// Nothing is taken away by its promotion, and without it nothing would serve.
TEST(Driver, AFirstReleaseThatCannotBeLookedAtSaysSoAndGoesOn) {
  World world;
  world.plan.previous = "";
  world.truth = {};
  world.plan.steps = {{100, 100, 100, 1s}};
  world.options.watch.answer = 20ms;
  world.script.add("measure: hang");
  // The one before it has traffic; the time of this world does not wait for those that hang.
  world.script.add("measure 1: requests=0");
  auto const ended = world.release();
  ASSERT_EQ(ended->stage, Stage::done);
  EXPECT_THAT(text_of(world.file()), HasSubstr("not measured: anything: no answer in time"));
  ASSERT_EQ(ended->remarks.size(), 1);
  EXPECT_THAT(ended->remarks[0], HasSubstr("no requests could be counted"));
}

TEST(Driver, CancellingLeavesTheReleaseWhereItStood) {
  World world;
  auto driver = world.driver();
  TaskScope scope(world.loop.executor(), log::Logger());
  Result<rollout::State> ended;
  auto task = scope.spawn("release", run_into(driver.get(), world.plan, &ended));
  while (driver->state().stage != Stage::baking) ASSERT_TRUE(world.loop.run(sleep_for(1ms)));
  task.cancel();
  ASSERT_TRUE(world.loop.run(scope.join()));
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind(), ErrorKind::cancelled);
  auto const left = read_record(world.folder.path, "green-2");
  EXPECT_EQ(left->state.stage, Stage::baking);
  EXPECT_FALSE(left->ended);
  driver.reset();
  EXPECT_EQ(world.release()->stage, Stage::done);
}

}  // namespace
}  // namespace davit::release

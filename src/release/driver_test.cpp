#include "release/driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "release/driver_fixture.h"
#include "support/case_file.h"
#include "support/file_size_limit.h"

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

TEST(Driver, AJournalThatCannotBeWrittenEndsItBeforeAnythingMoreIsDone) {
  World world;
  auto const driver = world.driver();
  // The line of the begin does not fit any more.
  testing::FileSizeLimit const limit(std::filesystem::file_size(world.file()) + 100);
  auto const ended = world.loop.run(driver->run(world.plan));
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

TEST(Driver, AFirstReleaseSaysThatThereIsNothingToCompareWith) {
  World world;
  world.plan.previous = "";
  world.truth = {};
  ASSERT_EQ(world.release()->stage, Stage::done);
  EXPECT_THAT(text_of(world.file()), HasSubstr("there is nothing to compare with"));
}

TEST(Driver, AHookThatHoldsUpAStageIsNamedAndNotTheBalancer) {
  World world;
  world.script.add("hook pre-step: takes 50000");
  auto const ended = world.release();
  ASSERT_EQ(ended->stage, Stage::rolled_back);
  EXPECT_THAT(ended->reason, HasSubstr("hook pre-step had not ended"));
  EXPECT_THAT(ended->reason, HasSubstr("`shifting`"));
}

TEST(Driver, APromotionThatNobodyConfirmsInTimeIsTakenBack) {
  World world;
  for (auto& hook : world.options.hooks) hook.timeout = 1h;
  world.script.add("hook confirm-promotion: takes 3000000");
  auto const ended = world.release();
  ASSERT_EQ(ended->stage, Stage::rolled_back);
  EXPECT_THAT(ended->reason, HasSubstr("hook confirm-promotion had not ended"));
  EXPECT_THAT(world.transcript, Not(HasSubstr("trim blue-1")));
  EXPECT_EQ(world.served_by(), std::vector<std::string>{"blue-1"});
}

TEST(Driver, AnObserverThatHangsIsWaitedForOnce) {
  World world;
  world.script.add("hook event: takes 100000");
  auto const ended = world.release();
  ASSERT_EQ(ended->stage, Stage::done);
  ASSERT_EQ(ended->remarks.size(), 1);
  EXPECT_THAT(ended->remarks[0], HasSubstr("hook event (http://hooks): no answer in time"));
  // It is asked for 60 s, and the hook behind it has its turn.
  EXPECT_LT(world.time.passed, 70s);
  EXPECT_THAT(world.transcript, HasSubstr("hook post-deploy in done"));
}

TEST(Driver, AClockThatIsSetForwardMakesNoBakeShort) {
  World world;
  world.options.on_change = [&world](const rollout::State& state) {
    if (state.stage == Stage::baking) world.time.set_by = 2h;
  };
  ASSERT_EQ(world.release()->stage, Stage::done);
  EXPECT_GE(world.time.passed, 6s);
}

TEST(Driver, AClockThatIsSetBackKeepsNoStageFromBeingLate) {
  World world;
  world.script.add("shift green-2 1: hang");
  world.options.on_change = [&world](const rollout::State& state) {
    if (state.stage == Stage::shifting) world.time.set_by = -2h;
  };
  ASSERT_EQ(world.release()->stage, Stage::rolled_back);
  EXPECT_LT(world.time.passed, 1min);
}

// The next driver comes some time later: the step did not bake for so long.
TEST(Driver, AStepWithoutABakeThatADriverWasKilledInIsNotSaidToBeUnseen) {
  World world;
  world.plan.steps = {{50, 10, 100, 0s}, {100, 100, 100, 1s}};
  TaskScope scope(world.loop.executor(), log::Logger());
  Task task;
  world.options.on_change = [&task](const rollout::State& state) {
    if (state.stage == Stage::baking) task.cancel();
  };
  auto driver = world.driver();
  Result<rollout::State> ended;
  task = scope.spawn("release", run_into(driver.get(), world.plan, &ended));
  ASSERT_TRUE(world.loop.run(scope.join()));
  ASSERT_EQ(driver->state().stage, Stage::baking);
  driver.reset();
  world.options.on_change = nullptr;
  world.time.passed += 5min;
  ended = world.release();
  ASSERT_EQ(ended->stage, Stage::done);
  EXPECT_THAT(ended->remarks, ::testing::IsEmpty());
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
  ASSERT_EQ(ended->remarks.size(), 1) << world.transcript;
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
  // The one before it has traffic.
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

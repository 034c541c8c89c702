// What `davit up` makes of what an earlier one has left.
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "app/local/up_fixture.h"
#include "app/local/view.h"
#include "release/journal.h"
#include "targets/local/ports.h"
#include "targets/local/process.h"
#include "targets/local/state.h"
#include "targets/local/version.h"

namespace davit::app {
namespace {

// The one before was killed, HAProxy with it, and somebody was quick to take its port.
TEST_F(UpTest, ThatCannotBeginLeavesTheTasksThatServeAlone) {
  release_v1();
  start();
  ASSERT_TRUE(wait_for_answer()) << said();
  auto const before = task_pids();
  ASSERT_EQ(before.size(), 2u);
  EXPECT_EQ(end(SIGKILL), -SIGKILL);
  balancer()->send_signal(SIGKILL);
  ASSERT_TRUE(wait_until([this] { return local::is_free(port_); }));
  {
    TakenPort const somebody(port_);
    start();
    EXPECT_EQ(wait(), 1);
    EXPECT_THAT(said(), HasSubstr("is taken by "));
    EXPECT_EQ(task_pids(), before);
  }
  start();
  ASSERT_TRUE(wait_for_answer()) << said();
  EXPECT_EQ(task_pids(), before) << "the next one takes them over";
  EXPECT_EQ(end(SIGINT), 0) << said();
}

TEST_F(UpTest, BringsBackWhatServedThoughAVariableOfTheManifestIsNotSet) {
  ::unsetenv("BILLING_TOKEN");
  write_manifest("    secrets: {TOKEN: \"env:BILLING_TOKEN\"}\n");
  release_v1();
  start();
  ASSERT_TRUE(wait_for_answer()) << said();
  EXPECT_EQ(end(SIGINT), 0) << said();
  EXPECT_THAT(said(), HasSubstr("note: server billing: secrets.TOKEN: env:BILLING_TOKEN is not "));

  std::ofstream(place_.folder().root / "state.json") << "nonsense";
  start();
  EXPECT_EQ(wait(), 1);
  EXPECT_THAT(said(), HasSubstr("state.json cannot be read"));
  EXPECT_THAT(said(), Not(HasSubstr("BILLING_TOKEN")));
}

TEST_F(UpTest, EndsWhatAnEarlierReleaseLeftBehind) {
  release_v1();
  make_version("v0");
  auto const root = place_.folder().root;
  auto state = *local::load_state(root);
  state.wanted["v0"] = 100;
  ASSERT_TRUE(local::save_state(root, state));
  auto const half = local::version_folder(root, "half");
  fs::create_directories(half);
  start();
  ASSERT_TRUE(wait_for_answer()) << said();
  EXPECT_THAT(said(), HasSubstr("v0 has tasks and no traffic"));
  EXPECT_FALSE(fs::exists(half)) << "it was being made when somebody was killed";
  EXPECT_TRUE(wait_until([&] {
    auto const now = local::load_state(root);
    return now && now->tasks.size() == 2 && !now->wanted.contains("v0");
  }));
  EXPECT_EQ(task_pids().size(), 2u);
  EXPECT_EQ(end(SIGINT), 0) << said();
}

// The disk has no room for the journal, so that nothing of the release can be done any more.
TEST_F(UpTest, KeepsWhatServesWhenItCannotGoOnWithARelease) {
  constexpr std::size_t kLargestFile = 200'000;
  release_v1();
  {
    auto journal =
        release::Journal::create(place_.folder().journals(), {.release = "v2", .previous = "v1"});
    ASSERT_TRUE(journal) << journal.error().message();
    rollout::State state;
    state.plan.release = "v2";
    state.plan.previous = "v1";
    state.plan.steps = rollout::make_steps(rollout::Strategy::all_at_once, {});
    state.stage = rollout::Stage::starting;
    ASSERT_TRUE(journal->write({.now = {}}, state));
    json::Object const note{{"text", std::string(kLargestFile, '.')}};
    ASSERT_TRUE(journal->note({}, "hook", note));
  }
  start(std::to_string(kLargestFile));
  ASSERT_TRUE(wait_for_words("v2 stands at `starting`, and nobody goes on with it")) << said();
  ASSERT_TRUE(wait_for_answer()) << said();

  auto const answer = ask_supervisor(place_, make_request("status", place_), {}, 5s);
  ASSERT_TRUE(answer) << answer.error().message();
  auto const view = view_from_json(*answer);
  ASSERT_TRUE(view) << view.error().message();
  EXPECT_EQ(view->status.serving, "v1");
  EXPECT_THAT(view->note, HasSubstr("v2 stands at `starting`"));
  EXPECT_THAT(view->note, HasSubstr("`davit rollback` ends it"));

  auto const tasks = task_pids();
  ASSERT_EQ(tasks.size(), 2u);
  ::kill(tasks[0], SIGKILL);
  EXPECT_TRUE(wait_for_words("is started again")) << "nobody watches them: " << said();
  ASSERT_TRUE(wait_until([this] { return task_pids().size() == 2; }));
  EXPECT_EQ(end(SIGINT), 0);
  auto const words = said();
  auto const first = words.find("nobody goes on with it");
  EXPECT_EQ(words.find("nobody goes on with it", first + 1), std::string::npos) << words;
}

}  // namespace
}  // namespace davit::app

// How `davit up` begins and ends.
#include <csignal>
#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "app/local/up_fixture.h"

namespace davit::app {
namespace {

TEST_F(UpTest, ServesWhatServedAndEndsItInGoodOrder) {
  release_v1();
  start();
  ASSERT_TRUE(wait_for_answer()) << said();
  EXPECT_EQ(task_pids().size(), 2u);
  EXPECT_EQ(end(SIGINT), 0) << said();
  EXPECT_THAT(said(), HasSubstr("v1 serves, as before"));
  EXPECT_THAT(said(), HasSubstr("\nstopped\n"));
  EXPECT_TRUE(task_pids().empty());
  EXPECT_FALSE(balancer());
}

TEST_F(UpTest, ThatCannotBeginSaysWhyAndLeavesNothingBehind) {
  TakenPort const somebody(port_);
  release_v1();
  start();
  EXPECT_EQ(wait(), 1);
  auto const reason = fmt::format("davit: port {} is taken by ", port_);
  EXPECT_THAT(said(), HasSubstr(reason));
  EXPECT_THAT(said(), HasSubstr(fmt::format("(pid {})", ::getpid())));
  EXPECT_TRUE(task_pids().empty());
  EXPECT_FALSE(balancer());
}

TEST_F(UpTest, ASecondInterruptEndsEverythingAtOnce) {
  release_v1({"--deaf"});
  start();
  ASSERT_TRUE(wait_for_answer()) << said();
  auto const tasks = task_pids();
  ASSERT_EQ(tasks.size(), 2u);
  ::kill(up_, SIGINT);
  ASSERT_TRUE(wait_for_words("Ctrl-C again ends it at once")) << said();
  EXPECT_TRUE(loop_.run(sleep_for(300ms)));
  EXPECT_EQ(task_pids(), tasks) << "they do not end when they are told to";
  auto const began = std::chrono::steady_clock::now();
  EXPECT_EQ(end(SIGINT), 130) << said();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 15s) << "they had 20 s to drain";
  EXPECT_THAT(said(), HasSubstr("ended at once: calls that were running are lost"));
  EXPECT_TRUE(wait_until([this] { return task_pids().empty() && !balancer(); }));
}

TEST_F(UpTest, SaysOnceWhichVariableIsNotSet) {
  ::unsetenv("BILLING_TOKEN");
  write_manifest("    secrets: {TOKEN: \"env:BILLING_TOKEN\"}\n");
  start();
  EXPECT_EQ(wait(), 1);
  EXPECT_EQ(
      said(),
      "davit: server billing: secrets.TOKEN: env:BILLING_TOKEN is not set; export it and run "
      "`davit up` again\n"
  );
}

TEST_F(UpTest, ASecondSigtermChangesNothing) {
  release_v1({"--deaf"});
  start();
  ASSERT_TRUE(wait_for_answer()) << said();
  auto const tasks = task_pids();
  ASSERT_EQ(tasks.size(), 2u);
  ::kill(up_, SIGTERM);
  ASSERT_TRUE(wait_for_words("; Ctrl-C ends it at once")) << said();
  ::kill(up_, SIGTERM);
  EXPECT_TRUE(loop_.run(sleep_for(300ms)));
  EXPECT_EQ(task_pids(), tasks);
  EXPECT_EQ(::waitpid(up_, nullptr, WNOHANG), 0) << said();
  EXPECT_EQ(end(SIGINT), 130) << said();
}

}  // namespace
}  // namespace davit::app

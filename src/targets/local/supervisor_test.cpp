#include "targets/local/supervisor.h"

#include <sys/wait.h>

#include "targets/local/supervisor_fixture.h"

namespace davit::local {

const char* const kTestTask = TEST_TASK;

namespace {

TEST_F(Supervised, AReleaseGoesFromVersionToVersion) {
  make("v1");
  make("v2");
  enter();
  ASSERT_EQ(start("v1"), "");
  EXPECT_EQ(balancer_.weights(), "davitd-1=v1:0 davitd-2=v1:0 ");
  ASSERT_EQ(shift("v1", "", 100), "");
  EXPECT_EQ(status().serving, "v1");
  ASSERT_EQ(start("v2", 50), "");
  ASSERT_EQ(status().tasks.size(), 3u);
  ASSERT_EQ(start("v2"), "");
  ASSERT_EQ(start("v2"), "") << "what is so is left alone";
  ASSERT_EQ(status().tasks.size(), 4u);
  ASSERT_EQ(shift("v2", "v1", 10), "");
  EXPECT_EQ(status().serving, "v1");
  EXPECT_EQ(status().coming, "v2");
  EXPECT_EQ(status().weight, 10);

  auto const refused = trim("v1", 0);
  EXPECT_EQ(refused, "v1 still has 90 % of the traffic; its tasks stay");
  ASSERT_EQ(shift("v2", "v1", 100), "");
  auto const old = pids();
  ASSERT_EQ(trim("v1", 50), "");
  EXPECT_EQ(status().tasks.size(), 3u);
  ASSERT_EQ(trim("v1", 0), "");
  ASSERT_EQ(trim("v1", 0), "");
  EXPECT_EQ(status().tasks.size(), 2u);
  EXPECT_EQ(status().serving, "v2");
  EXPECT_FALSE(is_alive(old[0]));
  EXPECT_FALSE(is_alive(old[1]));
  EXPECT_EQ(balancer_.weights().find("v1"), std::string::npos);
}

TEST_F(Supervised, ACrashedTaskIsStartedAgain) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  auto const before = status().tasks[0];
  ::kill(before.record.pid, SIGKILL);
  ASSERT_TRUE(wait_until([&] { return status().tasks[0].restarts == 1 && all_healthy(); }));
  auto const after = status().tasks[0];
  EXPECT_EQ(after.record.id, before.record.id);
  EXPECT_NE(after.record.pid, before.record.pid);
  EXPECT_EQ(after.last_exit, "signal 9");
  auto const measured = loop_.run(supervisor_->measure("v1"));
  ASSERT_TRUE(measured);
  EXPECT_EQ(measured->restarts, 1);
  EXPECT_EQ(loop_.run(supervisor_->measure("v1"))->restarts, 0);
}

TEST_F(Supervised, AProgramThatEndsAtOnceIsToldWithItsLastWords) {
  make("v1", {"--die=no such database"});
  enter();
  auto const began = std::chrono::steady_clock::now();
  auto const error = start("v1");
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
  EXPECT_NE(error.find("of v1 does not start: exit code 3"), std::string::npos) << error;
  EXPECT_NE(error.find("no such database"), std::string::npos) << error;
  auto const evidence = loop_.run(supervisor_->evidence("v1"));
  ASSERT_TRUE(evidence);
  EXPECT_EQ(json::find_string(*evidence, "tasks.0.last_exit"), "exit code 3");
  EXPECT_EQ(json::find_string(*evidence, "tasks.0.log.1"), "no such database");
  ASSERT_EQ(trim("v1", 0), "");
  EXPECT_TRUE(status().tasks.empty());
  auto const later = loop_.run(supervisor_->evidence("v1"));
  ASSERT_TRUE(later);
  EXPECT_EQ(json::find_string(*later, "ended.1.last_exit"), "exit code 3");
  EXPECT_EQ(json::find_string(*later, "ended.1.log.1"), "no such database");
}

TEST_F(Supervised, AProgramThatIsNotWellInTimeIsToldSo) {
  // Long enough for a busy machine to start a process that answers at all.
  options_.start_limit = 1500ms;
  make("v1", {"--sick"});
  enter();
  auto const error = start("v1");
  EXPECT_NE(error.find("is not healthy after 1500ms: "), std::string::npos) << error;
  EXPECT_NE(error.find("/ready answered 503"), std::string::npos) << error;
  EXPECT_EQ(shift("v1", "", 100), "v1 has no healthy task of davitd; it gets no traffic");
}

TEST_F(Supervised, TasksOutliveTheirSupervisor) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  ASSERT_EQ(shift("v1", "", 100), "");
  auto const before = pids();
  auto const weights = balancer_.weights();
  leave();
  for (auto const pid : before) EXPECT_TRUE(is_alive(pid));
  balancer_.backends.clear();
  enter();
  EXPECT_EQ(pids(), before);
  EXPECT_EQ(balancer_.weights(), weights);
  ASSERT_TRUE(wait_until([this] { return all_healthy(); }));
  EXPECT_EQ(status().tasks[0].restarts, 0);
}

TEST_F(Supervised, ATaskThatDiedMeanwhileIsStartedByTheNext) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  auto const before = pids();
  leave();
  ::kill(before[0], SIGKILL);
  ASSERT_TRUE(wait_until([&] { return !is_alive(before[0]); }));
  enter();
  ASSERT_TRUE(wait_until([this] { return all_healthy(); }));
  auto const after = pids();
  ASSERT_EQ(after.size(), 2u);
  EXPECT_NE(after[0], before[0]);
  EXPECT_EQ(after[1], before[1]);
}

TEST_F(Supervised, ATaskWhoseStartWasNotWrittenDownIsFound) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  auto const before = pids();
  leave();
  // As it is between the intent and the pid; and a task that the file never heard of.
  auto state = *load_state(folder_);
  state.tasks[0].record.pid = 0;
  auto const unknown = state.tasks[1].record.pid;
  state.tasks.pop_back();
  ASSERT_TRUE(save_state(folder_, state));
  enter();
  ASSERT_TRUE(wait_until([this] { return all_healthy(); }));
  auto const after = pids();
  ASSERT_EQ(after.size(), 2u);
  EXPECT_EQ(after[0], before[0]);
  EXPECT_NE(after[1], unknown);
  EXPECT_TRUE(wait_until([&] { return !is_alive(unknown); }));
  ::waitpid(unknown, nullptr, WNOHANG);
}

TEST_F(Supervised, ARunningRequestIsAnsweredBeforeATaskEnds) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  auto const task = status().tasks[0].record;
  SlowRequest request(loop_, *client_, folder_, task);
  ASSERT_EQ(trim("v1", 0), "");
  EXPECT_EQ(request.answer(), 200);
  EXPECT_FALSE(is_alive(task.pid));
}

TEST_F(Supervised, ATaskThatDrainedWhenItsSupervisorWasKilledGoesOnDraining) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  auto const task = status().tasks[0].record;
  SlowRequest request(loop_, *client_, folder_, task);
  TaskScope release(loop_.executor(), log::Logger());
  release.spawn("trim", supervisor_->trim("v1", 0));
  ASSERT_TRUE(loop_.run(sleep_for(50ms)));
  EXPECT_TRUE(is_alive(task.pid));
  ASSERT_TRUE(loop_.run(release.stop(0ms)));
  leave();
  enter();
  ASSERT_TRUE(wait_until([this] { return status().tasks.empty(); }));
  EXPECT_EQ(request.answer(), 200) << "it was cut";
  EXPECT_EQ(balancer_.weights(), "");
}

TEST_F(Supervised, AServerThatIsNotOursEndsWhenNothingIsUnderWay) {
  make("v1", {}, false);
  enter();
  ASSERT_EQ(start("v1"), "");
  auto const task = status().tasks[0].record;
  for (auto const& one : status().tasks) balancer_.sessions[one.record.id] = 1;
  TaskScope scope(loop_.executor(), log::Logger());
  scope.spawn("trim", supervisor_->trim("v1", 0));
  ASSERT_TRUE(loop_.run(sleep_for(300ms)));
  EXPECT_TRUE(is_alive(task.pid));
  EXPECT_EQ(status().tasks[0].state, "draining");
  balancer_.sessions.clear();
  ASSERT_TRUE(loop_.run(scope.join()));
  EXPECT_FALSE(is_alive(task.pid));
}

TEST_F(Supervised, ATaskThatDoesNotEndIsKilled) {
  options_.drain = 200ms;
  make("v1", {"--deaf"});
  enter();
  ASSERT_EQ(start("v1"), "");
  auto const all = pids();
  ASSERT_EQ(trim("v1", 0), "");
  for (auto const pid : all) EXPECT_FALSE(is_alive(pid));
}

TEST_F(Supervised, WeightsThatTheBalancerDoesNotTakeAreAnError) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  balancer_.ignores_weights = true;
  EXPECT_NE(shift("v1", "", 100).find("instead of"), std::string::npos);
  EXPECT_NE(trim("v1", 50).find("its tasks are not ended"), std::string::npos);
  ASSERT_EQ(pids().size(), 2u);
  for (auto const pid : pids()) EXPECT_TRUE(is_alive(pid));
}

TEST_F(Supervised, MoreTasksThanTheBalancerHasRoomForAreRefused) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  ASSERT_EQ(shift("v1", "", 100), "");
  EXPECT_EQ(
      failed(loop_.run(supervisor_->scale("davitd", 33))), "a service has at most 32 tasks here"
  );
  EXPECT_EQ(status().tasks.size(), 2u);
}

TEST_F(Supervised, WhatHasTrafficStaysUnlessThereIsNothingElse) {
  make("v1");
  make("v2");
  enter();
  ASSERT_EQ(start("v1"), "");
  ASSERT_EQ(start("v2"), "");
  ASSERT_EQ(shift("v2", "v1", 40), "");
  EXPECT_EQ(trim("v2", 0), "v2 still has 40 % of the traffic; its tasks stay");
  EXPECT_EQ(trim("v1", 0), "v1 still has 60 % of the traffic; its tasks stay");
  ASSERT_EQ(shift("v1", "", 100), "");
  EXPECT_EQ(trim("v1", 0), "");
  EXPECT_EQ(status().serving, "") << "nothing is left that could serve";
}

TEST_F(Supervised, TasksThatFallIllAreMeasured) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  EXPECT_EQ(loop_.run(supervisor_->measure("v1"))->unhealthy, 0);
  for (auto const pid : pids()) ::kill(pid, SIGUSR1);
  EXPECT_TRUE(wait_until([this] { return loop_.run(supervisor_->measure("v1"))->unhealthy == 2; }));
  leave();
  enter();
  EXPECT_EQ(loop_.run(supervisor_->measure("v1"))->unhealthy, 0) << "nobody has asked yet";
  EXPECT_TRUE(wait_until([this] { return loop_.run(supervisor_->measure("v1"))->unhealthy == 2; }));
}

TEST_F(Supervised, ATaskGetsWeightWhenItIsHealthy) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  ASSERT_EQ(shift("v1", "", 100), "");
  ASSERT_EQ(failed(loop_.run(with_timeout(supervisor_->stop_all(), 10s))), "");
  EXPECT_EQ(balancer_.weights(), "davitd-1=v1:0 davitd-2=v1:0 ");
  leave();
  enter();
  EXPECT_EQ(balancer_.weights(), "davitd-3=v1:0 davitd-4=v1:0 ");
  EXPECT_TRUE(wait_until([this] { return balancer_.weights() == "davitd-3=v1:1 davitd-4=v1:1 "; }));
}

TEST_F(Supervised, ATaskThatIsNotReadyEndsAtOnceAllTheSame) {
  options_.start_limit = 200ms;
  make("v1", {"--sick"});
  enter();
  ASSERT_NE(start("v1"), "");
  auto const began = std::chrono::steady_clock::now();
  ASSERT_EQ(failed(loop_.run(with_timeout(supervisor_->stop_all(), 20s))), "");
  EXPECT_LT(std::chrono::steady_clock::now() - began, 3s) << "it was not told to end";
}

TEST_F(Supervised, ATaskThatShallLeaveDoesSoWhenTheBalancerTakesItAtLast) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  balancer_.ignores_weights = true;
  ASSERT_NE(trim("v1", 50), "");
  balancer_.ignores_weights = false;
  EXPECT_TRUE(wait_until([this] { return status().tasks.size() == 1; }));
}

}  // namespace
}  // namespace davit::local

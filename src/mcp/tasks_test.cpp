// Tasks: ids, bounds, expiry, the shared store, the end.
#include <algorithm>

#include "mcp/tasks_fixture.h"

namespace davit::mcp {
namespace {

using namespace std::chrono_literals;

class TasksAlone : public TasksTest {
 protected:
  json::Value get(const std::string& id) { return on(kExtension, "tasks/get", id); }
  std::string status_of(const std::string& id) { return status(kExtension, id); }
  std::string start_waiting() { return start_id(kExtension, {.waits = true}); }
  std::int64_t count(std::string_view name, std::string_view label = {}) {
    return counters.at(name, label).value();
  }
};

TEST_F(TasksAlone, IdsNameTheirMakerAndCannotBeMade) {
  auto const id = start_id(kExtension);
  EXPECT_EQ(maker_of_task(ring, id), (ReplicaId{"10.0.0.1:9100", "aaaaaa"}));
  EXPECT_EQ(open_task_id(ring, id)->server, "fixture");
  EXPECT_NE(start_id(kExtension), id);
  EXPECT_TRUE(std::ranges::all_of(id, [](char c) { return c > 0x20 && c < 0x7f; }));

  auto const other = KeyRing::random();
  EXPECT_FALSE(maker_of_task(other, id));
  EXPECT_FALSE(maker_of_task(ring, id + "A"));
  EXPECT_FALSE(maker_of_task(ring, ""));
  EXPECT_FALSE(maker_of_task(ring, ring.seal("mcp cursor 1", std::string(40, '\n'))));
  EXPECT_FALSE(maker_of_task(ring, ring.seal("mcp task 1", "short")));
}

TEST_F(TasksAlone, FinishedTasksMakeRoomAndRunningOnesStay) {
  make("aaaaaa", {.max = 3});
  auto const first = start_waiting();
  auto const second = start_id(kExtension);
  auto const third = start_id(kExtension);
  auto const fourth = start_waiting();
  EXPECT_EQ(status_of(first), "working");
  EXPECT_EQ(text(get(second), "code"), "-32602");
  EXPECT_EQ(status_of(third), "completed");
  auto const fifth = start_waiting();
  EXPECT_EQ(text(get(third), "code"), "-32602");
  EXPECT_EQ(count("davit_mcp_tasks"), 3);
  EXPECT_EQ(count("davit_mcp_tasks_running"), 3);
  EXPECT_EQ(count("davit_mcp_tasks_evicted_total"), 2);

  auto const refused = start(kExtension);
  EXPECT_EQ(
      json::to_text(refused),
      R"({"code":-32603,"message":"too many tasks: 3 have not ended yet on this server"})"
  );
  EXPECT_EQ(count("davit_mcp_rejected_total", "reason=\"too_many_tasks\""), 1);
  go_on = true;
  settle();
  for (auto const& id : {first, fourth, fifth}) EXPECT_EQ(status_of(id), "completed");
  EXPECT_EQ(count("davit_mcp_tasks_running"), 0);
  EXPECT_EQ(count("davit_mcp_tasks_ended_total", "status=\"completed\""), 5);
}

TEST_F(TasksAlone, OnePrincipalTakesNoMoreThanItsShare) {
  make("aaaaaa", {.max_per_principal = 2});
  auto const other = start_id(kExtension);
  principal = "ann";
  auto const first = start_id(kExtension);
  auto const second = start_waiting();
  auto const third = start_waiting();
  EXPECT_EQ(text(get(first), "code"), "-32602");
  EXPECT_EQ(status_of(second), "working");
  EXPECT_EQ(text(start(kExtension), "message"), "too many tasks: 2 of yours have not ended yet");
  EXPECT_EQ(status_of(third), "working");
  principal = "anonymous";
  EXPECT_EQ(status_of(other), "completed");
}

TEST_F(TasksAlone, ResultsTakeBoundedMemory) {
  make("aaaaaa", {.max_result_bytes = 1'200});
  auto const first = start_id(kExtension, {.text = std::string(100, 'a')});
  auto const second = start_id(kExtension, {.text = std::string(100, 'b')});
  EXPECT_EQ(status_of(first), "completed");
  EXPECT_EQ(count("davit_mcp_task_result_bytes"), 2 * (100 + 37));
  auto const third = start_id(kExtension, {.text = std::string(100, 'c')});
  EXPECT_EQ(text(get(first), "code"), "-32602");
  EXPECT_EQ(status_of(second), "completed");
  EXPECT_EQ(status_of(third), "completed");

  auto const large = get(start_id(kExtension, {.text = std::string(300, 'd')}));
  EXPECT_EQ(text(large, "status"), "failed");
  EXPECT_EQ(text(large, "error.message"), "the result is larger than the 300 bytes kept");
  EXPECT_EQ(status_of(second), "completed");
}

TEST_F(TasksAlone, TasksEndWithTheirTimeToLive) {
  make("aaaaaa", {.ttl = 60s});
  auto const done = start_id(kExtension);
  clock.passed = 30s;
  auto const late = start_waiting();
  clock.passed = 60s - 1ms;
  EXPECT_EQ(status_of(done), "completed");
  clock.passed = 60s;
  EXPECT_EQ(text(get(done), "code"), "-32602");
  EXPECT_EQ(status_of(late), "working");
  clock.passed = 90s;
  changes.clear();
  EXPECT_EQ(text(get(late), "code"), "-32602");
  settle();
  EXPECT_EQ(cancelled, 1);
  EXPECT_EQ(changes, (std::vector<std::string>{"failed"}));
  EXPECT_EQ(count("davit_mcp_tasks"), 0);
  EXPECT_EQ(count("davit_mcp_task_result_bytes"), 0);
}

TEST_F(TasksAlone, ExpiredTasksGoEvenWhenNobodyLooks) {
  make("aaaaaa", {.ttl = 50ms});
  start_id(kExtension);
  start_waiting();
  clock.passed = 50ms;
  auto const is_there = [this] {
    return count("davit_mcp_tasks") + count("davit_mcp_tasks_running") > 0;
  };
  for (auto i = 0; i < 500 && is_there(); ++i) EXPECT_TRUE(run(sleep_for(10ms)));
  EXPECT_EQ(count("davit_mcp_tasks"), 0);
  EXPECT_EQ(count("davit_mcp_tasks_expired_total"), 2);
  EXPECT_EQ(count("davit_mcp_tasks_running"), 0);
}

// ------------------------------------------------------------------------------------------------

class TasksInStore : public TasksAlone {
 protected:
  TasksInStore() { store.shared = true; }
};

TEST_F(TasksInStore, WhatHasEndedOutlivesItsProcess) {
  auto const done = start_id(kExtension, {.text = "kept"});
  auto const broken = start_id(kExtension, {.breaks = true});
  auto const failed = start_id(kExperiment, {.fails = true});
  settle();
  auto const done_then = json::to_text(get(done));
  auto const broken_then = json::to_text(get(broken));
  auto const failed_then = json::to_text(on(kExperiment, "tasks/get", failed));
  auto const result_then = json::to_text(on(kExperiment, "tasks/result", failed));
  for (auto const& [key, value] : store.values) {
    EXPECT_TRUE(key.starts_with("task:"));
    EXPECT_EQ(key.find(done), std::string::npos);
    EXPECT_EQ(value.find(done), std::string::npos);
  }

  make("bbbbbb");
  EXPECT_EQ(json::to_text(get(done)), done_then);
  EXPECT_EQ(json::to_text(get(broken)), broken_then);
  EXPECT_EQ(json::to_text(on(kExperiment, "tasks/get", failed)), failed_then);
  EXPECT_EQ(json::to_text(on(kExperiment, "tasks/result", failed)), result_then);
  EXPECT_EQ(json::to_text(on(kExtension, "tasks/cancel", done)), "{}");
  EXPECT_EQ(json::to_text(answer(done, R"({"a":{}})")), "{}");
  EXPECT_EQ(text(on(kExperiment, "tasks/cancel", failed), "code"), "-32602");
  EXPECT_FALSE(tasks->knows(done, {}));

  principal = "mallory";
  EXPECT_EQ(text(get(done), "code"), "-32602");
}

TEST_F(TasksInStore, WhatRanWhenItsProcessDiedHasFailed) {
  auto const running = start_waiting();
  auto const asking = start_id(kExtension, {.rounds = {{"a"}}});
  auto const old = start_id(kExperiment, {.rounds = {{"a"}}});
  settle();
  auto const as_they_were = store.values;
  make("bbbbbb");
  store.values = as_they_were;  // the process before was killed
  for (auto const& id : {running, asking}) {
    auto const task = get(id);
    EXPECT_EQ(text(task, "status"), "failed");
    EXPECT_EQ(text(task, "error.code"), "-32603");
    EXPECT_TRUE(text(task, "error.message").starts_with("the server process that ran this"));
    EXPECT_EQ(text(task, "inputRequests"), "(none)");
  }
  EXPECT_EQ(text(on(kExperiment, "tasks/result", old), "code"), "-32603");
}

TEST_F(TasksInStore, WithoutTheStoreTheyAreLostInWords) {
  auto const id = start_id(kExtension);
  settle();
  make("bbbbbb");
  constexpr auto kLost = "unknown task: it may have been lost with the process that ran it";
  store.gone = true;
  EXPECT_EQ(text(get(id), "code"), "-32602");
  EXPECT_EQ(text(get(id), "message"), kLost);
  store.gone = false;
  EXPECT_EQ(text(get(id), "status"), "completed");
  for (auto& [key, value] : store.values) value = "{}";
  EXPECT_EQ(text(get(id), "message"), kLost);
  store.values.clear();
  EXPECT_EQ(text(get(id), "message"), kLost);
  store.shared = false;
  EXPECT_EQ(text(get(id), "message"), kLost);
}

TEST_F(TasksInStore, ATaskOfAnotherServerIsNotLookedUp) {
  auto const foreign = make_task_id(ring, {{"10.0.0.1:9100", "aaaaaa"}, "other"});
  auto const id = start_id(kExtension);
  settle();
  store.values[task_key(foreign)] = store.values[task_key(id)];
  EXPECT_EQ(text(get(foreign), "code"), "-32602");
}

TEST_F(TasksInStore, NobodyWaitsForTheStoreAndTheLastStateWins) {
  store.hangs = true;
  auto const id = start_id(kExtension, {.rounds = {{"a"}}});
  answer(id, json::to_text(json::Object{{"a", accepted("Ann")}}));
  EXPECT_EQ(status_of(id), "completed");
  EXPECT_TRUE(store.values.empty());
  clock.passed = 1s;
  store.hangs = false;
  settle();
  ASSERT_EQ(store.values.size(), 1U);
  EXPECT_EQ(text(*json::parse(store.values[task_key(id)]), "status"), "completed");
  EXPECT_EQ(store.ttls.back(), 3599s);
  EXPECT_LE(store.ttls.size(), 2U);
}

TEST_F(TasksInStore, StoppingWaitsThenCancelsAndSaysSo) {
  auto const quick = start_waiting();
  EXPECT_TRUE(run(sleep_for(1ms)));
  go_on = true;
  ASSERT_TRUE(run(tasks->stop(10s)));
  EXPECT_EQ(status_of(quick), "completed");

  go_on = false;
  make("bbbbbb");
  auto const running = start_waiting();
  auto const asking = start_id(kExtension, {.rounds = {{"a"}}});
  plan = {.waits = true};
  ASSERT_TRUE(run(tasks->stop(20ms)));
  for (auto const& id : {running, asking}) {
    EXPECT_EQ(text(get(id), "status"), "failed");
    EXPECT_EQ(text(get(id), "error.message"), "the server stopped before the task was done");
    EXPECT_EQ(text(*json::parse(store.values[task_key(id)]), "status"), "failed");
  }
  EXPECT_EQ(text(start(kExtension), "message"), "this server is shutting down");
}

}  // namespace
}  // namespace davit::mcp

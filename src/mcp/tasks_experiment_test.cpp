// Tasks as clients of 2025-11-25 see them: basic/utilities/tasks.
#include "async/task_scope.h"
#include "mcp/tasks_fixture.h"

namespace davit::mcp {
namespace {

// A client that waits in tasks/result, with what it is asked and what it says.
struct Client {
  std::vector<std::vector<InputRequest>> asked;
  std::deque<Result<Answers>> answers;
  bool is_silent = false;  // lets its user think for ever
  bool is_cancelled = false;
  std::optional<Result<Outcome>> outcome;
};

class TasksExperiment : public TasksTest {
 protected:
  TasksExperiment() : waiters_(loop.executor(), log::Logger()) {}
  ~TasksExperiment() override { EXPECT_TRUE(run(waiters_.stop(std::chrono::seconds(0)))); }

  json::Value get(const std::string& id) { return on(kExperiment, "tasks/get", id); }
  json::Value cancel(const std::string& id) { return on(kExperiment, "tasks/cancel", id); }
  json::Value result(const std::string& id) { return on(kExperiment, "tasks/result", id); }
  std::string status_of(const std::string& id) { return status(kExperiment, id); }

  Task wait_for_result(const std::string& id, Client& client) {
    auto const call = make_call(kExperiment, "tasks/result", R"({"taskId":")" + id + "\"}");
    call->ask_client = [this, &client](std::vector<InputRequest> requests) {
      return reply(client, std::move(requests));
    };
    return waiters_.spawn("waiter", wait(call, client));
  }

  TaskScope waiters_;

 private:
  // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): outlives the test
  Async<Answers> reply(Client& client, std::vector<InputRequest> requests) {
    client.asked.push_back(std::move(requests));
    while (client.is_silent) {
      auto const slept = co_await sleep_for(std::chrono::milliseconds(1));
      if (!slept) {
        client.is_cancelled = true;
        co_return slept.error();
      }
    }
    auto said = client.answers.front();
    client.answers.pop_front();
    co_return said;
  }
  // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): outlives the test
  Async<> wait(std::shared_ptr<Call> call, Client& client) {
    client.outcome = co_await tasks->serve(call);
    co_return Result<>();
  }
};

Answers one(const std::string& key, json::Object answer) {
  Answers answers;
  answers.set(key, std::move(answer));
  return answers;
}

TEST_F(TasksExperiment, ATaskIsWrappedWhenItIsMadeAndFlatAfterwards) {
  plan.waits = true;
  auto const created = start(kExperiment, R"({"name":"tool","task":{"ttl":60000}})");
  auto const id = text(created, "task.taskId");
  auto const task = R"({"taskId":")" + id +
                    R"(","status":"working",)"
                    R"("createdAt":"2026-11-21T12:00:00.042Z",)"
                    R"("lastUpdatedAt":"2026-11-21T12:00:00.042Z",)"
                    R"("ttl":60000,"pollInterval":1000})";
  EXPECT_EQ(json::to_text(created), R"({"task":)" + task + '}');
  EXPECT_EQ(json::to_text(get(id)), task);
  go_on = true;
  settle();
  EXPECT_EQ(status_of(id), "completed");
  EXPECT_EQ(text(get(id), "result"), "(none)");
  EXPECT_TRUE(changes.empty());
}

TEST_F(TasksExperiment, TheResultIsWaitedForAndNamesItsTask) {
  auto const id = start_id(kExperiment, {.waits = true});
  Client first;
  Client second;
  wait_for_result(id, first);
  wait_for_result(id, second);
  settle();
  EXPECT_FALSE(first.outcome || second.outcome);
  go_on = true;
  settle();
  auto const expected = R"({"content":[{"type":"text","text":"done"}],)"
                        R"("_meta":{"io.modelcontextprotocol/related-task":{"taskId":")" +
                        id + R"("}}})";
  ASSERT_TRUE(first.outcome && second.outcome);
  EXPECT_EQ(json::to_text(read(**first.outcome)), expected);
  EXPECT_EQ(json::to_text(read(**second.outcome)), expected);
  EXPECT_EQ(json::to_text(result(id)), expected);
}

TEST_F(TasksExperiment, AnErrorOfTheToolIsAFailureWithAResult) {
  auto const id = start_id(kExperiment, {.fails = true});
  EXPECT_EQ(status_of(id), "failed");
  EXPECT_EQ(text(get(id), "statusMessage"), "the tool reported an error");
  EXPECT_EQ(text(result(id), "isError"), "true");
  EXPECT_EQ(text(result(id), "content.0.text"), "done");
}

TEST_F(TasksExperiment, AProtocolErrorIsTheAnswerToResult) {
  auto const id = start_id(kExperiment, {.breaks = true});
  EXPECT_EQ(status_of(id), "failed");
  EXPECT_EQ(
      json::to_text(result(id)), R"({"code":-32050,"message":"it broke","data":{"why":"no idea"}})"
  );
}

TEST_F(TasksExperiment, CancellingTakesEffectBeforeTheAnswerAndOnlyOnce) {
  auto const id = start_id(kExperiment, {.waits = true, .is_stubborn = true});
  EXPECT_EQ(text(cancel(id), "status"), "cancelled");
  settle();
  EXPECT_EQ(cancelled, 1);
  EXPECT_EQ(status_of(id), "cancelled");
  EXPECT_EQ(text(cancel(id), "code"), "-32602");
  EXPECT_EQ(text(result(id), "message"), "the task was cancelled");

  auto const done = start_id(kExperiment);
  EXPECT_EQ(text(cancel(done), "code"), "-32602");
  EXPECT_EQ(status_of(done), "completed");
}

TEST_F(TasksExperiment, TheClientMayWantAShorterLife) {
  struct Case {
    const char* params;
    const char* ttl;
  };
  for (auto const& [params, ttl] :
       {Case{R"({"task":{}})", "3600000"},
        Case{R"({"task":{"ttl":5000}})", "5000"},
        Case{R"({"task":{"ttl":1}})", "1000"},
        Case{R"({"task":{"ttl":9007199254740991}})", "3600000"},
        Case{R"({"task":{"ttl":0}})", "3600000"},
        Case{R"({"task":{"ttl":-1}})", "3600000"},
        Case{R"({"task":{"ttl":"5000"}})", "3600000"}}) {
    EXPECT_EQ(text(start(kExperiment, params), "task.ttl"), ttl) << params;
  }
}

TEST_F(TasksExperiment, QuestionsComeOnTheStreamOfResult) {
  auto const id = start_id(kExperiment, {.rounds = {{"a", "b"}, {"c"}}});
  EXPECT_EQ(status_of(id), "input_required");
  EXPECT_EQ(text(get(id), "inputRequests"), "(none)");

  Client client;
  auto both = one("a", accepted("1"));
  both.set("b", accepted("2"));
  client.answers = {both, one("c", accepted("3"))};
  wait_for_result(id, client);
  settle();
  ASSERT_EQ(client.asked.size(), 2U);
  ASSERT_EQ(client.asked[0].size(), 2U);
  EXPECT_EQ(client.asked[0][0].key, "a");
  EXPECT_EQ(client.asked[0][0].method, "elicitation/create");
  EXPECT_EQ(
      json::to_text(client.asked[0][1].params.at("_meta")),
      R"({"io.modelcontextprotocol/related-task":{"taskId":")" + id + R"("}})"
  );
  EXPECT_EQ(client.asked[1].size(), 1U);
  ASSERT_TRUE(client.outcome);
  EXPECT_EQ(text(read(**client.outcome), "content.0.text"), "done 1 2 3");
  EXPECT_EQ(runs, 3);
}

TEST_F(TasksExperiment, OneOfThoseWhoWaitIsAskedAndAnotherWhenItLeaves) {
  auto const id = start_id(kExperiment, {.rounds = {{"a"}}});
  Client first{.is_silent = true};
  Client second{.answers = {one("a", accepted("Bob"))}};
  auto waiting = wait_for_result(id, first);
  wait_for_result(id, second);
  settle();
  EXPECT_EQ(first.asked.size(), 1U);
  EXPECT_EQ(second.asked.size(), 0U);
  waiting.cancel();
  settle();
  EXPECT_TRUE(first.is_cancelled);
  ASSERT_TRUE(first.outcome && second.outcome);
  EXPECT_EQ(first.outcome->error().kind(), ErrorKind::cancelled);
  EXPECT_EQ(text(read(**second.outcome), "content.0.text"), "done Bob");
}

TEST_F(TasksExperiment, CancellingEndsTheQuestionsToo) {
  auto const id = start_id(kExperiment, {.rounds = {{"a"}}});
  Client client{.is_silent = true};
  wait_for_result(id, client);
  settle();
  EXPECT_EQ(text(cancel(id), "status"), "cancelled");
  settle();
  EXPECT_TRUE(client.is_cancelled);
  ASSERT_TRUE(client.outcome);
  EXPECT_EQ(text(read(**client.outcome), "message"), "the task was cancelled");
}

TEST_F(TasksExperiment, AClientThatDoesNotAnswerEndsTheTask) {
  struct Case {
    Result<Answers> said;
    const char* why;
  };
  for (auto const& [said, why] :
       {Case{Error(ErrorKind::timeout, "no answer in time"), "no answer in time"},
        Case{Error(ErrorKind::invalid_input, "user refused"), "user refused"},
        Case{Answers(), "it left a question open"},
        Case{one("a", {{"action", "perhaps"}}), "it left a question open"}}) {
    auto const id = start_id(kExperiment, {.rounds = {{"a"}}});
    Client client{.answers = {said}};
    wait_for_result(id, client);
    settle();
    ASSERT_TRUE(client.outcome) << why;
    auto const read_by_client = read(**client.outcome);
    EXPECT_EQ(text(read_by_client, "isError"), "true");
    EXPECT_EQ(
        text(read_by_client, "content.0.text"), std::string("The client did not answer: ") + why
    );
    EXPECT_EQ(status_of(id), "failed");
  }
}

TEST_F(TasksExperiment, WhatItDoesNotHaveIsUnknown) {
  auto const id = start_id(kExperiment);
  EXPECT_EQ(text(on(kExperiment, "tasks/list", id), "code"), "-32601");
  EXPECT_EQ(text(on(kExperiment, "tasks/update", id), "code"), "-32601");
  EXPECT_EQ(text(on(Revision::v2025_06_18, "tasks/get", id), "code"), "-32601");
  EXPECT_EQ(text(get("nonsense"), "code"), "-32602");
  EXPECT_EQ(text(result("nonsense"), "code"), "-32602");
  principal = "mallory";
  EXPECT_EQ(text(result(id), "code"), "-32602");
}

}  // namespace
}  // namespace davit::mcp

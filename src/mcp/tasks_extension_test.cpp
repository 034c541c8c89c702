// Tasks as clients of 2026-07-28 see them: the extension SEP-2663.
#include "mcp/tasks_fixture.h"

namespace davit::mcp {
namespace {

using Strings = std::vector<std::string>;

class TasksExtension : public TasksTest {
 protected:
  json::Value get(const std::string& id) { return on(kExtension, "tasks/get", id); }
  json::Value cancel(const std::string& id) { return on(kExtension, "tasks/cancel", id); }
  std::string status_of(const std::string& id) { return status(kExtension, id); }
};

TEST_F(TasksExtension, TheAnswerIsFlatAndTheTaskIsThereAtOnce) {
  plan.waits = true;
  auto const created = start(kExtension);
  auto const id = text(created, "taskId");
  auto expected = R"({"taskId":")" + id +
                  R"(","status":"working",)"
                  R"("createdAt":"2026-11-21T12:00:00.042Z",)"
                  R"("lastUpdatedAt":"2026-11-21T12:00:00.042Z",)"
                  R"("ttlMs":3600000,"pollIntervalMs":1000})";
  EXPECT_EQ(json::to_text(created), expected);
  EXPECT_EQ(json::to_text(get(id)), expected);

  go_on = true;
  clock.passed = std::chrono::milliseconds(1'008);
  settle();
  auto const done = get(id);
  EXPECT_EQ(text(done, "status"), "completed");
  EXPECT_EQ(text(done, "createdAt"), "2026-11-21T12:00:00.042Z");
  EXPECT_EQ(text(done, "lastUpdatedAt"), "2026-11-21T12:00:01.050Z");
  EXPECT_EQ(
      text(done, "result"), R"({"resultType":"complete","content":[{"type":"text","text":"done"}]})"
  );
  EXPECT_EQ(text(done, "statusMessage"), "(none)");
  EXPECT_EQ(changes, (Strings{"completed"}));
}

TEST_F(TasksExtension, AToolThatIsQuickIsWorkingFirstAllTheSame) {
  auto const created = start(kExtension);
  EXPECT_EQ(text(created, "status"), "working");
  EXPECT_EQ(text(created, "result"), "(none)");
  EXPECT_EQ(status_of(text(created, "taskId")), "completed");
}

TEST_F(TasksExtension, AnErrorOfTheToolIsAResultAndAProtocolErrorIsAFailure) {
  auto const erring = get(start_id(kExtension, {.fails = true}));
  EXPECT_EQ(text(erring, "status"), "completed");
  EXPECT_EQ(text(erring, "result.isError"), "true");
  EXPECT_EQ(text(erring, "error"), "(none)");

  auto const broken = get(start_id(kExtension, {.breaks = true}));
  EXPECT_EQ(text(broken, "status"), "failed");
  EXPECT_EQ(text(broken, "statusMessage"), "it broke");
  EXPECT_EQ(
      text(broken, "error"), R"({"code":-32050,"message":"it broke","data":{"why":"no idea"}})"
  );
  EXPECT_EQ(text(broken, "result"), "(none)");
}

TEST_F(TasksExtension, TheRequestHasNotFailedWhateverComesOfItsTask) {
  plan.fails = true;
  auto const call = make_call(kExtension, "tools/call", R"({"name":"tool"})");
  ASSERT_TRUE(run(start_on_loop(call)));
  EXPECT_EQ(runs, 1);
  EXPECT_FALSE(call->tool_failed);
}

TEST_F(TasksExtension, QuestionsStayUntilEachIsAnswered) {
  auto const id = start_id(kExtension, {.rounds = {{"name", "friend"}}});
  auto const asked = get(id);
  EXPECT_EQ(text(asked, "status"), "input_required");
  EXPECT_EQ(text(asked, "statusMessage"), "waiting for an answer to: name, friend");
  EXPECT_EQ(text(asked, "inputRequests.name.method"), "elicitation/create");
  EXPECT_EQ(text(asked, "inputRequests.name.params.message"), "Your name?");
  EXPECT_EQ(text(asked, "inputRequests.friend.method"), "elicitation/create");

  auto const said = json::to_text(json::Object{{"name", accepted("Ann")}});
  EXPECT_EQ(json::to_text(answer(id, said)), "{}");
  auto const half = get(id);
  EXPECT_EQ(text(half, "status"), "input_required");
  EXPECT_EQ(text(half, "inputRequests.name"), "(none)");
  EXPECT_EQ(text(half, "inputRequests.friend.method"), "elicitation/create");
  EXPECT_EQ(runs, 1);

  // What is answered stays answered.
  auto const more = json::Object{{"name", accepted("Eve")}, {"friend", accepted("Bob")}};
  EXPECT_EQ(json::to_text(answer(id, json::to_text(more))), "{}");
  EXPECT_EQ(text(get(id), "result.content.0.text"), "done Bob Ann");
  EXPECT_EQ(text(get(id), "inputRequests"), "(none)");
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(changes, (Strings{"input_required", "input_required", "working", "completed"}));
}

TEST_F(TasksExtension, AToolMayAskAgainLater) {
  auto const id = start_id(kExtension, {.rounds = {{"a"}, {"a", "b"}}});
  answer(id, json::to_text(json::Object{{"a", accepted("1")}}));
  auto const asked = get(id);
  EXPECT_EQ(text(asked, "statusMessage"), "waiting for an answer to: b");
  EXPECT_EQ(text(asked, "inputRequests.a"), "(none)");
  answer(id, json::to_text(json::Object{{"b", accepted("2")}}));
  EXPECT_EQ(text(get(id), "result.content.0.text"), "done 1 2");
}

TEST_F(TasksExtension, AnswersFromBeforeTheTaskCount) {
  plan.rounds = {{"a"}};
  auto const call = make_call(kExtension, "tools/call", R"({"name":"tool"})");
  call->answers.set("a", accepted("Alice"));
  auto const created = read(*run(start_on_loop(call)));
  EXPECT_EQ(text(get(text(created, "taskId")), "result.content.0.text"), "done Alice");
}

TEST_F(TasksExtension, WhatIsNoAnswerIsAcknowledgedAndIgnored) {
  auto const id = start_id(kExtension, {.rounds = {{"name"}}});
  for (auto const* responses :
       {"{}",
        R"({"other":{"action":"accept"}})",
        R"({"other":17})",
        R"({"name":null})",
        R"({"name":{}})",
        R"({"name":{"action":"perhaps"}})"}) {
    EXPECT_EQ(json::to_text(answer(id, responses)), "{}") << responses;
    EXPECT_EQ(text(get(id), "inputRequests.name.method"), "elicitation/create") << responses;
  }
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(text(answer(id, "[]"), "code"), "-32602");
  EXPECT_EQ(text(on(kExtension, "tasks/update", id), "code"), "-32602");

  answer(id, R"({"name":{"action":"decline"}})");
  EXPECT_EQ(status_of(id), "completed");
  EXPECT_EQ(json::to_text(answer(id, R"({"name":{"action":"cancel"}})")), "{}");
  EXPECT_EQ(runs, 2);
}

TEST_F(TasksExtension, CancellingIsAcknowledgedAndTakesEffect) {
  auto const id = start_id(kExtension, {.waits = true});
  EXPECT_EQ(json::to_text(cancel(id)), "{}");
  settle();
  EXPECT_EQ(cancelled, 1);
  auto const task = get(id);
  EXPECT_EQ(text(task, "status"), "cancelled");
  EXPECT_EQ(text(task, "result"), "(none)");
  EXPECT_EQ(text(task, "error"), "(none)");
  EXPECT_EQ(json::to_text(cancel(id)), "{}");
  EXPECT_EQ(status_of(id), "cancelled");
  EXPECT_EQ(changes, (Strings{"cancelled"}));

  auto const waiting = start_id(kExtension, {.rounds = {{"name"}}});
  EXPECT_EQ(json::to_text(cancel(waiting)), "{}");
  EXPECT_EQ(status_of(waiting), "cancelled");
  EXPECT_EQ(text(get(waiting), "inputRequests"), "(none)");
  EXPECT_EQ(json::to_text(answer(waiting, R"({"name":{"action":"decline"}})")), "{}");
  EXPECT_EQ(status_of(waiting), "cancelled");

  auto const done = start_id(kExtension);
  EXPECT_EQ(json::to_text(cancel(done)), "{}");
  EXPECT_EQ(status_of(done), "completed");
}

TEST_F(TasksExtension, AToolThatFinishesAllTheSameIsCompleted) {
  auto const id = start_id(kExtension, {.waits = true, .is_stubborn = true});
  cancel(id);
  settle();
  EXPECT_EQ(cancelled, 1);
  EXPECT_EQ(status_of(id), "completed");
}

TEST_F(TasksExtension, AClientWithoutTheExtensionIsToldSoBeforeAnythingElse) {
  for (auto const* method : {"tasks/get", "tasks/update", "tasks/cancel"}) {
    auto const call = make_call(kExtension, method, R"({"taskId":"nonsense"})");
    call->capabilities.bits = ClientCapabilities::elicitation_form;
    auto const refused = read(*run(tasks->serve(call)));
    EXPECT_EQ(text(refused, "code"), "-32021") << method;
    EXPECT_EQ(
        text(refused, "data.requiredCapabilities"),
        R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})"
    );
  }
}

TEST_F(TasksExtension, MethodsOfTheExperimentAreUnknown) {
  auto const id = start_id(kExtension);
  EXPECT_EQ(text(on(kExtension, "tasks/result", id), "code"), "-32601");
  EXPECT_EQ(text(on(kExtension, "tasks/list", id), "code"), "-32601");
}

TEST_F(TasksExtension, ATaskIsKnownToItsOwnerInItsOwnFormOnly) {
  auto const id = start_id(kExtension);
  auto const never = make_task_id(ring, {{"10.0.0.1:9100", "aaaaaa"}, "fixture"});
  auto const unknown = json::to_text(get(never));
  EXPECT_EQ(text(get(never), "code"), "-32602");
  EXPECT_TRUE(tasks->knows(id, Principal{}));
  EXPECT_FALSE(tasks->knows(never, Principal{}));
  EXPECT_FALSE(tasks->knows(id, Principal{"mallory"}));
  EXPECT_EQ(text(on(kExperiment, "tasks/get", id), "code"), "-32602");

  principal = "mallory";
  for (auto const* method : {"tasks/get", "tasks/cancel", "tasks/update"}) {
    EXPECT_EQ(json::to_text(on(kExtension, method, id)), unknown) << method;
  }
  EXPECT_EQ(text(get("nonsense"), "code"), "-32602");
  EXPECT_EQ(text(get(std::string(100'000, 'a')), "code"), "-32602");
  EXPECT_EQ(text(serve(kExtension, "tasks/get", "{}"), "code"), "-32602");
  EXPECT_EQ(text(serve(kExtension, "tasks/get", R"({"taskId":7})"), "code"), "-32602");
}

TEST_F(TasksExtension, ATtlInTheRequestIsNotItsOwn) {
  auto const created = start(kExtension, R"({"name":"tool","task":{"ttl":5000}})");
  EXPECT_EQ(text(created, "ttlMs"), "3600000");
}

}  // namespace
}  // namespace davit::mcp

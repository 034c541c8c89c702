// What the tests of tasks share: a loop, a clock that stands still, and a tool that does as told.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "async/event.h"
#include "async/loop.h"
#include "mcp/task_id.h"
#include "mcp/tasks.h"

namespace davit::mcp {

class ManualClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override {
    return std::chrono::system_clock::time_point(std::chrono::milliseconds(kStart)) + passed;
  }
  std::chrono::steady_clock::time_point steady_now() const override {
    return std::chrono::steady_clock::time_point() + passed;
  }

  static constexpr std::int64_t kStart = 1'795'262'400'042;  // 2026-11-21T12:00:00.042Z
  std::chrono::milliseconds passed{};
};

// A store in this process that looks shared, and can be slow or gone.
class FakeStore : public Store {
 public:
  bool is_shared() const override { return shared; }
  bool is_healthy() const override { return !gone; }

  Async<> put(std::string key, std::string value, std::chrono::milliseconds ttl) override {
    while (hangs) DAVIT_CO_CHECK(co_await sleep_for(std::chrono::milliseconds(1)));
    if (gone) co_return Error(ErrorKind::unavailable, "the store is away");
    ttls.push_back(ttl);
    values[std::move(key)] = std::move(value);
    co_return Result<>();
  }
  Async<std::optional<std::string>> get(std::string key) override {
    if (gone) co_return Error(ErrorKind::unavailable, "the store is away");
    auto const place = values.find(key);
    co_return place == values.end() ? std::nullopt : std::optional(place->second);
  }

  // Nothing that tasks use.
  Async<std::optional<std::string>> claim(std::string, std::string, std::chrono::milliseconds)
      override {
    co_return std::optional<std::string>();
  }
  Async<> erase(std::string) override { co_return Result<>(); }
  Async<> append(std::string, StoredEvent, LogLimits) override { co_return Result<>(); }
  Async<std::vector<StoredEvent>> read(std::string, std::uint64_t) override {
    co_return std::vector<StoredEvent>();
  }
  Async<> publish(std::string, std::string) override { co_return Result<>(); }
  void subscribe(std::string, std::function<void(std::string_view)>) override {}
  Async<> close() override { co_return Result<>(); }

  bool shared = false;
  bool hangs = false;
  bool gone = false;
  std::map<std::string, std::string> values;
  std::vector<std::chrono::milliseconds> ttls;
};

// What the tool does in the runs to come, one step after the other in each run.
struct Plan {
  std::vector<std::vector<std::string>> rounds;  // of questions: keys
  bool waits = false;                            // until `go_on`, or until it is cancelled
  bool is_stubborn = false;                      // finishes even when it is cancelled
  bool fails = false;                            // with an `isError` result
  bool breaks = false;                           // with a JSON-RPC error
  std::string text = "done";
};

class TasksTest : public ::testing::Test {
 protected:
  static constexpr auto kExtension = Revision::v2026_07_28;
  static constexpr auto kExperiment = Revision::v2025_11_25;

  TasksTest() { make(); }
  ~TasksTest() override {
    go_on = true;
    store.hangs = false;
    EXPECT_TRUE(run(tasks->stop(std::chrono::seconds(0))));
  }

  // A replica of this name takes the place of the one before.
  void make(std::string instance = "aaaaaa", TaskLimits limits = {}) {
    if (tasks) EXPECT_TRUE(run(tasks->stop(std::chrono::seconds(0))));
    auto serve = [this](std::shared_ptr<Call> call) { return tool(std::move(call)); };
    tasks = std::make_unique<Tasks>(
        loop.executor(),
        clock,
        ring,
        ReplicaId{"10.0.0.1:9100", std::move(instance)},
        "fixture",
        store,
        limits,
        std::move(serve),
        counters,
        log::Logger()
    );
    tasks->on_change([this](std::string_view id, const std::string& members) {
      auto const task = json::parse('{' + members + '}');
      EXPECT_EQ(json::find_string(*task, "taskId"), id);
      changes.emplace_back(*json::find_string(*task, "status"));
    });
  }

  template <class T>
  Result<T> run(Async<T> op) {
    return loop.run(with_timeout(std::move(op), std::chrono::seconds(20)));
  }
  // Lets everything that is due happen.
  void settle() {
    for (auto i = 0; i < 5; ++i) EXPECT_TRUE(run(sleep_for(std::chrono::milliseconds(1))));
  }

  std::shared_ptr<Call> make_call(
      Revision revision, std::string_view method, const std::string& params
  ) {
    auto call = std::make_shared<Call>();
    call->revision = revision;
    call->principal.id = principal;
    call->capabilities.bits = ClientCapabilities::tasks | ClientCapabilities::elicitation_form;
    json::Object root{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}};
    root["params"] = *json::parse(params);
    call->message.emplace(*jsonrpc::read(json::Value(std::move(root), &call->memory)));
    return call;
  }

  // The answer as the client reads it, or {"code":...,"message":...} of an error.
  json::Value read(const Outcome& outcome) {
    if (!outcome) {
      json::Object error{{"code", outcome.error().code}, {"message", outcome.error().message}};
      if (outcome.error().data) error["data"] = *outcome.error().data;
      return error;
    }
    auto value = json::parse('{' + outcome->members + '}');
    EXPECT_TRUE(value) << outcome->members;
    return *value;
  }
  static std::string text(const json::Value& value, std::string_view path) {
    auto const* found = json::find(value, path);
    if (found == nullptr) return "(none)";
    return found->is_string() ? std::string(found->get_string()) : json::to_text(*found);
  }

  Async<Outcome> start_on_loop(std::shared_ptr<Call> call) { co_return tasks->start(call); }
  json::Value start(Revision revision, const std::string& params = R"({"name":"tool"})") {
    auto outcome = run(start_on_loop(make_call(revision, "tools/call", params)));
    EXPECT_TRUE(!*outcome || (*outcome)->kind == Reply::Kind::task);
    return read(*outcome);
  }
  std::string start_id(Revision revision, Plan of = {}) {
    plan = std::move(of);
    auto const created = start(revision);
    return text(created, revision == kExperiment ? "task.taskId" : "taskId");
  }
  json::Value serve(Revision revision, std::string_view method, const std::string& params) {
    auto outcome = run(tasks->serve(make_call(revision, method, params)));
    EXPECT_TRUE(outcome);
    return outcome ? read(*outcome) : json::Value();
  }
  json::Value on(Revision revision, std::string_view method, const std::string& id) {
    return serve(revision, method, R"({"taskId":")" + id + "\"}");
  }
  std::string status(Revision revision, const std::string& id) {
    return text(on(revision, "tasks/get", id), "status");
  }
  json::Value answer(const std::string& id, const std::string& responses) {
    return serve(
        kExtension,
        "tasks/update",
        R"({"taskId":")" + id + R"(","inputResponses":)" + responses + '}'
    );
  }
  static json::Object accepted(const std::string& name) {
    return {{"action", "accept"}, {"content", json::Object{{"name", name}}}};
  }

  Async<Outcome> tool(std::shared_ptr<Call> call) {
    auto const now = plan;
    ++runs;
    EXPECT_TRUE(call->is_task && !call->notify && !call->ask_client && call->asked.empty());
    for (auto const& round : now.rounds) {
      for (auto const& key : round) {
        json::Object const schema{{"name", json::Object{{"type", "string"}}}};
        if (!call->answers.has(key)) call->asked.push_back(elicit(key, "Your name?", schema));
      }
      Reply reply;
      reply.kind = Reply::Kind::input_required;
      if (!call->asked.empty()) co_return reply;
    }
    while (now.waits && !go_on) {
      if (auto const slept = co_await sleep_for(std::chrono::milliseconds(1)); !slept) {
        ++cancelled;
        if (!now.is_stubborn) co_return slept.error();
        break;
      }
    }
    if (now.breaks) {
      jsonrpc::ErrorObject error{-32050, "it broke", json::Value{{"why", "no idea"}}};
      co_return Outcome(tl::unexpected(std::move(error)));
    }
    call->tool_failed = now.fails;
    auto told = now.text;
    for (auto const& [key, said] : call->answers.all())
      told += ' ' + call->answers.text(key, "name");
    json::Object const block{{"type", "text"}, {"text", told}};
    json::Object result{{"content", json::Array{block}}};
    if (now.fails) result["isError"] = true;
    co_return Reply::of(result);
  }

  Loop loop;
  ManualClock clock;
  KeyRing ring = KeyRing::random();
  FakeStore store;
  Counters counters;
  std::string principal = "anonymous";

  Plan plan;
  bool go_on = false;
  int runs = 0;
  int cancelled = 0;
  std::vector<std::string> changes;  // statuses that listeners saw

  std::unique_ptr<Tasks> tasks;
};

}  // namespace davit::mcp

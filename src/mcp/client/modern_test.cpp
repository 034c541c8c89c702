// Servers of 2026-07-28 over HTTP: questions in results, tasks, subscriptions, repeated arguments.
#include "mcp/client/client.h"
#include "mcp/client/modern_headers.h"
#include "support/scripted_mcp_server.h"

namespace davit::mcp::client {
namespace {

using namespace davit::testing::scripted;

// Answers a form with the name of the person.
Async<json::Object> introduce(std::string method, json::Object) {
  json::Object answer{{"action", "accept"}, {"method", method}};
  co_return answer;
}
Async<json::Object> run_away(std::string, json::Object) {
  co_return Error(ErrorKind::forbidden, "the user said no");
}

World::Change modern(std::function<void(Options&)> more = {}) {
  return [more](Options& options) {
    options.era = Era::modern;
    options.capabilities.bits = ClientCapabilities::elicitation_form | ClientCapabilities::tasks;
    options.on_ask = introduce;
    if (more) more(options);
  };
}

constexpr std::string_view kForm =
    R"("a":{"method":"elicitation/create","params":{"message":"Name?"}})";

http::Response question(const Asked& asked, std::string_view requests, std::string_view state) {
  auto members = std::string(R"("resultType":"input_required")");
  if (!requests.empty()) members += fmt::format(R"(,"inputRequests":{{{}}})", requests);
  if (!state.empty()) members += fmt::format(R"(,"requestState":"{}")", state);
  return result(asked, members);
}

TEST(Rounds, TheQuestionsOfAResultAreAnsweredAndTheRequestRepeated) {
  World world(
      [](const Asked& asked) {
        if (asked.method() != "tools/call") return modern_only(asked);
        auto const state = asked.text("params.requestState");
        if (state.empty()) return question(asked, kForm, "one");
        if (state == "one") return question(asked, "", "two");
        return result(asked, R"("resultType":"complete","content":[])");
      },
      modern()
  );
  world.connect();
  ASSERT_TRUE(world.call());
  ASSERT_EQ(world.count("tools/call"), 3);
  auto const& second = world.asked[2].message;
  EXPECT_EQ(
      json::to_text(*json::find(second, "params.inputResponses")),
      R"({"a":{"action":"accept","method":"elicitation/create"}})"
  );
  EXPECT_EQ(json::find_string(second, "params.requestState"), "one");
  EXPECT_EQ(json::find_int(second, "params.arguments.a"), 1);
  EXPECT_NE(world.asked[1].id(), world.asked[2].id());
  auto const& third = world.asked[3].message;
  EXPECT_EQ(json::find_string(third, "params.requestState"), "two");
  EXPECT_EQ(json::find(third, "params.inputResponses"), nullptr);
}

TEST(Rounds, DeclareWhatMayBeAskedInEveryRequest) {
  World world(modern_only, modern());
  world.connect();
  ASSERT_TRUE(world.call());
  for (auto const& one : world.asked) {
    auto const* meta = json::find_object(one.message, "params._meta");
    ASSERT_NE(meta, nullptr);
    EXPECT_EQ(
        json::to_text(meta->at(kMetaCapabilities)),
        R"({"elicitation":{"form":{}},"extensions":{"io.modelcontextprotocol/tasks":{}}})"
    );
    EXPECT_EQ(meta->at(kMetaVersion), "2026-07-28");
  }
}

TEST(Rounds, OnlyWhatWasDeclaredIsAnswered) {
  struct Case {
    std::string requests;
    std::string state;
  };
  Case const cases[] = {
      {R"("a":{"method":"sampling/createMessage","params":{}})", ""},
      {R"("a":{"method":"elicitation/create","params":{"mode":"url"}})", ""},
      {R"("a":7)", ""},
      {"", ""},
  };
  for (auto const& one : cases) {
    World world(
        [&one](const Asked& asked) {
          if (asked.method() != "tools/call") return modern_only(asked);
          return question(asked, one.requests, one.state);
        },
        modern()
    );
    world.connect();
    auto const called = world.call();
    ASSERT_FALSE(called) << one.requests;
    EXPECT_EQ(called.error().kind(), ErrorKind::protocol);
    EXPECT_EQ(world.count("tools/call"), 1);
  }
}

TEST(Rounds, HaveAnEnd) {
  World world(
      [](const Asked& asked) {
        if (asked.method() != "tools/call") return modern_only(asked);
        return question(asked, kForm, "again");
      },
      modern([](Options& options) { options.limits.rounds = 4; })
  );
  world.connect();
  EXPECT_EQ(world.call().error().kind(), ErrorKind::protocol);
  EXPECT_EQ(world.count("tools/call"), 4);
}

TEST(Rounds, EndWhenTheUserRefuses) {
  World world(
      [](const Asked& asked) {
        if (asked.method() != "tools/call") return modern_only(asked);
        return question(asked, kForm, "");
      },
      modern([](Options& options) { options.on_ask = run_away; })
  );
  world.connect();
  EXPECT_EQ(world.call().error().kind(), ErrorKind::forbidden);
  EXPECT_EQ(world.count("tools/call"), 1);
}

TEST(Rounds, AListMustNotAskAndAnUnknownKindOfResultIsNone) {
  World world(
      [](const Asked& asked) {
        if (asked.method() == "server/discover") return modern_only(asked);
        if (asked.method() == "prompts/get") return result(asked, R"("resultType":"riddle")");
        return question(asked, kForm, "");
      },
      modern()
  );
  world.connect();
  auto& client = *world.client;
  EXPECT_FALSE(world.loop.run(client.request("completion/complete", {})));
  EXPECT_FALSE(world.loop.run(client.request("prompts/get", {})));
  EXPECT_FALSE(world.loop.run(client.list_tools()));
}

// A server whose call becomes a task, which goes through `states`, one at each poll.
class TaskServer {
 public:
  explicit TaskServer(std::vector<std::string> states) : states_(std::move(states)) {}

  http::Response operator()(const Asked& asked) {
    auto const method = asked.method();
    if (method == "tools/call") {
      return result(
          asked, R"("resultType":"task","taskId":"t1","status":"working","pollIntervalMs":20)"
      );
    }
    if (!method.starts_with("tasks/")) return modern_only(asked);
    EXPECT_EQ(asked.headers.get("Mcp-Name"), "t1");
    EXPECT_EQ(asked.text("params.taskId"), "t1");
    if (method != "tasks/get") return result(asked, R"("resultType":"complete")");
    auto const state = states_[std::min(next_++, states_.size() - 1)];
    if (state == "busy") return status(503);
    return result(
        asked, R"("resultType":"complete","taskId":"t1","pollIntervalMs":20,"status":)" + state
    );
  }

 private:
  std::vector<std::string> states_;
  std::size_t next_ = 0;
};

TEST(Tasks, AreFollowedToTheirResult) {
  auto const asks = fmt::format(R"("input_required","inputRequests":{{{}}})", kForm);
  World world(
      TaskServer(
          {R"("working")",
           "busy",
           asks,
           asks,  // the answer has not arrived yet
           R"("working")",
           R"("completed","result":{"content":[],"done":true})"}
      ),
      modern()
  );
  world.connect();
  auto const called = world.call();
  ASSERT_TRUE(called) << called.error().message();
  EXPECT_TRUE(called->contains("done"));
  EXPECT_EQ(world.count("tasks/get"), 6);
  EXPECT_EQ(world.count("tasks/update"), 1);
}

TEST(Tasks, EndAsTheServerSays) {
  struct Case {
    const char* state;
    ErrorKind kind;
  };
  for (auto const& [state, kind] :
       {Case{R"("failed","error":{"code":-32602,"message":"bad"})", ErrorKind::invalid_input},
        Case{R"("failed")", ErrorKind::protocol},
        Case{R"("cancelled")", ErrorKind::conflict},
        Case{R"("completed")", ErrorKind::protocol},
        Case{R"("dreaming")", ErrorKind::protocol}}) {
    World world(TaskServer({state}), modern());
    world.connect();
    auto const called = world.call();
    ASSERT_FALSE(called) << state;
    EXPECT_EQ(called.error().kind(), kind) << state;
  }
}

TEST(Tasks, AreCancelledWithTheCallAndWhenTimeIsUp) {
  World world(TaskServer({R"("working")"}), modern([](Options& options) {
                options.task_timeout = 100ms;
              }));
  world.connect();
  EXPECT_EQ(world.call().error().kind(), ErrorKind::timeout);
  EXPECT_TRUE(world.wait_until([&] { return world.count("tasks/cancel") == 1; }));
  std::optional<Result<json::Object>> outcome;
  auto task = world.scope.spawn("call", call_into(*world.client, outcome));
  ASSERT_TRUE(world.wait_until([&] { return world.count("tools/call") == 2; }));
  ASSERT_TRUE(world.wait_until([&] { return world.asked.back().method() == "tasks/get"; }));
  task.cancel();
  EXPECT_TRUE(world.wait_until([&] { return world.count("tasks/cancel") == 2; }));
  ASSERT_TRUE(outcome && !*outcome);
  EXPECT_EQ(outcome->error().kind(), ErrorKind::cancelled);
}

TEST(Tasks, AreNoResultForAClientThatDidNotOfferThem) {
  World world(TaskServer({R"("working")"}), Era::modern);
  world.connect();
  EXPECT_EQ(world.call().error().kind(), ErrorKind::protocol);
}

TEST(Cancellation, ClosesTheStreamOfTheRequest) {
  World* at = nullptr;
  bool gone = false;
  World world(
      [&](const Asked& asked) {
        if (asked.method() != "tools/call") return modern_only(asked);
        auto const events = at->open_stream();
        events->on_gone([&gone] { gone = true; });
        events->push(": hello\n\n");
        return at->streaming(events);
      },
      modern()
  );
  at = &world;
  world.connect();
  std::optional<Result<json::Object>> outcome;
  auto task = world.scope.spawn("call", call_into(*world.client, outcome));
  ASSERT_TRUE(world.wait_until([&] { return world.count("tools/call") == 1; }));
  task.cancel();
  EXPECT_TRUE(world.wait_until([&] { return gone; }));
  EXPECT_EQ(world.count("notifications/cancelled"), 0);
}

// A server whose subscriptions say what happened and then end.
std::string note(const Asked& asked, std::string_view method) {
  return http::sse::message(fmt::format(
      R"({{"jsonrpc":"2.0","method":"{}","params":{{"_meta":{{"{}":{}}}}}}})",
      method,
      kMetaSubscription,
      asked.id()
  ));
}

TEST(Listen, SubscribesAgainWhenTheServerEndsIt) {
  World* at = nullptr;
  World world(
      [&](const Asked& asked) {
        if (asked.method() != "subscriptions/listen") return modern_only(asked);
        EXPECT_EQ(json::find_bool(asked.message, "params.notifications.toolsListChanged"), true);
        auto const events = at->open_stream();
        events->push(note(asked, "notifications/too_early"));
        events->push(note(asked, "notifications/subscriptions/acknowledged"));
        events->push(note(asked, "notifications/tools/list_changed"));
        auto const is_polite = at->streams.size() % 2 == 1;
        events->close(is_polite ? http::sse::message(result_text(asked, "")) : "");
        return at->streaming(events);
      },
      modern()
  );
  at = &world;
  world.connect();
  std::vector<std::string> told;
  auto const on_notification = [&told](std::string_view method, const json::Object&) {
    told.emplace_back(method);
  };
  json::Object filter{{"toolsListChanged", true}};
  auto task = world.scope.spawn("listen", world.client->listen(filter, on_notification));
  ASSERT_TRUE(world.wait_until([&] { return told.size() >= 6; }));
  task.cancel();
  ASSERT_TRUE(world.loop.run(world.scope.join()));
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(
        told[i],
        i % 2 == 0 ? "notifications/subscriptions/acknowledged" : "notifications/tools/list_changed"
    );
  }
}

TEST(Listen, ReportsThatTheServerRefuses) {
  World world(
      [](const Asked& asked) {
        if (asked.method() != "subscriptions/listen") return modern_only(asked);
        return error(asked, 404, -32601);
      },
      modern()
  );
  world.connect();
  auto const nothing = [](std::string_view, const json::Object&) {};
  auto const ended = world.loop.run(world.client->listen({}, nothing));
  EXPECT_EQ(ended.error().kind(), ErrorKind::not_found);
  World old(legacy_only, Era::legacy);
  old.connect();
  EXPECT_EQ(old.loop.run(old.client->listen({}, nothing)).error().kind(), ErrorKind::invalid_input);
}

constexpr std::string_view kTools =
    R"("tools":[{"name":"t","inputSchema":{"type":"object","properties":{)"
    R"("region":{"type":"string","x-mcp-header":"Region"},)"
    R"("deep":{"type":"object","properties":{"n":{"type":"integer","x-mcp-header":"N"}}},)"
    R"("sure":{"type":"boolean","x-mcp-header":"Sure"}}}},)"
    R"({"name":"bad","inputSchema":{"type":"object","properties":{)"
    R"("x":{"type":"number","x-mcp-header":"X"}}}},)"
    R"({"name":"plain"}])";

// Wants the region in the head.
http::Response mirroring(const Asked& asked) {
  if (asked.method() == "tools/list") return result(asked, kTools);
  if (asked.method() == "tools/call" && !asked.headers.get("Mcp-Param-Region"))
    return error(asked, 400, kHeaderMismatch);
  return modern_only(asked);
}

TEST(RepeatedArguments, StandInTheHeadOfTheCall) {
  World world(mirroring, modern());
  world.connect();
  auto const tools = world.loop.run(world.client->list_tools());
  ASSERT_TRUE(tools);
  EXPECT_EQ(tools->size(), 2u);  // without the one whose marks are forbidden
  json::Object arguments{
      {"region", "\xC3\xA9"}, {"deep", {{"n", 42}}}, {"sure", true}, {"other", "x"}
  };
  ASSERT_TRUE(world.loop.run(world.client->call_tool("t", arguments)));
  auto const& headers = world.asked.back().headers;
  EXPECT_EQ(headers.get("Mcp-Param-Region"), "=?base64?w6k=?=");
  EXPECT_EQ(headers.get("Mcp-Param-N"), "42");
  EXPECT_EQ(headers.get("Mcp-Param-Sure"), "true");
  arguments["deep"] = nullptr;
  ASSERT_TRUE(world.loop.run(world.client->call_tool("t", arguments)));
  EXPECT_FALSE(world.asked.back().headers.get("Mcp-Param-N"));
}

TEST(RepeatedArguments, AreLearntWhenTheServerMissesThem) {
  World world(mirroring, modern());
  world.connect();
  ASSERT_TRUE(world.loop.run(world.client->call_tool("t", {{"region", "eu"}})));
  EXPECT_EQ(world.history(), "server/discover tools/call tools/list tools/call");
  EXPECT_FALSE(world.loop.run(world.client->call_tool("t", {})));  // and not for ever
}

TEST(HeaderValues, AreEncodedWhenTheyCannotStandAsTheyAre) {
  EXPECT_EQ(encode_header_value("plain text"), "plain text");
  EXPECT_EQ(encode_header_value(""), "");
  EXPECT_EQ(encode_header_value(" x"), "=?base64?IHg=?=");
  EXPECT_EQ(encode_header_value("a\nb"), "=?base64?YQpi?=");
  EXPECT_EQ(encode_header_value("=?base64?eA==?="), "=?base64?PT9iYXNlNjQ/ZUE9PT89?=");
}

}  // namespace
}  // namespace davit::mcp::client

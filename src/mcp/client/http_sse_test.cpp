// HTTP+SSE of 2024-11-05: found by falling back, and told apart from what only looks like it.
#include "mcp/client/client.h"
#include "support/scripted_mcp_server.h"

namespace davit::mcp::client {
namespace {

using namespace davit::testing::scripted;

Async<json::Object> agree(std::string method, json::Object) {
  json::Object answer{{"answer", method}};
  co_return answer;
}

// A server of 2024-11-05: a stream at /mcp, and messages at `endpoint`.
struct OldServer {
  std::string endpoint = "/messages?session=1";

  http::Response operator()(const Asked& asked) {
    if (asked.http_method == http::Method::get) {
      auto opened = world->open_stream();
      events = opened.get();
      if (!endpoint.empty()) events->push("event: endpoint\ndata: " + endpoint + "\n\n");
      return world->streaming(std::move(opened));
    }
    if (asked.target == "/mcp") return http::Response::text(404, "text/html", "Cannot POST /mcp");
    targets.push_back(asked.target);
    if (asked.method() == "initialize") say(initialized_text(asked, "2024-11-05"));
    if (asked.method() == "tools/call") {
      for (auto const& text : during_calls) say(text);
      if (dies) {
        dies = false;
        events->close();
      } else if (!mute) {
        say(result_text(asked, R"("content":[])"));
      }
    }
    return http::Response::text(202, "text/plain", "Accepted");
  }

  void say(std::string_view text) const {
    events->push("event: message\n" + http::sse::message(text));
  }

  World* world = nullptr;
  http::EventStream* events = nullptr;
  std::vector<std::string> targets;
  std::vector<std::string> during_calls;
  bool dies = false;
  bool mute = false;
};

struct OldWorld {
  explicit OldWorld(const World::Change& change = {})
      : world([this](const Asked& asked) { return server(asked); }, change) {
    server.world = &world;
  }
  OldServer server;
  World world;
};

void only_http_sse(Options& options) { options.channel = Channel::http_sse; }

TEST(HttpSse, IsFoundWhenNothingElseIsThere) {
  OldWorld old;
  old.world.connect();
  EXPECT_EQ(old.world.client->revision(), Revision::v2024_11_05);
  EXPECT_EQ(old.world.client->server_info().at("name"), "fake");
  ASSERT_TRUE(old.world.call());
  EXPECT_EQ(
      old.world.history(),
      "server/discover initialize GET initialize notifications/initialized tools/call"
  );
  EXPECT_EQ(old.server.targets.front(), "/messages?session=1");
  EXPECT_EQ(old.world.asked.back().headers.get("X-Mine"), "1");
  EXPECT_FALSE(old.world.asked.back().headers.get("MCP-Protocol-Version"));
}

TEST(HttpSse, CanBeAskedFor) {
  OldWorld old(only_http_sse);
  old.world.connect();
  EXPECT_EQ(old.world.history(), "GET initialize notifications/initialized");
}

TEST(HttpSse, TakesEveryFormOfAnEndpointOnTheSameOrigin) {
  OldWorld old(only_http_sse);
  struct Case {
    std::string endpoint;
    std::string target;
  };
  for (auto const& [endpoint, target] :
       {Case{"/a/b?c=d", "/a/b?c=d"},
        Case{"messages", "/messages"},
        Case{"?session=1", "/mcp?session=1"},
        Case{old.world.url("/whole"), "/whole"}}) {
    old.server.endpoint = endpoint;
    old.server.targets.clear();
    ASSERT_TRUE(old.world.loop.run(old.world.client->connect())) << endpoint;
    EXPECT_EQ(old.server.targets.front(), target);
  }
}

Async<> connect_into(Client& client, std::optional<Result<>>& outcome) {
  outcome = co_await client.connect();
  co_return Result<>();
}

// Its stream is open and waits for the endpoint.
TEST(HttpSse, MayBeGivenUpWhileItIsTried) {
  OldWorld old;
  old.server.endpoint = "";
  std::optional<Result<>> outcome;
  auto task = old.world.scope.spawn("connect", connect_into(*old.world.client, outcome));
  ASSERT_TRUE(old.world.wait_until([&] { return old.server.events != nullptr; }));
  task.cancel();
  ASSERT_TRUE(old.world.wait_until([&] { return outcome.has_value(); }));
  EXPECT_EQ(outcome->error().kind(), ErrorKind::cancelled);
  auto gone = false;
  old.server.events->on_gone([&] { gone = true; });
  EXPECT_TRUE(old.world.loop.run(old.world.client->close()));
  EXPECT_TRUE(old.world.wait_until([&] { return gone; }));
  old.server.endpoint = "/messages";
  old.world.connect();
}

TEST(HttpSse, SendsNothingToAnEndpointOfAnotherOrigin) {
  for (auto const* endpoint :
       {"http://127.0.0.1:1/x", "https://127.0.0.1/x", "//example.org/x", "ftp://x", "http://"}) {
    OldWorld old;
    old.server.endpoint = endpoint;
    auto const connected = old.world.loop.run(old.world.client->connect());
    ASSERT_FALSE(connected) << endpoint;
    EXPECT_EQ(connected.error().kind(), ErrorKind::forbidden) << endpoint;
    EXPECT_TRUE(old.server.targets.empty());
  }
}

TEST(HttpSse, SaysWhyThereIsNoStream) {
  World world([](const Asked&) { return status(401); }, only_http_sse);
  EXPECT_EQ(world.loop.run(world.client->connect()).error().kind(), ErrorKind::unauthenticated);
}

TEST(HttpSse, DoesNotWaitForEverForAnEndpoint) {
  OldWorld old([](Options& options) {
    options.channel = Channel::http_sse;
    options.probe_timeout = 50ms;
  });
  old.server.endpoint = "";
  EXPECT_EQ(old.world.loop.run(old.world.client->connect()).error().kind(), ErrorKind::timeout);
}

TEST(HttpSse, QuestionsComeOnTheStreamAndAnswersGoToTheEndpoint) {
  std::string told;
  OldWorld old([&told](Options& options) {
    options.channel = Channel::http_sse;
    options.on_ask = agree;
    options.capabilities.bits = ClientCapabilities::roots;
    options.on_notification = [&told](std::string_view method, const json::Object&) {
      told += method;
    };
  });
  old.server.during_calls = {
      R"({"jsonrpc":"2.0","id":5,"method":"roots/list"})",
      R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})",
      R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":2,"progress":1}})",
  };
  old.world.connect();
  double progress = 0;
  Events events;
  events.on_progress = [&](double done, std::optional<double>, std::string_view) {
    progress = done;
  };
  ASSERT_TRUE(old.world.call(events));
  EXPECT_EQ(progress, 1);
  EXPECT_EQ(told, "notifications/tools/list_changed");
  ASSERT_TRUE(old.world.wait_until([&] { return !old.world.replies().empty(); }));
  EXPECT_EQ(
      old.world.replies(), "{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{\"answer\":\"roots/list\"}}\n"
  );
}

TEST(HttpSse, ALostStreamFailsWhatWaitsAndTheNextRequestOpensAnother) {
  OldWorld old(only_http_sse);
  old.world.connect();
  old.server.dies = true;
  EXPECT_EQ(old.world.call().error().kind(), ErrorKind::unavailable);
  EXPECT_TRUE(old.world.call());
  EXPECT_EQ(
      old.world.history(),
      "GET initialize notifications/initialized tools/call GET initialize "
      "notifications/initialized tools/call"
  );
}

TEST(HttpSse, CancellationIsToldToTheServer) {
  OldWorld old(only_http_sse);
  old.world.connect();
  old.server.mute = true;
  std::optional<Result<json::Object>> outcome;
  auto task = old.world.scope.spawn("call", call_into(*old.world.client, outcome));
  ASSERT_TRUE(old.world.wait_until([&] { return old.world.count("tools/call") == 1; }));
  task.cancel();
  EXPECT_TRUE(old.world.wait_until([&] { return old.world.count("notifications/cancelled") == 1; })
  );
  EXPECT_TRUE(outcome && outcome->error().kind() == ErrorKind::cancelled);
}

}  // namespace
}  // namespace davit::mcp::client

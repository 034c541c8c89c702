// Servers of 2024-11-05 to 2025-11-25 over Streamable HTTP: what they ask, streams that break and
// go on, cancellation, older revisions.
#include "mcp/client/client.h"
#include "support/scripted_mcp_server.h"

namespace davit::mcp::client {
namespace {

using namespace davit::testing::scripted;

// Answers every question by `{"answer":<method>}`.
Async<json::Object> agree(std::string method, json::Object) {
  json::Object answer{{"answer", method}};
  co_return answer;
}
Async<json::Object> refuse(std::string, json::Object) {
  co_return Error(ErrorKind::forbidden, "the user said no");
}
Async<json::Object> never(std::string, json::Object) {
  DAVIT_CO_CHECK(co_await sleep_for(60s));
  co_return json::Object();
}

World::Change legacy(std::function<void(Options&)> more = {}) {
  return [more](Options& options) {
    options.era = Era::legacy;
    if (more) more(options);
  };
}

World::Change asked_by(
    std::function<Async<json::Object>(std::string, json::Object)> on_ask, std::uint16_t bits
) {
  return legacy([on_ask, bits](Options& options) {
    options.on_ask = on_ask;
    options.capabilities.bits = bits;
  });
}

std::string ask(std::string_view id, std::string_view method, std::string_view params = "{}") {
  return fmt::format(
      R"({{"jsonrpc":"2.0","id":"{}","method":"{}","params":{}}})", id, method, params
  );
}

// A server that asks during a call, and gives the result once all answers are there.
struct Asking {
  explicit Asking(std::vector<std::string> texts) : questions(std::move(texts)) {}

  http::Response operator()(const Asked& asked) {
    if (asked.method() == "tools/call") {
      call = asked;
      auto opened = world->open_stream();
      events = opened.get();
      for (auto const& question : questions) events->push(http::sse::message(question));
      return world->streaming(std::move(opened));
    }
    if (asked.method().empty() && !asked.message.is_null() && --left == 0)
      events->close(http::sse::message(result_text(call, R"("content":[])")));
    return legacy_only(asked);
  }

  std::vector<std::string> questions;
  World* world = nullptr;
  int left = static_cast<int>(questions.size());
  Asked call;
  http::EventStream* events = nullptr;
};

TEST(Asks, AreAnsweredByTheCallbackWhileTheCallWaits) {
  Asking asking({
      ask("e", "elicitation/create", R"({"message":"Sure?","requestedSchema":{}})"),
      ask("s", "sampling/createMessage"),
      ask("r", "roots/list"),
      ask("u", "elicitation/create", R"({"mode":"url","url":"https://example.org"})"),
      ask("x", "secrets/list"),
  });
  using Bit = ClientCapabilities::Bit;
  World world(
      [&](const Asked& asked) { return asking(asked); },
      asked_by(agree, Bit::elicitation_form | Bit::sampling)
  );
  asking.world = &world;
  world.connect();
  EXPECT_EQ(
      json::to_text(*json::find(world.asked.front().message, "params.capabilities")),
      R"({"sampling":{},"elicitation":{"form":{}}})"
  );
  ASSERT_TRUE(world.call());
  auto const replies = world.replies();
  for (auto const* expected :
       {R"("id":"e","result":{"answer":"elicitation/create"})",
        R"("id":"s","result":{"answer":"sampling/createMessage"})",
        R"("id":"r","error":{"code":-32601)",
        R"("id":"u","error":{"code":-32601)",
        R"("id":"x","error":{"code":-32601)"}) {
    EXPECT_NE(replies.find(expected), std::string::npos) << expected << "\n" << replies;
  }
}

TEST(Asks, AreNotDeclaredWithoutACallback) {
  World world(legacy_only, legacy([](Options& options) { options.capabilities.bits = 255; }));
  world.connect();
  EXPECT_EQ(json::to_text(*json::find(world.asked[0].message, "params.capabilities")), "{}");
}

TEST(Asks, TheRefusalOfTheUserIsToldAsOne) {
  Asking asking({ask("s", "sampling/createMessage")});
  World world(
      [&](const Asked& asked) { return asking(asked); },
      asked_by(refuse, ClientCapabilities::sampling)
  );
  asking.world = &world;
  world.connect();
  ASSERT_TRUE(world.call());
  EXPECT_NE(
      world.replies().find(R"("error":{"code":-1,"message":"the user said no"})"), std::string::npos
  );
}

TEST(Asks, AreDroppedWhenTheServerTakesThemBack) {
  Asking asking({
      ask("s", "sampling/createMessage"),
      R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"s"}})",
      ask("p", "ping"),
  });
  asking.left = 1;
  World world(
      [&](const Asked& asked) { return asking(asked); },
      asked_by(never, ClientCapabilities::sampling)
  );
  asking.world = &world;
  world.connect();
  ASSERT_TRUE(world.call());
  ASSERT_TRUE(world.loop.run(world.client->close()));
  EXPECT_EQ(world.replies(), "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"result\":{}}\n");
}

// A call whose answer comes on a later stream: each GET with `Last-Event-ID` gives the next piece.
class Resumed {
 public:
  explicit Resumed(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}

  http::Response operator()(const Asked& asked) {
    if (asked.method() == "tools/call") id_ = asked.id();
    auto const is_ours =
        asked.method() == "tools/call" || asked.headers.get("Last-Event-ID").has_value();
    if (!is_ours) return legacy_only(asked);
    if (next_ == pieces_.size()) return status(404);
    auto body = pieces_[next_++];
    if (auto const at = body.find("ID"); at != std::string::npos) body.replace(at, 2, id_);
    return http::Response::text(200, "text/event-stream", body);
  }

 private:
  std::vector<std::string> pieces_;
  std::size_t next_ = 0;
  std::string id_;
};

constexpr const char* kLate =
    "id: 3\ndata: {\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":{\"late\":true}}\n\n";

TEST(Resumption, GoesOnWhereTheStreamWasClosedAndWaitsAsLongAsTheServerAsked) {
  World world(Resumed({"id: 1\ndata:\n\n", "retry: 60\nid: 2\ndata:\n\n", kLate}), legacy());
  world.connect();
  auto const started = std::chrono::steady_clock::now();
  auto const called = world.call();
  ASSERT_TRUE(called) << called.error().message();
  EXPECT_TRUE(called->contains("late"));
  EXPECT_GE(std::chrono::steady_clock::now() - started, 60ms);
  EXPECT_EQ(world.history(), "initialize notifications/initialized tools/call GET GET");
  EXPECT_EQ(world.asked[3].headers.get("Last-Event-ID"), "1");
  EXPECT_EQ(world.asked[4].headers.get("Last-Event-ID"), "2");
  EXPECT_EQ(world.asked[4].headers.get("Mcp-Session-Id"), "s1");
  EXPECT_EQ(world.asked[4].headers.get("MCP-Protocol-Version"), "2025-11-25");
}

TEST(Resumption, EndsWhenTheServerKeepsNoRest) {
  World world(Resumed({"id: 1\ndata:\n\n"}), legacy());
  world.connect();
  auto const called = world.call();
  ASSERT_FALSE(called);
  EXPECT_EQ(called.error().kind(), ErrorKind::unavailable);
  EXPECT_EQ(world.count("tools/call"), 1);  // it may have run: never twice
}

TEST(Resumption, EndsWhenNothingComesAnyMore) {
  std::vector<std::string> pieces(100, ": nothing\n\n");
  pieces.front() = "id: 1\ndata:\n\n";
  World world(Resumed(pieces), legacy([](Options& options) { options.limits.resumptions = 3; }));
  world.connect();
  EXPECT_EQ(world.call().error().kind(), ErrorKind::unavailable);
  EXPECT_EQ(world.asked.size(), 6u);
}

TEST(Resumption, EndsWithTheTimeOfTheRequest) {
  World world(
      Resumed(std::vector<std::string>(10'000, "retry: 10\nid: 1\ndata:\n\n")),
      legacy([](Options& options) { options.timeout = 300ms; })
  );
  world.connect();
  EXPECT_EQ(world.call().error().kind(), ErrorKind::timeout);
}

TEST(ServerStream, BringsWhatTheServerSaysUnaskedAndIsOpenedAgain) {
  std::vector<std::string> told;
  World* at = nullptr;
  World world(
      [&](const Asked& asked) {
        if (asked.http_method != http::Method::get) return legacy_only(asked);
        auto const events = at->open_stream();
        events->close(fmt::format(
            "retry: 5\nid: e{0}\ndata: {{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/"
            "list_changed\",\"params\":{{\"n\":{0}}}}}\n\n",
            at->streams.size()
        ));
        return at->streaming(events);
      },
      legacy([&told](Options& options) {
        options.follow = true;
        options.on_notification = [&told](std::string_view method, const json::Object& params) {
          told.push_back(fmt::format("{} {}", method, json::to_text(params)));
        };
      })
  );
  at = &world;
  world.connect();
  ASSERT_TRUE(world.wait_until([&] { return told.size() >= 3; }));
  EXPECT_EQ(told[0], R"(notifications/tools/list_changed {"n":1})");
  EXPECT_EQ(told[2], R"(notifications/tools/list_changed {"n":3})");
  std::vector<std::string> resumed;
  for (auto const& one : world.asked) {
    if (auto const last = one.headers.get("Last-Event-ID")) resumed.emplace_back(*last);
  }
  ASSERT_GE(resumed.size(), 2u);
  EXPECT_EQ(resumed[0], "e1");
  EXPECT_EQ(resumed[1], "e2");
}

TEST(ServerStream, IsNotAskedForAgainWhereThereIsNone) {
  World world(legacy_only, legacy([](Options& options) { options.follow = true; }));
  world.connect();
  ASSERT_TRUE(world.call());
  (void)world.loop.run(sleep_for(50ms));
  int gets = 0;
  for (auto const& one : world.asked) gets += one.http_method == http::Method::get ? 1 : 0;
  EXPECT_EQ(gets, 1);
}

TEST(Cancellation, IsToldToTheServer) {
  World* at = nullptr;
  World world(
      [&](const Asked& asked) {
        return asked.method() == "tools/call" ? at->streaming(at->open_stream())
                                              : legacy_only(asked);
      },
      legacy()
  );
  at = &world;
  world.connect();
  std::optional<Result<json::Object>> outcome;
  auto task = world.scope.spawn("call", call_into(*world.client, outcome));
  ASSERT_TRUE(world.wait_until([&] { return world.count("tools/call") == 1; }));
  auto const id = world.asked.back().id();
  task.cancel();
  ASSERT_TRUE(world.wait_until([&] { return world.count("notifications/cancelled") == 1; }));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->error().kind(), ErrorKind::cancelled);
  EXPECT_EQ(json::to_text(*json::find(world.asked.back().message, "params.requestId")), id);
}

TEST(Cancellation, IsToldAlsoWhenTimeIsUp) {
  World* at = nullptr;
  World world(
      [&](const Asked& asked) {
        return asked.method() == "tools/call" ? at->streaming(at->open_stream())
                                              : legacy_only(asked);
      },
      legacy([](Options& options) { options.timeout = 100ms; })
  );
  at = &world;
  world.connect();
  EXPECT_EQ(world.call().error().kind(), ErrorKind::timeout);
  EXPECT_TRUE(world.wait_until([&] { return world.count("notifications/cancelled") == 1; }));
}

TEST(Session, IsOpenedAgainOnceForAllWhoNoticeItsEnd) {
  int sessions = 0;
  World world(
      [&sessions](const Asked& asked) {
        auto const current = fmt::format("s{}", sessions);
        if (asked.method() == "initialize")
          return initialized(asked, fmt::format("s{}", ++sessions), "2025-11-25");
        if (asked.id().empty()) return status(202);
        auto const is_known = asked.headers.get("Mcp-Session-Id") == current && sessions >= 2;
        return is_known ? result(asked, R"("content":[])") : error(asked, 404, -32600);
      },
      legacy()
  );
  world.connect();
  std::vector<std::optional<Result<json::Object>>> outcomes(5);
  for (auto& outcome : outcomes) world.scope.spawn("call", call_into(*world.client, outcome));
  ASSERT_TRUE(world.loop.run(world.scope.join()));
  for (auto const& outcome : outcomes) EXPECT_TRUE(outcome && *outcome);
  EXPECT_EQ(sessions, 2);
  EXPECT_EQ(world.count("tools/call"), 10);
}

class OlderRevision : public ::testing::TestWithParam<Revision> {};
INSTANTIATE_TEST_SUITE_P(
    Legacy,
    OlderRevision,
    ::testing::Values(
        Revision::v2024_11_05, Revision::v2025_03_26, Revision::v2025_06_18, Revision::v2025_11_25
    )
);

TEST_P(OlderRevision, IsSpokenWhenTheServerHasNoNewerOne) {
  World world(
      [](const Asked& asked) {
        if (asked.method() == "initialize") return initialized(asked, "s1", to_string(GetParam()));
        return legacy_only(asked);
      },
      legacy()
  );
  world.connect();
  EXPECT_EQ(world.client->revision(), GetParam());
  ASSERT_TRUE(world.call());
  auto const version = world.asked.back().headers.get("MCP-Protocol-Version");
  if (GetParam() < Revision::v2025_06_18) {
    EXPECT_FALSE(version);
  } else {
    EXPECT_EQ(version, to_string(GetParam()));
  }
}

TEST_P(OlderRevision, CanBeAskedFor) {
  World world(
      [](const Asked& asked) {
        if (asked.method() == "initialize")
          return initialized(asked, "", asked.text("params.protocolVersion"));
        return asked.id().empty() ? status(202) : result(asked, "");
      },
      [](Options& options) { options.revision = GetParam(); }
  );
  world.connect();
  EXPECT_EQ(world.client->revision(), GetParam());
  EXPECT_EQ(world.history(), "initialize notifications/initialized");
}

TEST(Revisions, TheServerHasToAgreeToTheOneAskedFor) {
  World world(legacy_only, [](Options& options) { options.revision = Revision::v2025_03_26; });
  EXPECT_EQ(world.loop.run(world.client->connect()).error().kind(), ErrorKind::conflict);
}

TEST(Batches, AreTakenApart) {
  std::string told;
  World world(
      [](const Asked& asked) {
        if (asked.method() != "tools/call") return legacy_only(asked);
        auto const log =
            R"({"jsonrpc":"2.0","method":"notifications/message","params":{"data":1}})";
        return http::Response::json(
            200, fmt::format("[{},7,{}]", log, result_text(asked, R"("content":[])"))
        );
      },
      legacy()
  );
  world.connect();
  Events events;
  events.on_log = [&](std::string_view, const json::Value& data) { told += json::to_text(data); };
  ASSERT_TRUE(world.call(events));
  EXPECT_EQ(told, "1");
}

}  // namespace
}  // namespace davit::mcp::client

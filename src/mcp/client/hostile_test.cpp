// Servers that are broken or mean no good: every request ends, with an error that says why, and
// nothing grows.
#include "mcp/client/client.h"
#include "support/scripted_mcp_server.h"

namespace davit::mcp::client {
namespace {

using namespace davit::testing::scripted;

struct Hostile {
  const char* name;
  std::function<http::Response(World&, const Asked&)> answer;
  ErrorKind kind;
};

std::string notification(std::string_view method) {
  return fmt::format(R"({{"jsonrpc":"2.0","method":"{}","params":{{}}}})", method);
}

http::Response html(World&, const Asked&) {
  return http::Response::text(200, "text/html", "<html>Please log in</html>");
}
http::Response wrong_id(World&, const Asked&) {
  return http::Response::json(200, R"({"jsonrpc":"2.0","id":4711,"result":{"content":[]}})");
}
http::Response id_of_another_type(World&, const Asked& asked) {
  return http::Response::json(
      200, fmt::format(R"({{"jsonrpc":"2.0","id":"{}","result":{{}}}})", asked.id())
  );
}
http::Response no_object(World&, const Asked& asked) {
  return http::Response::json(
      200, fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":[1]}})", asked.id())
  );
}
http::Response deep(World&, const Asked&) {
  return http::Response::json(200, std::string(100'000, '[') + std::string(100'000, ']'));
}
http::Response silent(World& world, const Asked&) { return world.streaming(world.open_stream()); }
http::Response garbage_events(World&, const Asked&) {
  return stream({"garbage", "7", "[[]]", R"({"id":1})", R"({"method":7})", "null"});
}
http::Response large_document(World&, const Asked&) {
  return http::Response::json(200, "\"" + std::string(300'000, 'x') + "\"");
}
http::Response large_event(World&, const Asked&) { return stream({std::string(300'000, 'x')}); }
http::Response large_event_that_could_be_resumed(World&, const Asked&) {
  return http::Response::text(
      200, "text/event-stream", "id: 1\ndata:\n\ndata: " + std::string(300'000, 'x')
  );
}

class EveryHostileServer : public ::testing::TestWithParam<Hostile> {};
INSTANTIATE_TEST_SUITE_P(
    Hostile,
    EveryHostileServer,
    ::testing::Values(
        Hostile{"Html", html, ErrorKind::protocol},
        Hostile{"WrongId", wrong_id, ErrorKind::protocol},
        Hostile{"IdOfAnotherType", id_of_another_type, ErrorKind::protocol},
        Hostile{"NoObject", no_object, ErrorKind::protocol},
        Hostile{"Deep", deep, ErrorKind::protocol},
        Hostile{"Silent", silent, ErrorKind::timeout},
        Hostile{"GarbageEvents", garbage_events, ErrorKind::protocol},
        Hostile{"LargeDocument", large_document, ErrorKind::protocol},
        Hostile{"LargeEvent", large_event, ErrorKind::protocol},
        Hostile{
            "LargeEventThatCouldBeResumed", large_event_that_could_be_resumed, ErrorKind::protocol
        }
    ),
    [](auto const& one) { return one.param.name; }
);

TEST_P(EveryHostileServer, EndsACallWithAnError) {
  for (auto const era : {Era::legacy, Era::modern}) {
    World* at = nullptr;
    World world(
        [&at](const Asked& asked) {
          if (asked.method() == "tools/call") return GetParam().answer(*at, asked);
          return asked.method() == "server/discover" ? modern_only(asked) : legacy_only(asked);
        },
        [era](Options& options) {
          options.era = era;
          options.timeout = 300ms;
          options.limits.message_bytes = 200'000;
        }
    );
    at = &world;
    world.connect();
    auto const called = world.call();
    ASSERT_FALSE(called);
    EXPECT_EQ(called.error().kind(), GetParam().kind) << called.error().message();
    EXPECT_EQ(world.count("tools/call"), 1);
  }
}

TEST_P(EveryHostileServer, IsNotConnectedTo) {
  World* at = nullptr;
  World world(
      [&at](const Asked& asked) { return GetParam().answer(*at, asked); },
      [](Options& options) {
        options.timeout = 300ms;
        options.limits.message_bytes = 200'000;
      }
  );
  at = &world;
  auto const connected = world.loop.run(world.client->connect());
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().message().find("<html"), std::string::npos);
}

// Pushes notifications for as long as somebody reads.
Async<> babble(std::shared_ptr<http::EventStream> events, int* pushed) {
  auto const text = http::sse::message(notification("notifications/message"));
  while (events->is_open()) {
    if (events->push(text)) ++*pushed;
    DAVIT_CO_CHECK(co_await sleep_for(1ms));
  }
  co_return Result<>();
}

TEST(Hostile, AStreamThatNeverEndsIsCutWhenTimeIsUp) {
  World* at = nullptr;
  int pushed = 0;
  World world(
      [&](const Asked& asked) {
        if (asked.method() != "tools/call") return legacy_only(asked);
        auto const events = at->open_stream();
        at->scope.spawn("babble", babble(events, &pushed));
        return at->streaming(events);
      },
      [](Options& options) {
        options.era = Era::legacy;
        options.timeout = 300ms;
      }
  );
  at = &world;
  world.connect();
  EXPECT_EQ(world.call().error().kind(), ErrorKind::timeout);
  EXPECT_GT(pushed, 10);
}

Async<json::Object> think(std::string, json::Object) {
  DAVIT_CO_CHECK(co_await sleep_for(60s));
  co_return json::Object();
}

TEST(Hostile, AFloodOfQuestionsIsNotAnsweredAllAtOnce) {
  int asked_for = 0;
  World world(
      [](const Asked& asked) {
        if (asked.method() != "tools/call") return legacy_only(asked);
        std::vector<std::string> messages;
        for (int i = 0; i < 1000; ++i) {
          messages.push_back(fmt::format(
              R"({{"jsonrpc":"2.0","id":{},"method":"sampling/createMessage","params":{{}}}})", i
          ));
        }
        messages.push_back(result_text(asked, R"("content":[])"));
        return stream(messages);
      },
      [&asked_for](Options& options) {
        options.era = Era::legacy;
        options.capabilities.bits = ClientCapabilities::sampling;
        options.on_ask = [&asked_for](std::string method, json::Object params) {
          ++asked_for;
          return think(std::move(method), std::move(params));
        };
        options.limits.asks = 5;
      }
  );
  world.connect();
  EXPECT_TRUE(world.call());
  EXPECT_EQ(asked_for, 5);
}

TEST(Hostile, ASessionIdThatNoHeaderCanHoldIsRefused) {
  World world(
      [](const Asked& asked) { return initialized(asked, "a b\xC3\xA9", "2025-11-25"); },
      Era::legacy
  );
  EXPECT_EQ(world.loop.run(world.client->connect()).error().kind(), ErrorKind::protocol);
}

TEST(Hostile, AModernServerGetsNoAnswerToARequestOfItsOwn) {
  World world(
      [](const Asked& asked) {
        if (asked.method() != "tools/call") return modern_only(asked);
        return stream(
            {R"({"jsonrpc":"2.0","id":1,"method":"ping"})", result_text(asked, R"("content":[])")}
        );
      },
      Era::modern
  );
  world.connect();
  EXPECT_TRUE(world.call());
  ASSERT_TRUE(world.loop.run(world.client->close()));
  EXPECT_EQ(world.history(), "server/discover tools/call");
}

}  // namespace
}  // namespace davit::mcp::client

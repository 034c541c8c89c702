// The client against servers of every make, over HTTP on loopback. (Against our own server:
// host/client_test.cpp.)
#include "mcp/client/client.h"

#include "support/scripted_mcp_server.h"

namespace davit::mcp::client {
namespace {

using namespace davit::testing::scripted;

constexpr std::string_view kResult =
    R"({{"jsonrpc":"2.0","id":{},"result":{{"content":[{{"type":"text","text":"{}"}}]}}}})";

TEST(Connect, FallsBackToASessionWhenTheServerIsOld) {
  World world(legacy_only);
  ASSERT_TRUE(world.loop.run(world.client->connect()));
  EXPECT_EQ(world.client->revision(), Revision::v2025_11_25);
  ASSERT_TRUE(world.call());
  EXPECT_EQ(world.history(), "server/discover initialize notifications/initialized tools/call");
  auto const& call = world.asked.back();
  EXPECT_EQ(call.headers.get("MCP-Protocol-Version"), "2025-11-25");
  EXPECT_EQ(call.headers.get("X-Mine"), "1");
  EXPECT_EQ(call.headers.count("Mcp-Method"), 0u);
  EXPECT_EQ(json::find(call.message, "params._meta"), nullptr);
  ASSERT_TRUE(world.loop.run(world.client->close()));
  EXPECT_EQ(world.asked.back().http_method, http::Method::del);
  EXPECT_EQ(world.asked.back().headers.get("Mcp-Session-Id"), "s1");
}

TEST(Connect, FallsBackWhateverAnOldServerThinksOfTheProbe) {
  for (int const status : {200, 400, 404, 405, 500}) {
    World world([status](const Asked& asked) {
      if (asked.method() != "server/discover") return legacy_only(asked);
      if (status == 200) return error(asked, 200, -32601);
      return http::Response::text(status, "text/html", "<html>what?</html>");
    });
    EXPECT_TRUE(world.loop.run(world.client->connect())) << status;
    EXPECT_EQ(world.client->revision(), Revision::v2025_11_25) << status;
  }
}

TEST(Connect, NamesTheVersionAlsoWithoutASession) {
  World world(
      [](const Asked& asked) {
        if (asked.method() == "initialize") return initialized(asked, "", "2025-06-18");
        if (asked.id().empty()) return status(202);
        return result(asked, R"("content":[])");
      },
      Era::legacy
  );
  ASSERT_TRUE(world.loop.run(world.client->connect()));
  EXPECT_EQ(world.client->revision(), Revision::v2025_06_18);
  ASSERT_TRUE(world.call());
  EXPECT_EQ(world.asked.front().headers.count("MCP-Protocol-Version"), 0u);
  EXPECT_EQ(world.asked.back().headers.get("MCP-Protocol-Version"), "2025-06-18");
  EXPECT_EQ(world.asked.back().headers.count("Mcp-Session-Id"), 0u);
}

TEST(Connect, SpeaksTheModernEraWhenTheServerDoes) {
  World world(modern_only);
  ASSERT_TRUE(world.loop.run(world.client->connect()));
  EXPECT_EQ(world.client->revision(), Revision::v2026_07_28);
  EXPECT_EQ(world.client->instructions(), "Be kind.");
  EXPECT_EQ(world.client->server_info().at("name"), "new");
  ASSERT_TRUE(world.call());
  ASSERT_TRUE(world.loop.run(world.client->call_tool("\xC3\xA9", {})));
  EXPECT_EQ(world.asked.back().headers.get("Mcp-Name"), "=?base64?w6k=?=");
  ASSERT_TRUE(world.loop.run(world.client->close()));
  EXPECT_EQ(world.history(), "server/discover tools/call tools/call");
}

TEST(Connect, KeepsToTheEraThatWasAskedFor) {
  World old(legacy_only, Era::modern);
  auto const refused = old.loop.run(old.client->connect());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::protocol);
  EXPECT_EQ(old.history(), "server/discover");
  World modern(modern_only, Era::legacy);
  EXPECT_FALSE(modern.loop.run(modern.client->connect()));
  EXPECT_EQ(modern.history(), "initialize");
}

TEST(Connect, SaysWhatIsNoMcpServer) {
  struct Case {
    int status;
    const char* type;
    const char* body;
    ErrorKind kind;
  };
  Case const cases[] = {
      {200, "text/html", "<html>Welcome</html>", ErrorKind::protocol},
      {200, "application/json", R"({"status":"ok"})", ErrorKind::protocol},
      {200, "application/json", "[]", ErrorKind::protocol},
      {404, "text/html", "<html>Not here</html>", ErrorKind::protocol},
      {401, "application/json", "{}", ErrorKind::unauthenticated},
      {403, "text/plain", "no", ErrorKind::forbidden},
      {429, "text/plain", "slowly", ErrorKind::rate_limited},
      {503, "text/html", "<html>later</html>", ErrorKind::unavailable},
      {200, "text/event-stream", ":\n\n", ErrorKind::protocol},
  };
  for (auto const& [status, type, body, kind] : cases) {
    World world([status, type, body](const Asked&) {
      return http::Response::text(status, type, body);
    });
    auto const connected = world.loop.run(world.client->connect());
    ASSERT_FALSE(connected) << status << body;
    EXPECT_EQ(connected.error().kind(), kind) << status << body << connected.error().message();
    EXPECT_EQ(connected.error().message().find("<html"), std::string::npos);
  }
}

TEST(Connect, RefusesAVersionThatItDoesNotKnow) {
  for (auto const* version : {"2026-07-28", "1.0", ""}) {
    World world(
        [version](const Asked& asked) { return initialized(asked, "s1", version); }, Era::legacy
    );
    auto const connected = world.loop.run(world.client->connect());
    ASSERT_FALSE(connected) << version;
    EXPECT_EQ(connected.error().kind(), ErrorKind::protocol);
  }
}

TEST(Request, StartsANewSessionWhenTheOldOneHasEnded) {
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
      Era::legacy
  );
  ASSERT_TRUE(world.loop.run(world.client->connect()));
  EXPECT_TRUE(world.call());
  EXPECT_EQ(sessions, 2);
  EXPECT_EQ(
      world.history(),
      "initialize notifications/initialized tools/call initialize notifications/initialized "
      "tools/call"
  );
}

TEST(Request, DoesNotStartSessionsForEver) {
  World world(
      [](const Asked& asked) {
        if (asked.method() == "initialize") return initialized(asked, "s1", "2025-11-25");
        if (asked.id().empty()) return status(202);
        return error(asked, 404, -32600);
      },
      Era::legacy
  );
  ASSERT_TRUE(world.loop.run(world.client->connect()));
  EXPECT_FALSE(world.call());
  EXPECT_EQ(world.asked.size(), 6u);
}

TEST(Request, AnswersPingsAndNothingElseThatAServerAsks) {
  World world(
      [](const Asked& asked) {
        if (asked.method() != "tools/call") return legacy_only(asked);
        return stream({
            R"({"jsonrpc":"2.0","id":"ask-1","method":"ping"})",
            R"({"jsonrpc":"2.0","id":2,"method":"sampling/createMessage","params":{}})",
            R"({"jsonrpc":"2.0","id":77,"result":{"not":"ours"}})",
            fmt::format(kResult, asked.id(), "after the pings"),
        });
      },
      Era::legacy
  );
  ASSERT_TRUE(world.loop.run(world.client->connect()));
  auto const called = world.call();
  ASSERT_TRUE(called);
  EXPECT_NE(json::to_text(*called).find("after the pings"), std::string::npos);
  ASSERT_TRUE(world.loop.run(world.client->close()));  // waits for the replies
  std::string replies;
  for (auto const& one : world.asked) {
    if (!one.method().empty() || one.message.is_null()) continue;
    EXPECT_EQ(one.headers.get("Mcp-Session-Id"), "s1");
    replies += json::to_text(one.message) + '\n';
  }
  EXPECT_NE(replies.find(R"({"jsonrpc":"2.0","id":"ask-1","result":{}})"), std::string::npos);
  EXPECT_NE(replies.find(R"("id":2,"error":{"code":-32601)"), std::string::npos);
}

TEST(Request, TellsProgressAndMessagesInOrder) {
  World world(
      [](const Asked& asked) {
        if (asked.method() != "tools/call") return legacy_only(asked);
        return stream({
            R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1,"total":2}})",
            R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","data":[1]}})",
            R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1.5,"message":"half"}})",
            R"({"jsonrpc":"2.0","method":"notifications/progress"})",
            "not JSON",
            fmt::format(kResult, asked.id(), "x"),
        });
      },
      Era::legacy
  );
  std::string told;
  Events events;
  events.on_progress = [&](double done, std::optional<double> total, std::string_view message) {
    told += fmt::format("{}/{} {};", done, total.value_or(-1), message);
  };
  events.on_log = [&](std::string_view level, const json::Value& data) {
    told += fmt::format("{} {};", level, json::to_text(data));
  };
  ASSERT_TRUE(world.loop.run(world.client->connect()));
  ASSERT_TRUE(world.call(events));
  EXPECT_EQ(told, "1/2 ;error [1];1.5/-1 half;0/-1 ;");
  EXPECT_TRUE(json::find(world.asked.back().message, "params._meta.progressToken"));
}

TEST(Request, NamesTheErrorsOfTheServer) {
  struct Case {
    int code;
    ErrorKind kind;
  };
  for (auto const& [code, kind] :
       {Case{-32602, ErrorKind::invalid_input},
        Case{-32601, ErrorKind::not_found},
        Case{-32603, ErrorKind::protocol},
        Case{42, ErrorKind::protocol}}) {
    World world(
        [answered = code](const Asked& asked) {
          return asked.method() == "tools/call" ? error(asked, 200, answered) : legacy_only(asked);
        },
        Era::legacy
    );
    ASSERT_TRUE(world.loop.run(world.client->connect()));
    auto const called = world.call();
    ASSERT_FALSE(called);
    EXPECT_EQ(called.error().kind(), kind);
    EXPECT_NE(called.error().message().find(std::to_string(code)), std::string::npos);
  }
}

TEST(Request, AStreamThatEndsWithoutAnAnswerIsAnError) {
  World world(
      [](const Asked& asked) {
        if (asked.method() != "tools/call") return legacy_only(asked);
        return stream({R"({"jsonrpc":"2.0","method":"notifications/message","params":{"data":1}})"}
        );
      },
      Era::legacy
  );
  ASSERT_TRUE(world.loop.run(world.client->connect()));
  auto const called = world.call();
  ASSERT_FALSE(called);
  EXPECT_EQ(called.error().kind(), ErrorKind::protocol);
}

TEST(ListTools, ReadsAllPagesAndTakesAnEmptyCursorForOne) {
  World world(
      [](const Asked& asked) {
        if (asked.method() != "tools/list") return legacy_only(asked);
        auto const cursor = json::find_string(asked.message, "params.cursor");
        if (!cursor) return result(asked, R"("tools":[{"name":"a"}],"nextCursor":"")");
        if (cursor->empty()) return result(asked, R"("tools":[{"name":"b"}],"nextCursor":"2")");
        return result(asked, R"("tools":[{"name":"c"}])");
      },
      Era::legacy
  );
  ASSERT_TRUE(world.loop.run(world.client->connect()));
  auto const tools = world.loop.run(world.client->list_tools());
  ASSERT_TRUE(tools);
  EXPECT_EQ(json::to_text(*tools), R"([{"name":"a"},{"name":"b"},{"name":"c"}])");
}

TEST(ListTools, AListWithoutEndIsAnError) {
  World world(
      [](const Asked& asked) {
        if (asked.method() != "tools/list") return legacy_only(asked);
        return result(asked, R"("tools":[],"nextCursor":"again")");
      },
      Era::legacy
  );
  ASSERT_TRUE(world.loop.run(world.client->connect()));
  auto const tools = world.loop.run(world.client->list_tools());
  ASSERT_FALSE(tools);
  EXPECT_EQ(tools.error().kind(), ErrorKind::protocol);
}

}  // namespace
}  // namespace davit::mcp::client

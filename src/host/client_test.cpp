// Our client against our server, over HTTP on loopback: both eras, and what only a real connection
// shows.
#include "mcp/client/client.h"

#include <cstdlib>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/loop.h"
#include "host/host.h"
#include "mcp/store/memory.h"
#include "support/mcp_tools.h"

namespace davit::host {
namespace {

using namespace std::chrono_literals;

class World {
 public:
  explicit World(std::optional<mcp::Era> era, std::chrono::milliseconds timeout = 10s) {
    ::setenv("no_proxy", "*", 1);
    host.mount("test", endpoint);
    EXPECT_TRUE(server.start());
    mcp::client::Options options;
    options.url = fmt::format("http://127.0.0.1:{}/test/mcp", server.port());
    options.timeout = timeout;
    options.era = era;
    client = std::make_unique<mcp::client::Client>(
        loop.executor(), *http, std::move(options), log::Logger()
    );
  }
  ~World() {
    EXPECT_TRUE(loop.run(client->close()));
    EXPECT_TRUE(loop.run(server.stop(Duration::zero())));
    EXPECT_TRUE(loop.run(core.stop(Duration::zero())));
    EXPECT_TRUE(loop.run(endpoint.stop()));
    EXPECT_EQ(counters.at("davit_mcp_calls_running").value(), 0);
  }

  Result<json::Object> call(
      std::string tool, json::Object arguments = {}, mcp::client::Events events = {}
  ) {
    return loop.run(client->call_tool(std::move(tool), std::move(arguments), std::move(events)));
  }

  Loop loop;
  SystemClock clock;
  Counters counters;
  KeyRing ring = KeyRing::random();
  testing::Notes notes;
  mcp::Server mcp_server = testing::make_test_server(notes);
  std::unique_ptr<mcp::Store> store = mcp::make_memory_store(loop.executor(), clock);
  mcp::Endpoint core{
      mcp_server, {loop.executor(), ring, clock, *store, {"", "test"}, counters, log::Logger()}, {}
  };
  mcp::transport::StreamableHttp endpoint{core, {}};
  std::unique_ptr<auth::Authenticator> callers = auth::make_anonymous();
  Host host{{}, *callers, clock, counters, log::Logger()};
  http::Server server{loop.executor(), {}, host, counters, log::Logger()};
  std::unique_ptr<http::Client> http = http::make_curl_client(loop.executor(), {});
  std::unique_ptr<mcp::client::Client> client;
};

class BothEras : public ::testing::TestWithParam<mcp::Era> {};
INSTANTIATE_TEST_SUITE_P(Client, BothEras, ::testing::Values(mcp::Era::legacy, mcp::Era::modern));

TEST_P(BothEras, ListsAndCalls) {
  World world(GetParam());
  ASSERT_TRUE(world.loop.run(world.client->connect()));
  EXPECT_EQ(era_of(world.client->revision()), GetParam());
  EXPECT_EQ(world.client->server_info().at("name"), "test");
  EXPECT_EQ(world.client->instructions(), "Use it for tests.");
  auto const tools = world.loop.run(world.client->list_tools());
  ASSERT_TRUE(tools);
  EXPECT_EQ(tools->size(), world.mcp_server.tools().size());
  auto const sum = world.call("add", {{"a", 1}, {"b", 2}});
  ASSERT_TRUE(sum);
  EXPECT_EQ(json::to_text(sum->at("structuredContent")), R"({"sum":3})");
  auto const failed = world.call("fails");
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->at("isError"), true);
  auto const unknown = world.call("no_such_tool");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind(), ErrorKind::invalid_input);
}

TEST_P(BothEras, ProgressAndMessagesComeBeforeTheAnswer) {
  World world(GetParam());
  ASSERT_TRUE(world.loop.run(world.client->connect()));
  std::string told;
  mcp::client::Events events;
  events.on_progress = [&](double done, std::optional<double>, std::string_view) {
    told += fmt::format("{} ", done);
  };
  events.on_log = [&](std::string_view level, const json::Value&) {
    told += fmt::format("{} ", level);
  };
  ASSERT_TRUE(world.call("slow", {}, events));
  EXPECT_EQ(told, "1 info 2.5 error ");
}

// In the modern era by closing the connection, in the legacy one by saying so.
TEST_P(BothEras, ACallThatIsGivenUpIsCancelled) {
  World world(GetParam(), 200ms);
  ASSERT_TRUE(world.loop.run(world.client->connect()));
  auto const called = world.call("sleeps", {{"ms", 1500}});
  ASSERT_FALSE(called);
  EXPECT_EQ(called.error().kind(), ErrorKind::timeout);
  for (int i = 0; i < 200 && world.notes.size() < 2; ++i) {
    ASSERT_TRUE(world.loop.run(sleep_for(20ms)));
  }
  EXPECT_EQ(world.notes, (testing::Notes{"sleeps: started", "sleeps: cancelled"}));
}

TEST(Client, FindsTheModernEraByItself) {
  World world(std::nullopt);
  ASSERT_TRUE(world.loop.run(world.client->connect()));
  EXPECT_EQ(world.client->revision(), mcp::Revision::v2026_07_28);
}

TEST(Client, ASessionEndsWithTheClient) {
  World world(mcp::Era::legacy);
  ASSERT_TRUE(world.loop.run(world.client->connect()));
  ASSERT_TRUE(world.loop.run(world.client->request("ping", {})));
  EXPECT_EQ(world.counters.at("davit_mcp_sessions_opened_total").value(), 1);
  ASSERT_TRUE(world.loop.run(world.client->close()));
  // A request after that is one without a session.
  EXPECT_FALSE(world.loop.run(world.client->request("ping", {})));
}

}  // namespace
}  // namespace davit::host

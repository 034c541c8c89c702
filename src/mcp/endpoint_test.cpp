// The bounds of an endpoint, who a session belongs to, and how it drains.
#include "mcp/endpoint.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/loop.h"
#include "mcp/store/memory.h"
#include "support/mcp_tools.h"

namespace davit::mcp {
namespace {

using namespace std::chrono_literals;

class ShiftedClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override {
    return std::chrono::system_clock::now() + ahead;
  }
  std::chrono::steady_clock::time_point steady_now() const override {
    return std::chrono::steady_clock::now() + ahead;
  }
  std::chrono::seconds ahead{0};
};

// A request whose client reads whatever comes.
struct Sent final : Exchange {
  void send(std::string text) override { messages.push_back(std::move(text)); }
  void finished() override { ++ended; }

  std::vector<std::string> messages;
  int ended = 0;
};
using SentPtr = std::shared_ptr<Sent>;

Async<ToolResult> asks(Context context, json::Object) {
  DAVIT_CO_CHECK(context.ask({list_roots("roots")}));
  co_return ToolResult::text("answered");
}

struct News final : LongStream {
  void close_politely() override { ++closed; }
  int closed = 0;
};

class EndpointTest : public ::testing::Test {
 protected:
  ~EndpointTest() override {
    for (auto& endpoint : endpoints_) EXPECT_TRUE(loop.run(endpoint->stop(0s)));
  }

  Endpoint& make(EndpointOptions options = {}, std::string_view name = "test") {
    auto& server =
        *servers_.emplace_back(std::make_unique<Server>(ServerInfo{{std::string(name), "1", ""}, ""}
        ));
    auto const sleeper = [this](Context, json::Object arguments) {
      return testing::tools::sleep(notes, "sleeps", std::move(arguments));
    };
    EXPECT_TRUE(server.add_tool(testing::tools::make("sleeps", R"({"type":"object"})", sleeper)));
    EXPECT_TRUE(server.add_tool(testing::tools::make("asks", R"({"type":"object"})", asks)));
    auto task = testing::tools::make("works", R"({"type":"object"})", sleeper);
    task.tasks = TaskSupport::required;
    EXPECT_TRUE(server.add_tool(std::move(task)));
    EndpointParts const parts{
        .executor = loop.executor(),
        .ring = ring,
        .clock = clock,
        .store = *store_,
        .self = {"", "aaaaaa"},
        .counters = counters,
        .logger = log::Logger(),
    };
    return *endpoints_.emplace_back(std::make_unique<Endpoint>(server, parts, options));
  }

  static SentPtr make_request(
      std::string_view principal, int id, std::string_view method, std::string_view params
  ) {
    auto sent = std::make_shared<Sent>();
    sent->principal.id = principal;
    auto root = json::parse(
        fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":{}}})", id, method, params)
    );
    sent->message.emplace(*jsonrpc::read(*std::move(root)));
    return sent;
  }
  // A call of the tool that sleeps until it is cancelled.
  static SentPtr make_call(std::string_view principal, int id = 1) {
    return make_request(principal, id, "tools/call", R"({"name":"sleeps","arguments":{}})");
  }
  static SentPtr make_listen(std::string_view principal) {
    auto const filter = R"({"notifications":{"toolsListChanged":true}})";
    return make_request(principal, 1, "subscriptions/listen", filter);
  }
  // The status of the refusal; 0 when there is none.
  Async<int> start(Endpoint* endpoint, SentPtr sent) {
    auto const refusal = endpoint->start(sent);
    co_return refusal ? refusal->status : 0;
  }
  int status_of(Endpoint& endpoint, SentPtr sent) {
    return *loop.run(start(&endpoint, std::move(sent)));
  }

  // The client's reply to the question that it was asked last.
  Async<> answer_roots(Endpoint* endpoint, SentPtr sent) {
    auto const asked = json::parse(sent->messages.back());
    json::Object const reply{
        {"jsonrpc", "2.0"},
        {"id", *json::find(*asked, "id")},
        {"result", {{"roots", json::Array()}}},
    };
    endpoint->reply(*jsonrpc::read(json::Value(reply)), *sent->session);
    co_return Result<>();
  }

  Session open(Endpoint& endpoint, std::string_view principal = "anonymous") {
    auto const params =
        R"({"protocolVersion":"2025-11-25","capabilities":{"roots":{}},"clientInfo":{"name":"c"}})";
    auto const sent = make_request(principal, 0, "initialize", params);
    endpoint.initialize(*sent);
    EXPECT_TRUE(sent->session) << sent->answer;
    return sent->session.value_or(Session());
  }
  static int status_of(const tl::expected<Session, Refusal>& found) {
    return found ? 200 : found.error().status;
  }

  bool wait_until(const std::function<bool()>& condition) {
    for (int i = 0; i < 3'000 && !condition(); ++i) (void)loop.run(sleep_for(2ms));
    return condition();
  }

  Loop loop;
  ShiftedClock clock;
  KeyRing ring = KeyRing::random();
  Counters counters;
  testing::Notes notes;

 private:
  std::unique_ptr<Store> store_ = make_memory_store(loop.executor(), clock);
  std::vector<std::unique_ptr<Server>> servers_;
  std::vector<std::unique_ptr<Endpoint>> endpoints_;
};

// -------------------------------------------------------------------------------------------------

TEST_F(EndpointTest, CallsAreBoundedInAllAndForEachPrincipal) {
  EndpointOptions options;
  options.max_calls = 3;
  options.max_calls_per_principal = 2;
  auto& endpoint = make(options);
  auto const first = make_call("ada");
  EXPECT_EQ(status_of(endpoint, first), 0);
  EXPECT_EQ(status_of(endpoint, make_call("ada")), 0);
  EXPECT_EQ(status_of(endpoint, make_call("ada")), 429);  // her share
  EXPECT_EQ(status_of(endpoint, make_call("bob")), 0);
  EXPECT_EQ(status_of(endpoint, make_call("eve")), 429);  // everything
  EXPECT_EQ(endpoint.running(), 3u);
  endpoint.cancel(*first);
  ASSERT_TRUE(wait_until([&] { return first->ended == 1; }));
  EXPECT_EQ(endpoint.running(), 2u);
  EXPECT_EQ(status_of(endpoint, make_call("ada")), 0);
  EXPECT_EQ(status_of(endpoint, make_call("ada")), 429);
}

TEST_F(EndpointTest, ListensAreBounded) {
  EndpointOptions options;
  options.max_listens = 2;
  auto& endpoint = make(options);
  auto const first = make_listen("ada");
  EXPECT_EQ(status_of(endpoint, first), 0);
  EXPECT_EQ(status_of(endpoint, make_listen("ada")), 0);
  EXPECT_EQ(status_of(endpoint, make_listen("bob")), 429);
  endpoint.cancel(*first);
  EXPECT_EQ(first->ended, 1);
  EXPECT_EQ(status_of(endpoint, make_listen("bob")), 0);
}

TEST_F(EndpointTest, ACallOverItsTimeIsStopped) {
  EndpointOptions options;
  options.call_timeout = 20ms;
  auto& endpoint = make(options);
  auto const call = make_call("ada");
  EXPECT_EQ(status_of(endpoint, call), 0);
  ASSERT_TRUE(wait_until([&] { return call->ended == 1; }));
  EXPECT_EQ(call->ending, Ending::timeout);
  EXPECT_NE(call->answer.find("did not finish within 0.02 s"), std::string::npos) << call->answer;
  EXPECT_EQ(notes.back(), "sleeps: cancelled");
}

TEST_F(EndpointTest, TheClientsTimeToAnswerIsNotTheCalls) {
  EndpointOptions options;
  options.call_timeout = 20ms;
  auto& endpoint = make(options);
  auto const sent = make_request("anonymous", 1, "tools/call", R"({"name":"asks","arguments":{}})");
  endpoint.complete_legacy(*sent, open(endpoint));
  EXPECT_EQ(status_of(endpoint, sent), 0);
  ASSERT_TRUE(wait_until([&] { return sent->messages.size() == 1; }));
  EXPECT_TRUE(loop.run(sleep_for(50ms)));
  EXPECT_EQ(sent->ended, 0);
  EXPECT_TRUE(loop.run(answer_roots(&endpoint, sent)));
  ASSERT_TRUE(wait_until([&] { return sent->ended == 1; }));
  EXPECT_NE(sent->answer.find("answered"), std::string::npos) << sent->answer;
}

TEST_F(EndpointTest, AStreamThatIsOldIsClosedOnce) {
  EndpointOptions options;
  options.stream_max_age = 100s;
  auto& endpoint = make(options);
  News old;
  News forgotten;
  News young;
  endpoint.watch(old);
  endpoint.forget(endpoint.watch(forgotten));
  clock.ahead = 111s;
  auto const last = endpoint.watch(young);
  EXPECT_EQ(old.closed, 0);
  ASSERT_TRUE(wait_until([&] { return old.closed > 0; }));
  EXPECT_EQ(old.closed, 1);
  EXPECT_EQ(forgotten.closed + young.closed, 0);
  endpoint.forget(last);
}

TEST_F(EndpointTest, DrainingClosesStreamsAndLetsCallsGoOn) {
  auto& endpoint = make();
  News stream;
  endpoint.watch(stream);
  auto const listen = make_listen("ada");
  auto const call =
      make_request("ada", 1, "tools/call", R"({"name":"sleeps","arguments":{"ms":20}})");
  EXPECT_EQ(status_of(endpoint, listen), 0);
  EXPECT_EQ(status_of(endpoint, call), 0);
  endpoint.drain();
  EXPECT_TRUE(endpoint.is_draining());
  EXPECT_EQ(stream.closed, 1);
  EXPECT_EQ(listen->ended, 1);
  EXPECT_NE(listen->answer.find("resultType"), std::string::npos) << listen->answer;
  EXPECT_EQ(call->ended, 0);
  ASSERT_TRUE(wait_until([&] { return call->ended == 1; }));
  EXPECT_EQ(call->ending, Ending::ok);
}

TEST_F(EndpointTest, StoppingWaitsForItsGraceAndCancels) {
  auto& endpoint = make();
  auto const quick =
      make_request("ada", 1, "tools/call", R"({"name":"sleeps","arguments":{"ms":10}})");
  auto const slow = make_call("ada");
  EXPECT_EQ(status_of(endpoint, quick), 0);
  EXPECT_EQ(status_of(endpoint, slow), 0);
  EXPECT_TRUE(loop.run(endpoint.stop(50ms)));
  EXPECT_EQ(quick->ending, Ending::ok);
  EXPECT_EQ(slow->ending, Ending::cancelled);
  EXPECT_EQ(endpoint.running(), 0u);
}

// -------------------------------------------------------------------------------------------------

TEST_F(EndpointTest, StoppingWaitsForTasksToo) {
  auto& endpoint = make();
  auto const sent = make_request("ada", 1, "tools/call", R"({
    "name": "works",
    "arguments": {"ms": 30},
    "_meta": {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": {
        "extensions": {"io.modelcontextprotocol/tasks": {}}
      }
    }
  })");
  ASSERT_FALSE(endpoint.complete_modern(*sent));
  EXPECT_EQ(status_of(endpoint, sent), 0);
  EXPECT_NE(sent->answer.find(R"("resultType":"task")"), std::string::npos) << sent->answer;
  EXPECT_TRUE(loop.run(endpoint.stop(5s)));
  EXPECT_EQ(notes, (testing::Notes{"sleeps: started", "sleeps: slept"}));
}

TEST_F(EndpointTest, ASessionIsGoodForItsPrincipalAndServer) {
  auto& endpoint = make();
  auto& other_server = make({}, "another");
  auto const session = open(endpoint, "ada");
  auto const token = seal_session(ring, session);
  EXPECT_EQ(status_of(endpoint.find_session(token, {"ada"})), 200);
  EXPECT_EQ(status_of(endpoint.find_session(token, {"bob"})), 404);
  EXPECT_EQ(status_of(endpoint.find_session(token, {"anonymous"})), 404);
  EXPECT_EQ(status_of(other_server.find_session(token, {"ada"})), 404);
  // Another replica of the same server knows it.
  EXPECT_EQ(status_of(make().find_session(token, {"ada"})), 200);
}

TEST_F(EndpointTest, EveryBadTokenIsAnsweredAlike) {
  auto& endpoint = make();
  auto const session = open(endpoint);
  auto const token = seal_session(ring, session);
  auto expired = session;
  expired.expires_at = std::chrono::floor<std::chrono::seconds>(clock.now()) - 1s;
  auto changed = token;
  changed.back() = changed.back() == 'A' ? 'B' : 'A';
  std::string const bad[] = {
      "",
      "x",
      std::string(5'000, 'A'),
      changed,
      token + token,
      token.substr(1),
      seal_session(KeyRing::random(), session),
      seal_session(ring, expired),
  };
  auto const first = endpoint.find_session("", {});
  for (auto const& each : bad) {
    auto const found = endpoint.find_session(each, {});
    ASSERT_EQ(status_of(found), 404) << each;
    EXPECT_EQ(found.error().error.message, first.error().error.message);
  }
}

TEST_F(EndpointTest, ASessionEndsWithItsLifeOrItsClient) {
  EndpointOptions options;
  options.sessions.lifetime = 3600s;
  auto& endpoint = make(options);
  auto const session = open(endpoint);
  auto const token = seal_session(ring, session);
  clock.ahead = 3590s;
  EXPECT_EQ(status_of(endpoint.find_session(token, {})), 200);
  clock.ahead = 3602s;
  EXPECT_EQ(status_of(endpoint.find_session(token, {})), 404);

  clock.ahead = 0s;
  auto const call = make_call("anonymous");
  endpoint.complete_legacy(*call, session);
  EXPECT_EQ(status_of(endpoint, call), 0);
  endpoint.end_session(session);
  ASSERT_TRUE(wait_until([&] { return call->ended == 1; }));
  EXPECT_EQ(call->ending, Ending::cancelled);
  EXPECT_EQ(status_of(endpoint.find_session(token, {})), 404);
}

TEST_F(EndpointTest, ARequestIdIsBusyWhileItsCallRuns) {
  auto& endpoint = make();
  auto const session = open(endpoint);
  auto const start_one = [&](int id) {
    auto const call = make_call("anonymous", id);
    endpoint.complete_legacy(*call, session);
    return status_of(endpoint, call);
  };
  EXPECT_EQ(start_one(1), 0);
  EXPECT_EQ(start_one(1), 400);
  EXPECT_EQ(start_one(2), 0);
}

}  // namespace
}  // namespace davit::mcp

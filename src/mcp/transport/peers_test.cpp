// What a replica takes from its peers: only what one of them has sealed for it, just now.
#include "mcp/transport/peers.h"

#include "support/replicas.h"

namespace davit::mcp::transport {
namespace {

using namespace std::chrono_literals;

// Keeps what would have been sent, and says that nobody was there.
class Recorder final : public http::Client {
 public:
  Async<http::ClientResponse> send(http::ClientRequest request) override {
    sent.push_back(std::move(request));
    co_return Error(ErrorKind::unavailable, "nobody there")
        .with_detail(std::string(http::kNothingWasSent));
  }
  std::vector<http::ClientRequest> sent;
};

class PeerPass : public ReplicasTest {
 protected:
  PeerPass() {
    b_ = &add("bbbbbb");
    open(*b_);
  }

  // The request as another replica passes it on: to `target`, for the server of this name.
  http::Request passed_on(
      http::Request request,
      const ReplicaId& target,
      std::string server = "test",
      const KeyRing* sealed_by = nullptr
  ) {
    Recorder recorder;
    PeerOptions const options{.self = {"127.0.0.1:1", "aaaaaa"}};
    Peers peers(
        loop.executor(),
        recorder,
        sealed_by == nullptr ? ring : *sealed_by,
        clock,
        options,
        counters_,
        log::Logger()
    );
    auto const answer =
        loop.run(peers.forward(target, std::move(server), std::move(request), {"r", "", {}}));
    EXPECT_TRUE(answer && !*answer);
    EXPECT_TRUE(loop.run(peers.stop(Duration::zero())));
    http::Request received;
    received.method = recorder.sent.at(0).method;
    received.headers = recorder.sent.at(0).headers;
    received.body = recorder.sent.at(0).body;
    return received;
  }
  http::Request ping_passed_on() {
    return passed_on(make_request(http::Method::post, request(1, "ping")), b_->self);
  }
  http::Response receive(http::Request request) {
    return *loop.run(b_->handler().handle(std::move(request)));
  }
  int status_of(http::Request request) { return receive(std::move(request)).status; }
  std::string why_declined(http::Request request) {
    auto const response = receive(std::move(request));
    EXPECT_EQ(response.status, 421);
    return std::string(response.headers.get("Davit-Declined").value_or(""));
  }
  std::int64_t refused() {
    return b_->counters.at("davit_http_rejected_total", "reason=\"peer\"").value();
  }

  Replica* b_;

 private:
  Counters counters_;
};

TEST_F(PeerPass, LetsAMessageIn) {
  auto const response = receive(ping_passed_on());
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"jsonrpc":"2.0","id":1,"result":{}})");
  EXPECT_EQ(refused(), 0);
}

TEST_F(PeerPass, IsForThisMessageOnly) {
  auto const good = ping_passed_on();
  auto const with = [&](auto change) {
    auto changed = good;
    change(changed);
    return changed;
  };
  http::Request const bad[] = {
      with([](http::Request& request) { request.body += ' '; }),
      with([](http::Request& request) { request.method = http::Method::del; }),
      with([](http::Request& request) { request.headers.set("Mcp-Session-Id", "another"); }),
      with([](http::Request& request) { request.headers.set("Accept", "text/event-stream"); }),
      with([](http::Request& request) { request.headers.add("Last-Event-ID", "1"); }),
      with([](http::Request& request) { request.headers.set("Davit-Peer", ""); }),
      with([](http::Request& request) {
        std::string pass(*request.headers.get("Davit-Peer"));
        pass[pass.size() / 2] = pass[pass.size() / 2] == 'A' ? 'B' : 'A';
        request.headers.set("Davit-Peer", pass);
      }),
      // A token of the same ring, for another purpose.
      with([](http::Request& request) {
        request.headers.set("Davit-Peer", std::string(*request.headers.get("Mcp-Session-Id")));
      }),
      make_request(http::Method::post, request(1, "ping")),
  };
  for (auto const& each : bad) EXPECT_EQ(status_of(each), 403);
  EXPECT_EQ(refused(), static_cast<std::int64_t>(std::size(bad)));
  EXPECT_EQ(status_of(good), 200);
}

TEST_F(PeerPass, OfAnotherRingOpensNothing) {
  auto const other = KeyRing::random();
  auto ping = make_request(http::Method::post, request(1, "ping"));
  EXPECT_EQ(status_of(passed_on(std::move(ping), b_->self, "test", &other)), 403);
}

TEST_F(PeerPass, IsGoodForAMinute) {
  auto const pass = ping_passed_on();
  clock.ahead = 55s;
  EXPECT_EQ(status_of(pass), 200);
  clock.ahead = 65s;
  EXPECT_EQ(status_of(pass), 403);
  auto const from_the_future = ping_passed_on();
  clock.ahead = 0s;
  EXPECT_EQ(status_of(from_the_future), 403);
}

TEST_F(PeerPass, ForAnotherProcessOrServerIsDeclined) {
  auto const ping = make_request(http::Method::post, request(1, "ping"));
  auto const earlier_start = ReplicaId{b_->self.address, "cccccc"};
  EXPECT_EQ(why_declined(passed_on(ping, earlier_start)), "gone");
  EXPECT_EQ(why_declined(passed_on(ping, b_->self, "another")), "gone");
}

TEST_F(PeerPass, CarriesThePrincipal) {
  principal = "somebody";
  open(*b_);
  // `passed_on` does so for "anonymous".
  EXPECT_EQ(status_of(ping_passed_on()), 404);
}

TEST_F(PeerPass, TakesAMessageNoFurther) {
  auto& c = add("cccccc");
  open(c);
  EXPECT_EQ(status_of(ping_passed_on()), 200);
  EXPECT_EQ(b_->forwarded("ok") + b_->forwarded("declined") + b_->forwarded("failed"), 0);
}

// A replica whose clock is wrong, or that has other keys yet, refuses every pass.
TEST_F(PeerPass, ThatIsRefusedLeavesTheMessageWhereItArrived) {
  auto& a = add("aaaaaa");
  ShiftedClock wrong;
  wrong.ahead = 90s;
  Replica late("llllll", {loop, ring, wrong, nullptr});
  open(late);
  auto const asked = post(a, call(1, "echo", R"({"text":"hi"})"));
  EXPECT_EQ(asked->status(), 200);
  EXPECT_NE(asked->text().find("\"hi\""), std::string::npos) << asked->text();
  EXPECT_EQ(a.forwarded("declined"), 1);
}

// Answers by heart, one after the other; at the end of its answers the connection breaks.
class ByHeart final : public http::Client {
 public:
  Async<http::ClientResponse> send(http::ClientRequest request) override {
    if (answers.empty()) co_return Error(ErrorKind::unavailable, "the connection was closed");
    auto const why = answers.front();
    answers.erase(answers.begin());
    auto const declined = why.empty() ? http::Response() : decline(why);
    http::ClientResponse response;
    response.status = declined.status;
    response.headers = declined.headers;
    co_return response;
  }
  std::vector<std::string> answers;  // why it declines; empty: it does not
};

class PeerThatBreaks : public ::testing::Test {
 protected:
  ~PeerThatBreaks() override { EXPECT_TRUE(loop.run(peers.stop(0s))); }

  // Nothing when the message is to be served here.
  std::optional<http::Response> forward() {
    http::Request request;
    request.method = http::Method::post;
    request.body = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
    auto answer = loop.run(peers.forward(home, "test", std::move(request), {"r", "", {}}));
    EXPECT_TRUE(answer);
    return *answer;
  }

  ReplicaId const home{"127.0.0.1:2", "hhhhhh"};
  Loop loop;
  ShiftedClock clock;
  KeyRing ring = KeyRing::random();
  Counters counters;
  ByHeart client;
  Peers peers{
      loop.executor(), client, ring, clock, {{"127.0.0.1:1", "aaaaaa"}}, counters, log::Logger()
  };
};

TEST_F(PeerThatBreaks, MayHaveCarriedOutWhatItGot) {
  client.answers = {""};
  EXPECT_TRUE(forward());
  auto const answer = forward();
  ASSERT_TRUE(answer);
  EXPECT_NE(answer->body.find("may have been carried out"), std::string::npos) << answer->body;
}

// One that drains still has what it began: the same request, sent again, may be that.
TEST_F(PeerThatBreaks, MayHaveCarriedItOutThoughItDrains) {
  client.answers = {"draining"};
  EXPECT_FALSE(forward());
  auto const answer = forward();
  ASSERT_TRUE(answer);
  EXPECT_NE(answer->body.find("may have been carried out"), std::string::npos) << answer->body;
}

}  // namespace
}  // namespace davit::mcp::transport

// What replicas with a shared store tell each other of the sessions that they hold state of.
#include <gtest/gtest.h>

#include "mcp/exchange.h"
#include "mcp/live_sessions.h"
#include "mcp/tasks_fixture.h"

namespace davit::mcp {
namespace {

using namespace std::chrono_literals;

// All replicas of a test use this one.
class SharedStore final : public FakeStore {
 public:
  SharedStore() { shared = true; }
  Async<> publish(std::string, std::string message) override {
    for (auto const& callback : callbacks_) callback(message);
    co_return Result<>();
  }
  void subscribe(std::string, std::function<void(std::string_view)> callback) override {
    callbacks_.push_back(std::move(callback));
  }
  // What it answers is what was there when it was asked.
  Async<std::optional<std::string>> get(std::string key) override {
    auto answer = co_await FakeStore::get(std::move(key));
    if (is_slow) DAVIT_CO_CHECK(co_await sleep_for(std::chrono::milliseconds(20)));
    co_return answer;
  }

  bool is_slow = false;

 private:
  std::vector<std::function<void(std::string_view)>> callbacks_;
};

struct Silent final : Exchange {
  void send(std::string) override {}
  void finished() override {}
};

const ReplicaId kHome{"10.0.0.1:9100", "aaaaaa"};

class SharedSessions : public ::testing::Test {
 protected:
  SharedSessions() {
    session.id = "0123456789abcdef";
    session.principal = {"alice"};
    session.home = kHome;
    session.expires_at = std::chrono::ceil<std::chrono::seconds>(clock.now()) + 1000s;
    auto const share = [this](LiveSessions& live, const ReplicaId& self) {
      live.share(self, "sessions:fixture", [this](LiveSessions::Running calls) {
        for (auto& call : calls) cancelled.push_back(std::move(call));
      });
    };
    share(home, kHome);
    share(second, {"10.0.0.2:9100", "bbbbbb"});
    share(third, {"10.0.0.3:9100", "cccccc"});
  }
  ~SharedSessions() override { EXPECT_TRUE(loop.run(behind.stop(0s))); }

  // What was written behind has been delivered.
  void settle() { EXPECT_TRUE(loop.run(sleep_for(1ms))); }

  // What `live` sends to the subscribers of this resource.
  bool hears(LiveSessions& live, const std::string& uri) {
    settle();
    heard.clear();
    live.send_to_all("updated", &uri);
    return heard == "updated";
  }
  SessionSink sink() {
    return [this](const std::string& text) { heard += text; };
  }

  Loop loop;
  ManualClock clock;
  Counters counters;
  SharedStore store;
  WriteBehind behind{loop.executor(), store, counters, log::Logger()};
  LiveSessions home{clock, behind, {}, counters};
  LiveSessions second{clock, behind, {}, counters};
  LiveSessions third{clock, behind, {}, counters};
  Session session;
  std::string heard;
  std::vector<std::shared_ptr<Exchange>> cancelled;
};

TEST_F(SharedSessions, WhoCarriesTheStreamLearnsOfASubscriptionElsewhere) {
  second.set_sink(session, sink());
  third.subscribe(session, "test://x");
  EXPECT_TRUE(hears(second, "test://x"));
  EXPECT_FALSE(hears(second, "test://y"));
  third.unsubscribe(session, "test://x");
  EXPECT_FALSE(hears(second, "test://x"));
}

TEST_F(SharedSessions, TheHomeLearnsAllAndWhoHoldsNothingOfASessionStaysThatWay) {
  third.set_log_level(session, LogLevel::error);
  settle();
  EXPECT_EQ(home.log_level(session), LogLevel::error);
  EXPECT_EQ(second.size(), 0u);
  ASSERT_TRUE(loop.run(second.adopt(session)));
  EXPECT_EQ(second.log_level(session), LogLevel::error);
  third.set_log_level(session, LogLevel::debug);
  settle();
  EXPECT_EQ(second.log_level(session), LogLevel::debug);
}

TEST_F(SharedSessions, NewsThatComeWhileTheStoreIsAskedAreNewerThanItsAnswer) {
  third.subscribe(session, "test://x");
  settle();
  second.set_sink(session, sink());
  store.is_slow = true;
  TaskScope scope(loop.executor(), log::Logger());
  scope.spawn("adopt", second.adopt(session));
  EXPECT_TRUE(loop.run(sleep_for(30ms)));  // the second of two questions is on its way
  third.subscribe(session, "test://y");
  EXPECT_TRUE(loop.run(scope.join()));
  EXPECT_TRUE(hears(second, "test://x"));
  EXPECT_TRUE(hears(second, "test://y"));
}

TEST_F(SharedSessions, NewsOfASessionThatIsOnlyBeingTakenOverCount) {
  third.subscribe(session, "test://x");
  settle();
  store.is_slow = true;
  TaskScope scope(loop.executor(), log::Logger());
  scope.spawn("adopt", second.adopt(session));
  EXPECT_TRUE(loop.run(sleep_for(30ms)));
  third.subscribe(session, "test://y");
  EXPECT_TRUE(loop.run(scope.join()));
  second.set_sink(session, sink());
  EXPECT_TRUE(hears(second, "test://y"));
}

TEST_F(SharedSessions, ASessionEndsEverywhereAndItsCallsWithIt) {
  auto const call = std::make_shared<Silent>();
  home.add_call(session, 1, call);
  EXPECT_TRUE(third.revoke(session).empty());
  settle();
  for (auto const* live : {&home, &second, &third}) {
    EXPECT_TRUE(live->is_revoked(session.id));
    EXPECT_EQ(live->size(), 0u);
  }
  ASSERT_EQ(cancelled.size(), 1u);
  EXPECT_EQ(cancelled[0], call);
}

TEST_F(SharedSessions, WhatIsNoNewsIsIgnored) {
  second.set_log_level(session, LogLevel::error);
  for (std::string const text : {"", "[]", R"({"id":"MDEyMzQ1Njc4OWFiY2RlZg"})", R"({"id":7})"}) {
    ASSERT_TRUE(loop.run(store.publish("sessions:fixture", text)));
  }
  EXPECT_EQ(second.log_level(session), LogLevel::error);
  EXPECT_FALSE(second.is_revoked(session.id));
}

}  // namespace
}  // namespace davit::mcp

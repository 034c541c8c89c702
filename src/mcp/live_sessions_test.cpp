#include "mcp/live_sessions.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/loop.h"
#include "mcp/exchange.h"
#include "mcp/store/memory.h"

namespace davit::mcp {
namespace {

using namespace std::chrono_literals;

class StillClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override {
    return std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + past;
  }
  std::chrono::steady_clock::time_point steady_now() const override {
    return std::chrono::steady_clock::time_point(1h + past);
  }
  std::chrono::seconds past{0};
};

struct Silent final : Exchange {
  void send(std::string) override {}
  void finished() override {}
};

class Live : public ::testing::Test {
 protected:
  Session session(int i, std::string principal = "alice") const {
    Session made;
    made.id = fmt::format("{:016}", i);
    made.principal = {std::move(principal)};
    made.expires_at = std::chrono::floor<std::chrono::seconds>(clock.now()) + 1000s;
    return made;
  }
  std::int64_t level() { return counters.at("davit_mcp_live_sessions").value(); }
  std::int64_t dropped(const char* reason) {
    return counters.at("davit_mcp_sessions_dropped_total", make_label("reason", reason)).value();
  }
  std::int64_t refused(const char* reason) {
    return counters.at("davit_mcp_rejected_total", make_label("reason", reason)).value();
  }

  Loop loop;
  StillClock clock;
  Counters counters;
  std::unique_ptr<Store> store = make_memory_store(loop.executor(), clock);
  WriteBehind behind{loop.executor(), *store, counters, log::Logger()};
};

TEST_F(Live, TheLogLevelIsInfoUntilItIsSet) {
  LiveSessions live(clock, behind, {}, counters);
  EXPECT_EQ(live.log_level(session(1)), LogLevel::info);
  EXPECT_EQ(live.size(), 0u);
  EXPECT_TRUE(live.set_log_level(session(1), LogLevel::error));
  EXPECT_EQ(live.log_level(session(1)), LogLevel::error);
  EXPECT_EQ(live.log_level(session(2)), LogLevel::info);
  EXPECT_EQ(level(), 1);
}

TEST_F(Live, AnIdIsUsedOnceAtATimeAndItsTypeCounts) {
  LiveSessions live(clock, behind, {}, counters);
  auto const call = std::make_shared<Silent>();
  EXPECT_TRUE(live.add_call(session(1), 1, call));
  EXPECT_FALSE(live.add_call(session(1), 1, call));
  EXPECT_TRUE(live.add_call(session(1), "1", call));
  EXPECT_TRUE(live.add_call(session(2), 1, call));
  EXPECT_EQ(live.find_call(session(1), 1), call);
  live.remove_call(session(1), 1);
  EXPECT_EQ(live.find_call(session(1), 1), nullptr);
  EXPECT_EQ(live.find_call(session(1), "1"), call);
  live.remove_call(session(1), "1");
  live.remove_call(session(2), 1);
  live.remove_call(session(3), 1);
  EXPECT_EQ(live.size(), 0u);  // nothing is kept of a session that only made calls
  EXPECT_EQ(level(), 0);
}

TEST_F(Live, MessagesGoToTheSinkThatCameLastAndToSubscribersOnly) {
  LiveSessions live(clock, behind, {}, counters);
  std::string heard;
  auto const sink = [&](std::string name) {
    return [&heard, name](const std::string& text) { heard += name + text + ' '; };
  };
  auto const first = live.set_sink(session(1), sink("first:"));
  auto const second = live.set_sink(session(1), sink("second:"));
  live.set_sink(session(2), sink("other:"));
  live.send_to_all("a");
  EXPECT_TRUE(heard == "second:a other:a " || heard == "other:a second:a ") << heard;
  live.remove_sink(session(1).id, first);  // it was replaced before
  live.subscribe(session(2), "test://x");
  heard.clear();
  std::string const x = "test://x";
  live.send_to_all("b", &x);
  EXPECT_EQ(heard, "other:b ");
  live.unsubscribe(session(2), x);
  live.remove_sink(session(1).id, second);
  heard.clear();
  live.send_to_all("c", &x);
  EXPECT_EQ(heard, "");
}

TEST_F(Live, RevokingForgetsAndHandsOverWhatRuns) {
  LiveSessions live(clock, behind, {}, counters);
  auto const call = std::make_shared<Silent>();
  live.add_call(session(1), 1, call);
  auto const running = live.revoke(session(1));
  ASSERT_EQ(running.size(), 1u);
  EXPECT_EQ(running[0], call);
  EXPECT_TRUE(live.is_revoked(session(1).id));
  EXPECT_FALSE(live.is_revoked(session(2).id));
  EXPECT_EQ(live.size(), 0u);
}

TEST_F(Live, WhenItIsFullTheOneThatWasIdleLongestGoes) {
  LiveSessions live(clock, behind, {.max_live = 3}, counters);
  for (int i = 0; i < 3; ++i) live.set_log_level(session(i), LogLevel::error);
  live.add_call(session(0), 1, std::make_shared<Silent>());  // in use, and so it stays
  for (int i = 3; i < 100; ++i) {
    EXPECT_TRUE(live.set_log_level(session(i), LogLevel::error));
    EXPECT_EQ(live.size(), 3u);
  }
  EXPECT_NE(live.find_call(session(0), 1), nullptr);
  EXPECT_EQ(live.log_level(session(99)), LogLevel::error);
  EXPECT_EQ(live.log_level(session(50)), LogLevel::info);
  EXPECT_EQ(dropped("room"), 97);
}

TEST_F(Live, ASessionWhoseStreamNobodyReadsMakesRoom) {
  LiveSessions live(clock, behind, {.max_live = 2}, counters);
  auto const nowhere = [](const std::string&) {};
  auto const first = live.set_sink(session(1), nowhere);
  live.set_sink(session(2), nowhere);
  EXPECT_EQ(live.set_sink(session(3), nowhere), 0u);  // both are read
  EXPECT_EQ(refused("too_many_sessions"), 1);
  live.set_read(session(1).id, first, false);
  live.add_call(session(1), 1, std::make_shared<Silent>());
  live.remove_call(session(1), 1);
  EXPECT_TRUE(live.has_sink(session(1)));  // its reader may come back, unless there is no room
  live.set_read(session(1).id, first, true);
  EXPECT_EQ(live.set_sink(session(3), nowhere), 0u);
  live.set_read(session(1).id, first, false);
  EXPECT_NE(live.set_sink(session(3), nowhere), 0u);
  EXPECT_FALSE(live.has_sink(session(1)));
  live.set_read(session(1).id, first, true);  // too late
  EXPECT_EQ(dropped("room"), 1);
  EXPECT_EQ(level(), 2);
}

TEST_F(Live, SubscriptionsOfASessionAreBounded) {
  LiveSessions live(clock, behind, {.max_subscriptions = 2}, counters);
  EXPECT_TRUE(live.subscribe(session(1), "test://a"));
  EXPECT_TRUE(live.subscribe(session(1), "test://b"));
  EXPECT_TRUE(live.subscribe(session(1), "test://a"));  // it has that one
  EXPECT_FALSE(live.subscribe(session(1), "test://c"));
  EXPECT_EQ(refused("too_many_subscriptions"), 1);
}

TEST_F(Live, WhoHasItsShareDropsItsOwnAndWhatIsInUseIsNeverDropped) {
  LiveSessions live(clock, behind, {.max_live_per_principal = 2}, counters);
  live.set_log_level(session(1, "bob"), LogLevel::error);
  for (int i = 2; i < 10; ++i) live.set_log_level(session(i, "alice"), LogLevel::error);
  EXPECT_EQ(live.size(), 3u);
  EXPECT_EQ(live.log_level(session(1, "bob")), LogLevel::error);
  for (int i = 8; i < 10; ++i) live.add_call(session(i, "alice"), 1, std::make_shared<Silent>());
  EXPECT_FALSE(live.set_log_level(session(20, "alice"), LogLevel::error));
  EXPECT_EQ(refused("too_many_sessions"), 1);
  EXPECT_TRUE(live.set_log_level(session(21, "carol"), LogLevel::error));
}

TEST_F(Live, WhatNobodyUsesIsSweptAway) {
  LiveSessions live(clock, behind, {.idle = 60s}, counters);
  for (int i = 0; i < 10; ++i) live.set_log_level(session(i), LogLevel::error);
  live.add_call(session(10), 1, std::make_shared<Silent>());
  live.sweep();
  EXPECT_EQ(live.size(), 11u);
  clock.past += 61s;
  live.sweep();
  EXPECT_EQ(live.size(), 1u);
  EXPECT_EQ(dropped("idle"), 10);
}

TEST_F(Live, RevocationsAreBoundedAndTheOnesThatExpireFirstGo) {
  LiveSessions live(clock, behind, {.max_revoked = 3}, counters);
  for (int i = 0; i < 5; ++i) {
    auto revoked = session(i);
    revoked.expires_at += std::chrono::seconds(i);
    live.revoke(revoked);
  }
  EXPECT_FALSE(live.is_revoked(session(0).id));
  EXPECT_FALSE(live.is_revoked(session(1).id));
  for (int i = 2; i < 5; ++i) EXPECT_TRUE(live.is_revoked(session(i).id));
  EXPECT_EQ(counters.at("davit_mcp_revoked_sessions").value(), 3);
  EXPECT_EQ(counters.at("davit_mcp_revocations_dropped_total").value(), 2);
  clock.past += 2000s;  // all of them have expired by themselves
  live.sweep();
  EXPECT_FALSE(live.is_revoked(session(4).id));
  EXPECT_EQ(counters.at("davit_mcp_revoked_sessions").value(), 0);
}

}  // namespace
}  // namespace davit::mcp

#include "mcp/session.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/loop.h"

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

Session make_session(std::string id = "0123456789abcdef") {
  Session session;
  session.id = std::move(id);
  session.revision = Revision::v2025_11_25;
  session.capabilities = {ClientCapabilities::roots | ClientCapabilities::elicitation_form};
  session.client = {"client", "1.2", ""};
  session.principal = {"alice"};
  session.home = "homehomehom";
  session.expires_at = std::chrono::sys_seconds(1'800'000'000s);
  return session;
}

TEST(SessionToken, SaysWhatWasSealed) {
  auto const ring = KeyRing::random();
  auto const session = make_session();
  auto const opened = open_session(ring, seal_session(ring, session));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->id, session.id);
  EXPECT_EQ(opened->revision, session.revision);
  EXPECT_EQ(opened->capabilities.bits, session.capabilities.bits);
  EXPECT_EQ(opened->client.name, "client");
  EXPECT_EQ(opened->client.version, "1.2");
  EXPECT_EQ(opened->principal, session.principal);
  EXPECT_EQ(opened->home, session.home);
  EXPECT_EQ(opened->expires_at, session.expires_at);
}

TEST(SessionToken, IsShortVisibleAsciiWhateverTheClientCallsItself) {
  auto const ring = KeyRing::random();
  auto session = make_session();
  session.client = {"n", std::string(100'000, 'v'), "t"};
  for (int i = 0; i < 50'000; ++i) session.client.name += "\xC3\xA9";
  session.principal.id = std::string(96, 'p');
  session.home = std::string(22, 'h');
  auto const token = seal_session(ring, session);
  EXPECT_LE(token.size(), 512u);
  for (char const c : token) EXPECT_TRUE(c > 0x20 && c < 0x7F);
  auto const opened = open_session(ring, token);
  ASSERT_TRUE(opened);
  EXPECT_LE(opened->client.name.size(), 64u);
  EXPECT_EQ(opened->client.name.size(), 63u);  // no character is cut in two
  EXPECT_EQ(opened->client.version.size(), 32u);
  EXPECT_EQ(opened->principal, session.principal);
}

TEST(SessionToken, NoOtherTokenOpens) {
  auto const ring = KeyRing::random();
  auto const session = make_session();
  auto const token = seal_session(ring, session);
  EXPECT_NE(token, seal_session(ring, session));  // a fresh nonce each
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(open_session(ring, changed)) << i;
  }
  EXPECT_FALSE(open_session(ring, ""));
  EXPECT_FALSE(open_session(ring, token + "A"));
  EXPECT_FALSE(open_session(ring, token.substr(1)));
  EXPECT_FALSE(open_session(ring, token.substr(0, token.size() - 1)));
  EXPECT_FALSE(open_session(KeyRing::random(), token));
  EXPECT_FALSE(open_session(ring, ring.seal("cursor", "0123456789abcdef")));
  EXPECT_FALSE(open_session(ring, ring.seal("mcp session 1", "too short")));
}

TEST(SessionToken, AnyReplicaWithTheKeyOpensItAlsoAfterARotation) {
  std::vector<Secret> const old_keys{Secret(std::string(32, 'a'))};
  std::vector<Secret> const new_keys{Secret(std::string(32, 'b')), Secret(std::string(32, 'a'))};
  auto const old_ring = KeyRing::make(old_keys);
  auto const new_ring = KeyRing::make(new_keys);
  ASSERT_TRUE(old_ring && new_ring);
  EXPECT_TRUE(open_session(*new_ring, seal_session(*old_ring, make_session())));
  EXPECT_FALSE(open_session(*old_ring, seal_session(*new_ring, make_session())));
}

class Live : public ::testing::Test {
 protected:
  static std::string name(int i) { return fmt::format("{:016}", i); }
  std::int64_t level() { return counters.at("davit_mcp_live_sessions").value(); }

  Loop loop;
  StillClock clock;
  Counters counters;
  TaskScope scope{loop.executor(), log::Logger()};
};

TEST_F(Live, TheLogLevelIsInfoUntilItIsSet) {
  LiveSessions live(clock, {}, counters);
  EXPECT_EQ(live.log_level("a"), LogLevel::info);
  EXPECT_EQ(live.size(), 0u);
  live.set_log_level("a", LogLevel::error);
  EXPECT_EQ(live.log_level("a"), LogLevel::error);
  EXPECT_EQ(live.log_level("b"), LogLevel::info);
  EXPECT_EQ(level(), 1);
}

TEST_F(Live, AnIdIsUsedOnceAtATimeAndItsTypeCounts) {
  LiveSessions live(clock, {}, counters);
  EXPECT_TRUE(live.add_call("a", 1, Task()));
  EXPECT_FALSE(live.add_call("a", 1, Task()));
  EXPECT_TRUE(live.add_call("a", "1", Task()));
  EXPECT_TRUE(live.add_call("b", 1, Task()));
  EXPECT_TRUE(live.has_call("a", 1));
  live.remove_call("a", 1);
  EXPECT_FALSE(live.has_call("a", 1));
  EXPECT_TRUE(live.has_call("a", "1"));
  live.remove_call("a", "1");
  live.remove_call("b", 1);
  live.remove_call("c", 1);
  EXPECT_EQ(live.size(), 0u);  // nothing is kept of a session that only made calls
  EXPECT_EQ(level(), 0);
}

Async<> wait_long(bool& cancelled) {
  cancelled = !co_await sleep_for(60s);
  co_return Result<>();
}

Async<> cancel_scene(LiveSessions& live, TaskScope& scope, std::vector<bool>& outcome) {
  bool first = false;
  bool second = false;
  live.add_call("a", 1, scope.spawn("first", wait_long(first)));
  live.add_call("a", 2, scope.spawn("second", wait_long(second)));
  outcome.push_back(live.cancel_call("a", 3));
  outcome.push_back(live.cancel_call("b", 1));
  outcome.push_back(live.cancel_call("a", 1));
  DAVIT_CO_CHECK(co_await sleep_for(5ms));
  outcome.push_back(first && !second);
  live.revoke(make_session("a"));
  DAVIT_CO_CHECK(co_await scope.join());
  outcome.push_back(second);
  co_return Result<>();
}

TEST_F(Live, CancelsOneCallAndRevokingCancelsAll) {
  LiveSessions live(clock, {}, counters);
  std::vector<bool> outcome;
  ASSERT_TRUE(loop.run(cancel_scene(live, scope, outcome)));
  EXPECT_EQ(outcome, (std::vector<bool>{false, false, true, true, true}));
  EXPECT_TRUE(live.is_revoked("a"));
  EXPECT_FALSE(live.is_revoked("b"));
  EXPECT_EQ(live.size(), 0u);
  EXPECT_EQ(level(), 0);
}

TEST_F(Live, WhenItIsFullTheOneThatWasIdleLongestGoes) {
  LiveSessions live(clock, {.max_live = 3}, counters);
  for (int i = 0; i < 3; ++i) {
    live.set_log_level(name(i), LogLevel::error);
    clock.past += 1s;
  }
  live.add_call(name(0), 1, Task());  // in use, and so it stays
  for (int i = 3; i < 100; ++i) {
    live.set_log_level(name(i), LogLevel::error);
    clock.past += 1s;
    EXPECT_EQ(live.size(), 3u);
    EXPECT_EQ(level(), 3);
  }
  EXPECT_TRUE(live.has_call(name(0), 1));
  EXPECT_EQ(live.log_level(name(99)), LogLevel::error);
  EXPECT_EQ(live.log_level(name(50)), LogLevel::info);
}

TEST_F(Live, WhenItIsFullAllThatAreIdleGo) {
  LiveSessions live(clock, {.idle = 60s, .max_live = 10}, counters);
  for (int i = 0; i < 10; ++i) live.set_log_level(name(i), LogLevel::error);
  clock.past += 61s;
  live.set_log_level(name(10), LogLevel::error);
  EXPECT_EQ(live.size(), 1u);
}

TEST_F(Live, RevocationsAreBoundedAndTheOnesThatExpireFirstGo) {
  LiveSessions live(clock, {.max_revoked = 3}, counters);
  auto const start = std::chrono::floor<std::chrono::seconds>(clock.now());
  for (int i = 0; i < 5; ++i) {
    auto session = make_session(name(i));
    session.expires_at = start + std::chrono::seconds(100 + i);
    live.revoke(session);
  }
  EXPECT_FALSE(live.is_revoked(name(0)));
  EXPECT_FALSE(live.is_revoked(name(1)));
  for (int i = 2; i < 5; ++i) EXPECT_TRUE(live.is_revoked(name(i)));
  clock.past += 200s;  // all of them have expired by themselves
  auto session = make_session(name(5));
  session.expires_at = start + 1000s;
  live.revoke(session);
  EXPECT_FALSE(live.is_revoked(name(2)));
  EXPECT_TRUE(live.is_revoked(name(5)));
}

}  // namespace
}  // namespace davit::mcp

// The contract of store.h, over each store; and the bounds of the one in memory.
#include "mcp/store.h"

#include <limits>

#include <gtest/gtest.h>

#include "async/loop.h"
#include "base/crypto.h"
#include "mcp/store/memory.h"
#include "mcp/store/redis.h"
#include "support/redis_server.h"

namespace davit::mcp {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Texts = std::vector<std::string>;

constexpr auto kPatience = 15s;
constexpr auto kLong = milliseconds(60'000);

class ManualClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override {
    return std::chrono::system_clock::time_point(offset);
  }
  std::chrono::steady_clock::time_point steady_now() const override {
    return std::chrono::steady_clock::time_point(offset);
  }
  milliseconds offset{1'000'000};
};

enum class Kind { memory, redis };

// One server for all tests: each has its own prefix.
testing::RedisServer& redis_server() {
  static testing::RedisServer server;
  return server;
}

class StoreContract : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (GetParam() == Kind::memory) {
      store = make_memory_store(loop.executor(), clock);
      return;
    }
    ASSERT_EQ(redis_server().problem(), "");
    RedisOptions options;
    options.address = *parse_redis_url(redis_server().url());
    options.prefix = random_id() + ":";
    options.operation_limit = 10s;  // a loaded machine fails no test
    store = make_redis_store(loop.executor(), std::move(options), counters, log::Logger());
  }
  void TearDown() override {
    if (store) EXPECT_TRUE(loop.run(store->close()));
  }

  template <class T>
  Result<T> run(Async<T> op) {
    return loop.run(std::move(op));
  }
  void put(std::string key, std::string value, milliseconds ttl = kLong) {
    EXPECT_TRUE(run(store->put(std::move(key), std::move(value), ttl)));
  }
  std::optional<std::string> get(std::string key) {
    auto const got = run(store->get(std::move(key)));
    EXPECT_TRUE(got);
    return got ? *got : "error";
  }
  std::optional<std::string> claim(std::string key, std::string value, milliseconds ttl = kLong) {
    auto const claimed = run(store->claim(std::move(key), std::move(value), ttl));
    EXPECT_TRUE(claimed);
    return claimed ? *claimed : "error";
  }
  void append(std::uint64_t sequence, std::string text, LogLimits limits = {}) {
    StoredEvent event{.sequence = sequence, .text = std::move(text)};
    EXPECT_TRUE(run(store->append("log", std::move(event), limits)));
  }
  // "7:text".
  Texts read(std::uint64_t after, std::string log = "log") {
    Texts texts;
    auto const events = run(store->read(std::move(log), after));
    EXPECT_TRUE(events);
    if (!events) return texts;
    for (auto const& [sequence, text] : *events) {
      texts.push_back(std::to_string(sequence) + ":" + text);
    }
    return texts;
  }
  // Publishes until something is heard: a subscription needs a moment.
  Async<> publish_until_heard(std::string channel, std::string message, const Texts& heard) {
    auto const deadline = std::chrono::steady_clock::now() + kPatience;
    while (heard.empty() && std::chrono::steady_clock::now() < deadline) {
      DAVIT_CO_CHECK(co_await store->publish(channel, message));
      DAVIT_CO_CHECK(co_await sleep_for(5ms));
    }
    co_return Result<>();
  }
  // Lets time pass, for the store.
  void pass(milliseconds time) {
    clock.offset += time;
    if (GetParam() == Kind::redis) (void)run(sleep_for(time));
  }

  Loop loop;
  ManualClock clock;
  Counters counters;
  std::unique_ptr<Store> store;
};

INSTANTIATE_TEST_SUITE_P(
    Each,
    StoreContract,
    ::testing::Values(Kind::memory, Kind::redis),
    [](auto const& info) { return info.param == Kind::memory ? "Memory" : "Redis"; }
);

TEST_P(StoreContract, SaysWhatItIs) {
  EXPECT_EQ(store->is_shared(), GetParam() == Kind::redis);
  EXPECT_TRUE(store->is_healthy());
}

TEST_P(StoreContract, GivesBackTheBytesThatWerePut) {
  std::string const odd("a\r\n$3\r\n\0\xff*1", 12);
  for (auto const& value : {std::string("text"), std::string(), odd, std::string(300'000, 'x')}) {
    put("key", value);
    EXPECT_EQ(get("key"), value);
  }
  put(odd, "odd key");
  EXPECT_EQ(get(odd), "odd key");
}

TEST_P(StoreContract, WhatIsUnknownOrErasedIsNothing) {
  EXPECT_EQ(get("unknown"), std::nullopt);
  put("key", "value");
  EXPECT_TRUE(run(store->erase("key")));
  EXPECT_EQ(get("key"), std::nullopt);
  EXPECT_TRUE(run(store->erase("key")));
  EXPECT_EQ(read(0), Texts());
}

TEST_P(StoreContract, AValueEndsWithItsTimeWhichEveryPutSetsAnew) {
  put("short", "value", 500ms);
  put("longer", "value", 500ms);
  put("longer", "new value", kLong);
  EXPECT_EQ(get("short"), "value");
  pass(600ms);
  EXPECT_EQ(get("short"), std::nullopt);
  EXPECT_EQ(get("longer"), "new value");
}

TEST_P(StoreContract, ATimeToLiveIsAboveZeroAndMayBeVeryLong) {
  for (auto const ttl : {0ms, -1ms}) {
    LogLimits const limits{.age = ttl};
    StoredEvent const event{.sequence = 1, .text = "text"};
    EXPECT_EQ(run(store->put("key", "value", ttl)).error().kind(), ErrorKind::invalid_input);
    EXPECT_EQ(run(store->claim("key", "value", ttl)).error().kind(), ErrorKind::invalid_input);
    EXPECT_EQ(run(store->append("log", event, limits)).error().kind(), ErrorKind::invalid_input);
  }
  put("key", "value", milliseconds::max());
  EXPECT_EQ(get("key"), "value");
}

TEST_P(StoreContract, OnlyTheFirstClaimPuts) {
  EXPECT_EQ(claim("key", "first", 600ms), std::nullopt);
  EXPECT_EQ(claim("key", "second"), "first");
  EXPECT_EQ(get("key"), "first");
  pass(700ms);  // the second claim did not make it longer
  EXPECT_EQ(claim("key", "third"), std::nullopt);
  EXPECT_EQ(claim("key", "fourth"), "third");
  put("key", "");
  EXPECT_EQ(claim("key", "fifth"), "");
}

TEST_P(StoreContract, GivesBackTheEventsAfterOne) {
  append(1, "one");
  append(2, "");
  append(7, std::string("\0\r\n", 3));
  EXPECT_EQ(read(0), (Texts{"1:one", "2:", std::string("7:\0\r\n", 5)}));
  EXPECT_EQ(read(1).size(), 2U);
  EXPECT_EQ(read(2), read(6));
  EXPECT_EQ(read(7), Texts());
  EXPECT_EQ(read(0, "another log"), Texts());
}

TEST_P(StoreContract, IgnoresAnEventThatIsNotHigherThanTheLast) {
  append(0, "no sequence");
  append(5, "five");
  append(5, "five again");
  append(4, "late");
  append(6, "six");
  EXPECT_EQ(read(0), (Texts{"5:five", "6:six"}));
}

TEST_P(StoreContract, ComparesAll64BitsOfASequence) {
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  append(kMost - 2, "a");
  append(kMost - 3, "late");
  append(kMost - 1, "b");
  append(kMost, "c");
  EXPECT_EQ(read(kMost - 2), (Texts{"18446744073709551614:b", "18446744073709551615:c"}));
  EXPECT_EQ(read(kMost), Texts());
}

TEST_P(StoreContract, TheOldestEventsGoWhenALogIsFull) {
  LogLimits const limits{.max_bytes = 3 * 164};  // an event of 100 bytes counts for 164
  for (std::uint64_t i = 1; i <= 50; ++i) append(i, std::string(100, 'x'), limits);
  auto const left = read(0);
  ASSERT_EQ(left.size(), 3U);
  EXPECT_TRUE(left[0].starts_with("48:"));
  append(51, std::string(200, 'x'), limits);  // takes the place of two
  EXPECT_EQ(read(0).size(), 2U);
}

TEST_P(StoreContract, EmptyEventsAreBoundedToo) {
  for (std::uint64_t i = 1; i <= 30; ++i) append(i, "", {.max_bytes = 640});
  EXPECT_EQ(read(0).size(), 10U);
}

TEST_P(StoreContract, AnEventLargerThanItsLogLeavesItEmptyAndIsStillNotRepeated) {
  LogLimits const limits{.max_bytes = 1000};
  append(1, "one", limits);
  append(2, std::string(2000, 'x'), limits);
  EXPECT_EQ(read(0), Texts());
  append(2, "again", limits);
  EXPECT_EQ(read(0), Texts());
  append(3, "three", limits);
  EXPECT_EQ(read(0), Texts{"3:three"});
}

TEST_P(StoreContract, ALogEndsSomeTimeAfterItsLastEvent) {
  LogLimits const limits{.age = 1000ms};
  append(1, "one", limits);
  pass(600ms);
  append(2, "two", limits);
  pass(600ms);
  EXPECT_EQ(read(0).size(), 2U);
  pass(600ms);
  EXPECT_EQ(read(0), Texts());
  append(1, "a new log", limits);
  EXPECT_EQ(read(0), Texts{"1:a new log"});
}

TEST_P(StoreContract, ValuesAndLogsDoNotSeeEachOther) {
  put("log", "value");
  append(1, "event");
  EXPECT_EQ(get("log"), "value");
  EXPECT_TRUE(run(store->erase("log")));
  EXPECT_EQ(read(0), Texts{"1:event"});
}

TEST_P(StoreContract, AMessageComesToItsChannelOnly) {
  Texts heard;
  Texts elsewhere;
  std::string const message("\0\r\nmessage", 10);
  store->subscribe("channel", [&](std::string_view text) { heard.emplace_back(text); });
  store->subscribe("elsewhere", [&](std::string_view text) { elsewhere.emplace_back(text); });
  EXPECT_TRUE(run(store->publish("nobody listens", "message")));
  ASSERT_TRUE(run(publish_until_heard("channel", message, heard)));
  ASSERT_FALSE(heard.empty());
  EXPECT_EQ(heard.front(), message);
  ASSERT_TRUE(run(publish_until_heard("elsewhere", "other", elsewhere)));
  EXPECT_EQ(elsewhere.front(), "other");
}

TEST_P(StoreContract, ACallbackMayUseTheStore) {
  Texts heard;
  store->subscribe("first", [&](std::string_view) {
    store->subscribe("second", [&](std::string_view text) { heard.emplace_back(text); });
  });
  Texts none;
  auto both = [&]() -> bool {
    (void)run(store->publish("first", "a"));
    (void)run(sleep_for(5ms));
    (void)run(store->publish("second", "b"));
    (void)run(sleep_for(5ms));
    return !heard.empty();
  };
  for (int i = 0; i < 500 && !both(); ++i) continue;
  EXPECT_FALSE(heard.empty());
}

TEST_P(StoreContract, AfterCloseEverythingIsUnavailable) {
  put("key", "value");
  EXPECT_TRUE(run(store->close()));
  EXPECT_FALSE(store->is_healthy());
  EXPECT_EQ(run(store->get("key")).error().kind(), ErrorKind::unavailable);
  EXPECT_EQ(run(store->put("key", "value", 1s)).error().kind(), ErrorKind::unavailable);
  EXPECT_EQ(run(store->publish("channel", "x")).error().kind(), ErrorKind::unavailable);
  store->subscribe("channel", [](std::string_view) { FAIL(); });
}

// The store in memory
// ------------------------------------------------------------------------------

class MemoryStoreBounds : public ::testing::Test {
 protected:
  void make(MemoryStoreLimits limits) { store = make_memory_store(loop.executor(), clock, limits); }
  Result<> put(std::string key, std::string value, milliseconds ttl = kLong) {
    return loop.run(store->put(std::move(key), std::move(value), ttl));
  }
  bool has(std::string key) { return loop.run(store->get(std::move(key)))->has_value(); }

  Loop loop;
  ManualClock clock;
  std::unique_ptr<Store> store;
};

TEST_F(MemoryStoreBounds, TheOldestEntryGoesForANewOne) {
  make({.max_entries = 3});
  for (auto const* key : {"a", "b", "c", "a", "d"}) ASSERT_TRUE(put(key, "value"));
  EXPECT_FALSE(has("b"));  // "a" was put again since
  for (auto const* key : {"a", "c", "d"}) EXPECT_TRUE(has(key)) << key;
}

TEST_F(MemoryStoreBounds, TheOldestEntriesGoForAGreatOne) {
  make({.max_bytes = 10'000});
  for (auto const* key : {"a", "b", "c"}) ASSERT_TRUE(put(key, std::string(2000, 'x')));
  ASSERT_TRUE(put("great", std::string(7000, 'x')));
  EXPECT_FALSE(has("a") || has("b"));
  EXPECT_TRUE(has("c") && has("great"));
  for (std::uint64_t i = 1; i <= 100; ++i) {  // a log grows just as well
    StoredEvent event{.sequence = i, .text = std::string(36, 'x')};
    ASSERT_TRUE(loop.run(store->append("log", std::move(event), {})));
  }
  EXPECT_FALSE(has("great"));
}

TEST_F(MemoryStoreBounds, RefusesWhatNeverFits) {
  make({.max_bytes = 10'000});
  EXPECT_EQ(put("key", std::string(10'000, 'x')).error().kind(), ErrorKind::invalid_input);
  EXPECT_FALSE(has("key"));
  EXPECT_TRUE(put("key", "value"));
}

TEST_F(MemoryStoreBounds, WhatIsOverMakesRoomFirst) {
  make({.max_entries = 2});
  ASSERT_TRUE(put("old", "value"));
  ASSERT_TRUE(put("short", "value", 10ms));
  clock.offset += 20ms;
  ASSERT_TRUE(put("new", "value"));
  EXPECT_TRUE(has("old"));
}

TEST_F(MemoryStoreBounds, MessagesAreDeliveredLaterAndWaitInABoundedQueue) {
  make({.max_waiting_messages = 2});
  int heard = 0;
  store->subscribe("channel", [&](std::string_view) { ++heard; });
  EXPECT_TRUE(loop.run(store->publish("channel", "1")));
  EXPECT_EQ(heard, 0);
  EXPECT_TRUE(loop.run(store->publish("channel", "2")));
  auto const third = loop.run(store->publish("channel", "3"));
  EXPECT_TRUE(third || third.error().kind() == ErrorKind::unavailable);
  EXPECT_TRUE(loop.run(sleep_for(5ms)));
  EXPECT_EQ(heard, third ? 3 : 2);
}

TEST_F(MemoryStoreBounds, MayGoWhileAMessageIsOnItsWay) {
  make({});
  store->subscribe("channel", [](std::string_view) { FAIL(); });
  EXPECT_TRUE(loop.run(store->publish("channel", "message")));
  store.reset();
  EXPECT_TRUE(loop.run(sleep_for(5ms)));
}

}  // namespace
}  // namespace davit::mcp

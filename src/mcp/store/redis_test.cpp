// The shared store when its server is slow, gone, wrong or hostile.
#include "mcp/store/redis.h"

#include <gtest/gtest.h>

#include "async/loop.h"
#include "async/task_scope.h"
#include "base/crypto.h"
#include "mcp/store/redis_codec.h"
#include "support/raw_http.h"
#include "support/redis_server.h"

namespace davit::mcp {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::kPatience;
using testing::RawServer;
using testing::RawSocket;
using testing::RedisServer;

constexpr auto kLong = milliseconds(60'000);

class Lines final : public log::Sink {
 public:
  void write(log::Level, std::string_view line) override { text += line; }
  int count(std::string_view part) const {
    int found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
  }
  std::string text;
};

// Waits that are short enough for a test, and long enough for a loaded machine.
RedisOptions options_for(std::string_view url) {
  RedisOptions options;
  options.address = *parse_redis_url(url);
  options.connect_limit = 500ms;
  options.longest_retry = 200ms;
  options.pause = 50ms;
  return options;
}

// A store on a loop, which stands still between two calls of `run`.
struct World {
  explicit World(RedisOptions options) : limit(options.operation_limit) {
    store = make_redis_store(
        loop.executor(), std::move(options), counters, log::Logger(log::Level::debug, lines, clock)
    );
  }
  explicit World(std::string_view url) : World(options_for(url)) {}
  ~World() { (void)loop.run(store->close()); }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  template <class T>
  Result<T> run(Async<T> op) {
    return loop.run(std::move(op));
  }
  Result<> put(std::string key, std::string value) {
    return run(store->put(std::move(key), std::move(value), kLong));
  }
  // The value, "nothing", or the kind of the error.
  std::string get(std::string key) { return text_of(run(store->get(std::move(key)))); }
  static std::string text_of(const Result<std::optional<std::string>>& got) {
    if (!got) return std::string(to_string(got.error().kind()));
    return got->value_or("nothing");
  }

  bool eventually(const std::function<bool()>& holds) {
    auto const deadline = steady_clock::now() + kPatience;
    while (!holds() && steady_clock::now() < deadline) (void)run(sleep_for(5ms));
    return holds();
  }
  bool becomes_healthy() {
    return eventually([this] { return store->is_healthy(); });
  }
  std::int64_t count(std::string_view outcome) {
    std::string label = "outcome=\"";
    return counters.at("davit_store_operations_total", label.append(outcome).append("\"")).value();
  }
  std::int64_t healthy_level() { return counters.at("davit_store_healthy").value(); }

  milliseconds limit;
  SystemClock clock;
  Lines lines;
  Counters counters;
  Loop loop;
  std::unique_ptr<Store> store;
};

milliseconds time_of(const std::function<void()>& work) {
  auto const started = steady_clock::now();
  work();
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - started);
}

TEST(RedisStore, ComesBackWhenItsServerWasKilledAndStartedAgain) {
  RedisServer server;
  ASSERT_EQ(server.problem(), "");
  World world(server.url());
  std::vector<std::string> heard;
  world.store->subscribe("channel", [&](std::string_view text) { heard.emplace_back(text); });
  auto hears = [&] {
    heard.clear();
    return world.eventually([&] {
      (void)world.run(world.store->publish("channel", "message"));
      return !heard.empty();
    });
  };
  ASSERT_TRUE(world.put("key", "value"));
  ASSERT_TRUE(hears());

  server.stop();
  EXPECT_TRUE(world.eventually([&] { return world.get("key") == "unavailable"; }));
  EXPECT_TRUE(world.eventually([&] { return !world.store->is_healthy(); }));
  EXPECT_EQ(world.healthy_level(), 0);
  (void)world.run(sleep_for(300ms));  // further attempts say nothing further
  server.start();
  ASSERT_EQ(server.problem(), "");
  EXPECT_TRUE(world.becomes_healthy());
  EXPECT_EQ(world.healthy_level(), 1);
  EXPECT_EQ(world.get("key"), "nothing");
  EXPECT_EQ(World::text_of(world.run(world.store->claim("key", "new", kLong))), "nothing");
  EXPECT_EQ(world.get("key"), "new");
  EXPECT_TRUE(hears());
  EXPECT_EQ(world.lines.count("sessions go on without shared history"), 1) << world.lines.text;
  EXPECT_EQ(world.lines.count("answers again"), 1) << world.lines.text;
  EXPECT_EQ(world.lines.count("no messages come through"), 1) << world.lines.text;
  EXPECT_EQ(world.lines.count("messages come through the store"), 2) << world.lines.text;
}

TEST(RedisStore, MayBeThereBeforeItsServer) {
  RedisServer server;
  server.stop();
  World world(server.url());
  auto const took = time_of([&] { EXPECT_EQ(world.get("key"), "unavailable"); });
  EXPECT_LT(took, 5s);
  EXPECT_FALSE(world.store->is_healthy());
  server.start();
  EXPECT_TRUE(world.becomes_healthy());
  EXPECT_TRUE(world.put("key", "value"));
}

TEST(RedisStore, AnOperationOfAPausedServerEndsInTimeAndOthersAreRefusedAtOnce) {
  RedisServer server;
  World world(server.url());
  ASSERT_TRUE(world.put("key", "value"));
  server.pause();
  auto const first = time_of([&] { EXPECT_EQ(world.get("key"), "timeout"); });
  EXPECT_GE(first, world.limit);
  EXPECT_LT(first, world.limit + 2s);
  EXPECT_FALSE(world.store->is_healthy());
  auto const others = time_of([&] {
    for (int i = 0; i < 100; ++i) EXPECT_EQ(world.get("key"), "unavailable");
  });
  EXPECT_LT(others, 100 * world.limit / 2);
  EXPECT_EQ(world.count("timeout"), 1);
  EXPECT_EQ(world.count("refused"), 100);
  EXPECT_EQ(world.lines.count("does not answer; sessions go on without"), 1) << world.lines.text;

  (void)world.run(sleep_for(1s));  // so long that even the connection is given up
  EXPECT_EQ(world.get("key"), "unavailable");
  server.resume();
  EXPECT_TRUE(world.becomes_healthy());
  EXPECT_EQ(world.get("key"), "value");
}

TEST(RedisStore, AQuietConnectionIsWatched) {
  RedisServer server;
  auto options = options_for(server.url());
  options.heartbeat = 50ms;
  World world(std::move(options));
  int heard = 0;
  world.store->subscribe("channel", [&](std::string_view) { ++heard; });
  ASSERT_TRUE(world.put("key", "value"));
  (void)world.run(sleep_for(300ms));
  EXPECT_TRUE(world.store->is_healthy());
  server.pause();
  EXPECT_TRUE(world.eventually([&] { return !world.store->is_healthy(); }));
  EXPECT_TRUE(world.eventually([&] { return world.lines.count("no messages come") == 1; }));
  server.resume();
  EXPECT_TRUE(world.becomes_healthy());
  EXPECT_TRUE(world.eventually([&] {
    (void)world.run(world.store->publish("channel", "message"));
    return heard > 0;
  }));
}

TEST(RedisStore, PasswordsUsersAndDatabases) {
  RedisServer server(
      {"--requirepass", "p@ss", "--user", "davit", "on", ">word", "~*", "&*", "+@all"}
  );
  ASSERT_EQ(server.problem(), "");
  auto const at = "@127.0.0.1:" + std::to_string(server.port());
  World world("redis://:p%40ss" + at);
  World user("redis://davit:word" + at);
  World other_database("redis://:p%40ss" + at + "/3");
  World unix_socket("unix://davit:word@" + server.unix_path());
  EXPECT_TRUE(world.put("key", "value"));
  EXPECT_EQ(user.get("key"), "value");
  EXPECT_EQ(unix_socket.get("key"), "value");
  EXPECT_EQ(other_database.get("key"), "nothing");

  for (auto const* login : {":the-wrong-one", "davit:the-wrong-one", "nobody:the-wrong-one"}) {
    World refused(std::string("redis://") + login + at);
    EXPECT_EQ(refused.get("key"), "unavailable");
    (void)refused.run(sleep_for(50ms));
    EXPECT_EQ(refused.lines.count("refuses our user name or password"), 1) << refused.lines.text;
    EXPECT_EQ(refused.lines.count("the-wrong-one"), 0);
  }
  World without(server.url());
  EXPECT_EQ(without.get("key"), "unavailable");
  EXPECT_EQ(without.lines.count("refuses our user name or password"), 1) << without.lines.text;
}

TEST(RedisStore, TwoStoresShareEverythingUnderOnePrefixOnly) {
  RedisServer server;
  World one(server.url());
  World two(server.url());
  auto apart_options = options_for(server.url());
  apart_options.prefix = "another:";
  World apart(std::move(apart_options));
  StoredEvent const event{.sequence = 1, .text = "text"};
  ASSERT_TRUE(one.put("key", "value"));
  ASSERT_TRUE(one.run(one.store->append("log", event, {})));
  EXPECT_EQ(two.get("key"), "value");
  EXPECT_EQ(World::text_of(two.run(two.store->claim("key", "mine", kLong))), "value");
  EXPECT_EQ(two.run(two.store->read("log", 0))->size(), 1U);
  EXPECT_EQ(apart.get("key"), "nothing");
  EXPECT_TRUE(apart.run(apart.store->read("log", 0))->empty());

  int heard = 0;
  int heard_apart = 0;
  two.store->subscribe("channel", [&](std::string_view text) { heard += text == "message"; });
  apart.store->subscribe("channel", [&](std::string_view) { ++heard_apart; });
  EXPECT_TRUE(two.eventually([&] {
    EXPECT_TRUE(one.run(one.store->publish("channel", "message")));
    (void)apart.run(sleep_for(5ms));
    return heard > 0;
  }));
  EXPECT_EQ(heard_apart, 0);
}

TEST(RedisStore, KnowsItsScriptByItsRightHash) {
  RedisServer server;
  World world(server.url());
  auto run_script = [&] { EXPECT_TRUE(world.run(world.store->claim("key", "value", kLong))); };
  // Each EVAL and EVALSHA counts as a call of its name.
  auto calls_of = [&](std::string_view command) {
    RawSocket socket(server.port());
    socket.send("INFO commandstats\r\n");
    auto const size = socket.read_to("\r\n").value_or("$0\r\n");
    auto const stats = socket.read_exactly(std::stoul(size.substr(1))).value_or("");
    auto const name = "cmdstat_" + std::string(command) + ":calls=";
    auto const at = stats.find(name);
    return at == std::string::npos ? 0 : std::stoi(stats.substr(at + name.size()));
  };
  run_script();
  EXPECT_EQ(calls_of("eval"), 1);
  run_script();
  EXPECT_EQ(calls_of("eval"), 1);
  EXPECT_EQ(calls_of("evalsha"), 2);
  RawSocket flush(server.port());
  flush.send("SCRIPT FLUSH\r\n");
  ASSERT_TRUE(flush.read_to("\r\n"));
  run_script();
  EXPECT_EQ(calls_of("eval"), 2);
  EXPECT_TRUE(world.store->is_healthy());
}

// Many operations at once
// --------------------------------------------------------------------------

struct Tally {
  int right = 0;
  int wrong = 0;
  int refused = 0;
  int failed = 0;
};

Async<> put_and_get(Store& store, std::string key, Tally& tally) {
  auto const put = co_await store.put(key, "of " + key, kLong);
  auto const got = co_await store.get(key);
  if (!put || !got) {
    ++((put ? got.error() : put.error()).kind() == ErrorKind::unavailable ? tally.refused
                                                                          : tally.failed);
  } else {
    ++(*got == "of " + key ? tally.right : tally.wrong);
  }
  co_return Result<>();
}

Async<Tally> put_and_get_many(Store& store, int count) {
  TaskScope scope(co_await boost::asio::this_coro::executor, log::Logger());
  Tally tally;
  for (int i = 0; i < count; ++i) {
    scope.spawn("put and get", put_and_get(store, std::to_string(i), tally));
  }
  DAVIT_CO_CHECK(co_await scope.join());
  co_return tally;
}

TEST(RedisStore, TenThousandOperationsAtOnceEachGetTheirOwnAnswer) {
  RedisServer server;
  auto options = options_for(server.url());
  options.operation_limit = 60s;
  World world(std::move(options));
  ASSERT_TRUE(world.put("key", "value"));  // connected, for what follows takes its time to start
  auto const tally = world.run(put_and_get_many(*world.store, 10'000));
  ASSERT_TRUE(tally);
  EXPECT_EQ(tally->right, 10'000);
  EXPECT_EQ(world.count("ok"), 20'001);
}

Async<> keep(Async<Tally> op, std::optional<Result<Tally>>& kept) {
  kept = co_await std::move(op);
  co_return Result<>();
}

TEST(RedisStore, OperationsInFlightAreBounded) {
  RedisServer server;
  auto options = options_for(server.url());
  options.operation_limit = 60s;
  options.max_in_flight = 100;
  World world(std::move(options));
  ASSERT_TRUE(world.put("key", "value"));
  server.pause();
  auto const refused = [&] { return world.count("refused"); };
  std::optional<Result<Tally>> tally;
  TaskScope scope(world.loop.executor(), log::Logger());
  scope.spawn("many", keep(put_and_get_many(*world.store, 10'000), tally));
  (void)world.run(sleep_for(1ms));
  EXPECT_GE(refused(), 9'900);
  server.resume();
  ASSERT_TRUE(world.run(scope.join()));
  ASSERT_TRUE(tally && *tally);
  EXPECT_EQ((*tally)->right, 100);
  EXPECT_EQ((*tally)->refused, 9'900);
  EXPECT_TRUE(world.store->is_healthy());
}

Async<> put_great(Store& store, int& refused) {
  auto const put = co_await store.put("key", std::string(1U << 20U, 'x'), kLong);
  if (!put && put.error().kind() == ErrorKind::unavailable) ++refused;
  co_return Result<>();
}

TEST(RedisStore, BytesThatWaitAreBounded) {
  RedisServer server;
  auto options = options_for(server.url());
  options.max_queued_bytes = 4U << 20U;
  options.operation_limit = 60s;
  World world(std::move(options));
  ASSERT_TRUE(world.put("key", "value"));
  server.pause();
  TaskScope scope(world.loop.executor(), log::Logger());
  int refused = 0;
  for (int i = 0; i < 100; ++i) scope.spawn("put", put_great(*world.store, refused));
  (void)world.run(sleep_for(20ms));
  EXPECT_GE(refused, 90);
  server.resume();
  EXPECT_TRUE(world.run(scope.join()));
  EXPECT_EQ(world.get("key").size(), 1U << 20U);

  auto const too_great = world.put("key", std::string(5U << 20U, 'x'));
  EXPECT_EQ(too_great.error().kind(), ErrorKind::invalid_input);
}

Async<> keep_error(Async<std::optional<std::string>> op, std::string& kept) {
  kept = World::text_of(co_await std::move(op));
  co_return Result<>();
}

TEST(RedisStore, CloseAndCancellationEndWhatIsInFlight) {
  RedisServer server;
  auto options = options_for(server.url());
  options.operation_limit = 60s;
  World world(std::move(options));
  ASSERT_TRUE(world.put("key", "value"));
  server.pause();
  TaskScope scope(world.loop.executor(), log::Logger());
  std::string cancelled;
  std::string closed;
  auto task = scope.spawn("get", keep_error(world.store->get("key"), cancelled));
  scope.spawn("get", keep_error(world.store->get("key"), closed));
  (void)world.run(sleep_for(1ms));
  task.cancel();
  (void)world.run(sleep_for(1ms));
  EXPECT_EQ(cancelled, "cancelled");
  EXPECT_EQ(closed, "");
  EXPECT_TRUE(world.run(world.store->close()));
  EXPECT_TRUE(world.run(scope.join()));
  EXPECT_EQ(closed, "unavailable");
}

TEST(RedisStore, AnAnswerAboveTheLimitCostsNoMoreThanTheConnection) {
  RedisServer server;
  World writer(server.url());
  ASSERT_TRUE(writer.put("great", std::string(1U << 20U, 'x')));
  ASSERT_TRUE(writer.put("small", "value"));
  auto options = options_for(server.url());
  options.max_answer_bytes = 200'000;
  World world(std::move(options));
  EXPECT_EQ(world.get("great"), "unavailable");
  EXPECT_EQ(world.get("small"), "value");
  EXPECT_TRUE(world.store->is_healthy());
}

// Servers that are none
// -----------------------------------------------------------------------------

// Reads one command with so many words.
bool read_command(RawSocket& client, int words) {
  for (int i = 0; i < 1 + 2 * words; ++i) {
    if (!client.read_to("\r\n")) return false;
  }
  return true;
}

bool log_in(RawSocket& client) { return read_command(client, 1) && client.send("+PONG\r\n"); }

std::string url_of(const RawServer& server) {
  return "redis://127.0.0.1:" + std::to_string(server.port());
}

TEST(RedisStore, AnswersThatComeLateDoNotMixUp) {
  RawServer server([](RawSocket& client) {
    if (!log_in(client) || !read_command(client, 2)) return;
    // The first answer comes when the next question, which is the watch's PING, is there.
    if (!read_command(client, 1)) return;
    client.send("$5\r\nfirst\r\n+PONG\r\n");
    while (read_command(client, 2)) client.send("$6\r\nsecond\r\n");
  });
  auto options = options_for(url_of(server));
  options.connect_limit = 10s;
  World world(std::move(options));
  EXPECT_EQ(world.get("first"), "timeout");
  EXPECT_TRUE(world.becomes_healthy());
  EXPECT_EQ(world.get("second"), "second");
  EXPECT_EQ(server.accepted(), 1);
}

TEST(RedisStore, SaysWhatAServerIsThatSpeaksSomethingElse) {
  RawServer server([](RawSocket& client) {
    client.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    client.ends();
  });
  World world(url_of(server));
  EXPECT_EQ(world.get("key"), "unavailable");
  EXPECT_EQ(world.lines.count("does not speak the Redis protocol"), 1) << world.lines.text;
}

TEST(RedisStore, SurvivesGarbageAfterTheLogin) {
  for (auto const* garbage :
       {"garbage\r\n", "*2000000000\r\n", "$abc\r\n", ":1\r\n", "*1\r\n:1\r\n", "+a\r\n+b\r\n"}) {
    RawServer server([garbage](RawSocket& client) {
      if (log_in(client) && read_command(client, 2)) client.send(garbage);
      client.ends();
    });
    World world(url_of(server));
    auto const got = world.get("key");
    EXPECT_TRUE(got == "unavailable" || (got == "a" && garbage[0] == '+')) << garbage << got;
  }
}

TEST(RedisStore, ASilentServerIsGivenUp) {
  RawServer server([](RawSocket& client) { client.read_to_end(); });
  World world(url_of(server));
  EXPECT_EQ(world.get("key"), "timeout");
  EXPECT_EQ(world.get("key"), "unavailable");
  EXPECT_TRUE(world.eventually([&] { return server.accepted() >= 2; }));
}

TEST(RedisStore, IsRefusedAfterErrorsInARowAndComesBackWhenTheServerIsReady) {
  std::atomic<int> commands = 0;
  RawServer server([&commands](RawSocket& client) {
    if (!log_in(client)) return;
    for (; commands < 3; ++commands) {
      if (!read_command(client, 2)) return;
      client.send("-OOM command not allowed\r\n");
    }
    if (!log_in(client)) return;  // the watch
    while (read_command(client, 2)) client.send("$-1\r\n");
  });
  auto options = options_for(url_of(server));
  options.max_errors = 3;
  World world(std::move(options));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(world.get("key"), "unavailable");
  EXPECT_FALSE(world.store->is_healthy());
  EXPECT_EQ(world.get("key"), "unavailable");
  EXPECT_EQ(world.count("error"), 3);
  EXPECT_EQ(world.count("refused"), 1);
  EXPECT_TRUE(world.becomes_healthy());
  EXPECT_EQ(world.get("key"), "nothing");
  EXPECT_EQ(world.lines.count("OOM command not allowed"), 1) << world.lines.text;
}

}  // namespace
}  // namespace davit::mcp

// A session whose home goes away, politely or not: what can be served elsewhere is, and nothing
// runs twice.
#include "mcp/store/redis.h"
#include "support/redis_server.h"
#include "support/replicas.h"

namespace davit::mcp::transport {
namespace {

using namespace std::chrono_literals;

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

class Lost : public ReplicasTest {
 protected:
  Lost() : home(add("hhhhhh")), other(add("oooooo")) {}

  AskedPtr begin_sleep(Replica& at, int id, std::string_view arguments = "{}") {
    auto const before = home.started("sleeps") + other.started("sleeps");
    auto asked = begin_post(at, call(id, "sleeps", arguments));
    EXPECT_TRUE(wait_until([&] { return home.started("sleeps") + other.started("sleeps") > before; }
    ));
    return asked;
  }

  Replica& home;
  Replica& other;
};

TEST_F(Lost, TheSessionGoesOnWhereItsMessagesArrive) {
  open(home);
  home.end();
  for (auto id = 1; id <= 3; ++id) {
    EXPECT_TRUE(has(post(other, call(id, "echo", R"({"text":"hi"})"))->text(), "\"hi\""));
  }
  // It is not tried again and again.
  EXPECT_EQ(other.forwarded("declined"), 1);
  auto const stream = begin_get(other);
  ASSERT_TRUE(wait_until([&] { return stream->is_stream(); }));
  other.server.announce({Change::Kind::tools});
  EXPECT_TRUE(wait_until([&] { return has(stream->all(), "tools/list_changed"); }));
  EXPECT_EQ(end(begin(other, make_request(http::Method::del)))->status(), 204);
  EXPECT_EQ(post(other, request(9, "ping"))->status(), 404);
}

TEST_F(Lost, AnotherProcessAtTheSameAddressIsNotTheHome) {
  open(home);
  auto moved = *open_session(ring, session);
  moved.home.instance = "earlier";
  session = seal_session(ring, moved);
  EXPECT_EQ(post(other, request(1, "ping"))->status(), 200);
  EXPECT_EQ(other.forwarded("declined"), 1);
  // Nor does that process ask itself.
  EXPECT_EQ(post(home, request(2, "ping"))->status(), 200);
}

TEST_F(Lost, AHomeThatDrainsTakesNothingNew) {
  open(home);
  auto const running = begin_sleep(other, 1, R"({"ms":80})");
  home.core->drain();
  EXPECT_TRUE(has(post(other, call(2, "echo", R"({"text":"hi"})"))->text(), "\"hi\""));
  EXPECT_EQ(other.forwarded("declined"), 1);
  // What runs there ends there, and its client may still cancel it or come back for it.
  EXPECT_TRUE(has(end(running)->text(), "slept"));
  auto const stream = begin_get(other);
  ASSERT_TRUE(wait_until([&] { return stream->is_stream(); }));
  other.server.announce({Change::Kind::tools});
  EXPECT_TRUE(wait_until([&] { return has(stream->all(), "tools/list_changed"); }));
  leave(stream);
}

TEST_F(Lost, ARequestThatRunsOnADrainingHomeRunsNowhereElse) {
  open(home);
  auto const running = begin_sleep(home, 1, R"({"ms":100})");
  leave(running);
  home.core->drain();
  auto const again = post(other, call(1, "sleeps", R"({"ms":100})"));
  EXPECT_TRUE(has(again->text(), "slept")) << again->text();
  EXPECT_EQ(home.started("sleeps") + other.started("sleeps"), 1);
}

TEST_F(Lost, ACallServedElsewhereCanBeCancelled) {
  open(home);
  home.core->drain();
  auto const running = begin_sleep(other, 1);
  EXPECT_EQ(other.started("sleeps"), 1);
  post(other, notification("notifications/cancelled", R"({"requestId":1})"));
  end(running);
  EXPECT_EQ(other.notes.back(), "sleeps: cancelled");
}

TEST_F(Lost, ACallThatDiedMayHaveBeenCarriedOut) {
  open(home);
  auto const asked = begin_sleep(other, 1);
  home.end();
  end(asked);
  EXPECT_EQ(asked->status(), 200);
  EXPECT_TRUE(has(asked->text(), R"("id":1,"error":{"code":-32603)")) << asked->text();
  EXPECT_TRUE(has(asked->text(), "may have been carried out")) << asked->text();
  EXPECT_EQ(other.started("sleeps"), 0);
  EXPECT_EQ(other.forwarded("failed"), 1);
}

TEST_F(Lost, AStreamThatBrokeEndsInAnError) {
  open(home);
  auto const asked = begin_post(other, call(1, "reports"));
  ASSERT_TRUE(wait_until([&] { return asked->events.size() == 2; }));
  home.end();
  end(asked);
  EXPECT_EQ(asked->events.size(), 2u);
  auto const rest = end(begin_get(other, asked->events[1].id));
  EXPECT_TRUE(has(rest->text(), R"("id":1,"error":{"code":-32603)")) << rest->text();
  EXPECT_EQ(other.started("reports"), 0);
}

// With a store that all share, more survives.
class LostButStored : public ReplicasTest {
 protected:
  LostButStored() {
    EXPECT_EQ(redis.problem(), "");
    home = &add("hhhhhh", store());
    other = &add("oooooo", store());
    third = &add("tttttt", store());
  }
  ~LostButStored() override {
    for (auto* replica : {home, other, third}) replica->end();
  }

  std::unique_ptr<Store> store() {
    RedisOptions options;
    options.address = *parse_redis_url(redis.url());
    options.operation_limit = 2s;
    return make_redis_store(loop.executor(), options, counters_, log::Logger());
  }
  // What was written behind has arrived.
  void settle(Replica& replica) {
    for (auto i = 0; i < 3; ++i) EXPECT_TRUE(loop.run(replica.core->parts().store.get("nothing")));
  }

  // The stream of a session at home that subscribed to test://NAME of these, and was left after an
  // event.
  AskedPtr leave_stream(std::vector<std::string> names) {
    names.emplace_back("before");
    for (auto const& name : names) {
      auto const uri = fmt::format(R"({{"uri":"test://{}"}})", name);
      post(*home, request(1, "resources/subscribe", uri));
    }
    auto stream = begin_get(*home);
    EXPECT_TRUE(wait_until([&] { return stream->is_stream(); }));
    third->server.resource_updated("test://before");
    EXPECT_TRUE(wait_until([&] { return has(stream->all(), "test://before"); }));
    leave(stream);
    return stream;
  }

  testing::RedisServer redis;
  Replica* home;
  Replica* other;
  Replica* third;

 private:
  Counters counters_;
};

TEST_F(LostButStored, EventsThatNobodyReadComeOnce) {
  open(*home);
  auto const asked = begin_post(*home, call(1, "reports", R"({"ms":20})"));
  ASSERT_TRUE(wait_until([&] { return asked->events.size() == 2; }));
  leave(asked);
  ASSERT_TRUE(wait_until([&] { return home->notes.back() == "reports: slept"; }));
  settle(*home);
  home->end();
  auto const rest = end(begin_get(*other, asked->events[0].id));
  ASSERT_EQ(rest->events.size(), 2u) << rest->all();
  EXPECT_EQ(rest->events[0].data, asked->events[1].data);
  auto const number_of = [&](const http::sse::Event& event) {
    auto const id = EventId::parse(ring, event.id);
    return id ? id->number : 0;
  };
  EXPECT_EQ(number_of(rest->events[0]), 1u);
  EXPECT_TRUE(has(rest->events[1].data, "slept"));
  auto const end_of_it = end(begin_get(*other, rest->events[0].id));
  ASSERT_EQ(end_of_it->events.size(), 1u);
  EXPECT_EQ(number_of(end_of_it->events[0]), 2u);
}

TEST_F(LostButStored, ACallThatDiedWithItsProcessIsNotRunAgain) {
  open(*home);
  auto const call = this->call(1, "sleeps");
  auto const asked = begin_post(*home, call);
  ASSERT_TRUE(wait_until([&] { return home->started("sleeps") == 1; }));
  settle(*home);
  home->end();
  auto const again = post(*other, call);
  EXPECT_TRUE(has(again->text(), "may have been carried out")) << again->text();
  EXPECT_EQ(other->started("sleeps"), 0);
  EXPECT_TRUE(has(post(*other, this->call(2, "echo"))->text(), "nothing"));
}

TEST_F(LostButStored, TheSessionKeepsWhatItAskedFor) {
  open(*home);
  post(*home, request(1, "resources/subscribe", R"({"uri":"test://text"})"));
  post(*home, request(2, "logging/setLevel", R"({"level":"error"})"));
  settle(*home);
  home->end();
  auto const asked = post(*other, call(3, "slow"));
  EXPECT_FALSE(has(asked->all(), R"("level":"info")")) << asked->all();
  auto const stream = begin_get(*other);
  ASSERT_TRUE(wait_until([&] { return stream->is_stream(); }));
  other->server.resource_updated("test://text");
  EXPECT_TRUE(wait_until([&] { return has(stream->all(), "test://text"); })) << stream->all();
  leave(stream);
}

TEST_F(LostButStored, AnEndedSessionStaysEnded) {
  open(*home, "2025-03-26");
  EXPECT_EQ(end(begin(*other, make_request(http::Method::del)))->status(), 204);
  settle(*home);
  home->end();
  EXPECT_EQ(post(*other, '[' + request(1, "ping") + ']')->status(), 404);
  EXPECT_EQ(post(*other, request(1, "ping"))->status(), 404);
  EXPECT_EQ(end(begin_get(*other))->status(), 404);
}

TEST_F(LostButStored, ChangesReachTheStreamsOfAllReplicas) {
  open(*home);
  auto const stream = begin_get(*other);
  ASSERT_TRUE(wait_until([&] { return stream->events.size() == 1; }));
  ASSERT_TRUE(wait_until([&] {
    other->server.announce({Change::Kind::tools});
    return has(stream->all(), "tools/list_changed");
  }));
  leave(stream);
}

TEST_F(LostButStored, ACancellationFindsTheReplicaThatRunsTheCall) {
  open(*home);
  for (auto const home_has_ended : {false, true}) {
    if (home_has_ended) {
      home->end();
    } else {
      home->core->drain();
    }
    auto const before = other->notes.size();
    auto const running = begin_post(*other, call(1 + home_has_ended, "sleeps"));
    ASSERT_TRUE(wait_until([&] { return other->notes.size() > before; }));
    settle(*other);
    auto const about = fmt::format(R"({{"requestId":{}}})", 1 + home_has_ended);
    EXPECT_EQ(post(*third, notification("notifications/cancelled", about))->status(), 202);
    end(running);
    EXPECT_EQ(other->notes.back(), "sleeps: cancelled");
  }
}

// A stream that moves to another replica: what is said while nobody reads, and while it moves, is
// heard once, whether the one before is still there or not.
TEST_F(LostButStored, AStreamThatMovesLosesNothingAndSaysNothingTwice) {
  for (auto const home_has_ended : {false, true}) {
    if (home_has_ended) {
      home->end();
      home = &add("iiiiii", store());
    }
    open(*home);
    auto const stream = leave_stream({"between", "meanwhile", "after"});
    third->server.resource_updated("test://between");
    EXPECT_TRUE(loop.run(sleep_for(20ms)));
    settle(*home);
    if (home_has_ended) {
      home->end();
    } else {
      home->core->drain();
    }
    auto const moved = begin_get(*other, stream->events.back().id);
    EXPECT_TRUE(loop.run(sleep_for(20ms)));
    third->server.resource_updated("test://meanwhile");
    ASSERT_TRUE(wait_until([&] { return moved->is_stream(); }));
    third->server.resource_updated("test://after");
    ASSERT_TRUE(wait_until([&] { return has(moved->all(), "test://after"); }));
    for (auto const* uri : {"between", "meanwhile", "after"}) {
      EXPECT_EQ(
          std::ranges::count_if(
              moved->events, [&](const auto& event) { return has(event.data, uri); }
          ),
          1
      ) << uri
        << ": " << moved->all();
    }
    leave(moved);
  }
}

// Clients before 2025-11-25 are told no event id before the first event.
TEST_F(LostButStored, AReaderWhoNamesNoEventHearsWhatWasSaidWhileItWasAway) {
  open(*home, "2025-06-18");
  post(*home, request(1, "resources/subscribe", R"({"uri":"test://between"})"));
  auto const stream = begin_get(*home);
  ASSERT_TRUE(wait_until([&] { return stream->is_stream(); }));
  home->core->drain();
  end(stream);
  third->server.resource_updated("test://between");
  settle(*home);
  auto const moved = begin_get(*other);
  EXPECT_TRUE(wait_until([&] { return has(moved->all(), "test://between"); }));
  leave(moved);
  auto const once = begin_get(*other);
  ASSERT_TRUE(wait_until([&] { return once->is_stream(); }));
  EXPECT_TRUE(loop.run(sleep_for(20ms)));
  EXPECT_EQ(once->all(), "");
  leave(once);
}

TEST_F(LostButStored, AReaderWhoseStreamMovedTwiceInSilenceHearsWhatWasSaidWhileItWasAway) {
  open(*home, "2025-06-18");
  auto const stream = leave_stream({"between", "later"});
  auto const last = stream->events.back().id;
  home->core->drain();
  auto const moved = begin_get(*other, last);
  ASSERT_TRUE(wait_until([&] { return moved->is_stream(); }));
  other->core->drain();
  end(moved);
  third->server.resource_updated("test://between");
  settle(*other);
  auto const again = begin_get(*third, last);
  ASSERT_TRUE(wait_until([&] { return again->is_stream(); }));
  third->server.resource_updated("test://later");
  EXPECT_TRUE(wait_until([&] { return has(again->all(), "test://later"); }));
  EXPECT_EQ(again->events.size(), 2u) << again->all();
  leave(again);
}

// The reader has found another replica, says that one.
TEST_F(LostButStored, ADrainEndsWhenItsReadersHaveMoved) {
  open(*home, "2025-06-18");
  home->end();
  auto const stream = begin_get(*other);
  ASSERT_TRUE(wait_until([&] { return stream->is_stream(); }));
  other->core->drain();
  end(stream);
  auto const back = begin_get(*third);
  auto const begun = std::chrono::steady_clock::now();
  EXPECT_TRUE(loop.run(other->http->wait_for_readers(60s)));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 30s);
  leave(back);
}

// What has not reached the log is not left to it.
TEST_F(LostButStored, NewsThatTheStoreDoesNotTakeComeFromTheReplicaThatDrains) {
  open(*home);
  auto const stream = leave_stream({"between"});
  redis.pause();
  home->server.resource_updated("test://between");
  home->core->drain();
  auto const back = begin_get(*other, stream->events.back().id);
  EXPECT_TRUE(wait_until([&] { return has(back->all(), "test://between"); }));
  leave(back);
  redis.resume();
}

// A client that comes back twice while its stream moves: neither attempt takes from the other what
// is said meanwhile, nor from a stream that is open.
TEST_F(LostButStored, ReadersWhoComeBackTogetherHearAll) {
  open(*home);
  auto const stream = leave_stream({"first", "second"});
  settle(*home);
  home->end();
  auto const last = stream->events.back().id;

  auto const open_one = begin_get(*other);
  ASSERT_TRUE(wait_until([&] { return open_one->is_stream(); }));
  auto const left = begin_get(*other, last);
  EXPECT_TRUE(loop.run(sleep_for(10ms)));
  leave(left);
  third->server.resource_updated("test://first");
  EXPECT_TRUE(wait_until([&] { return has(open_one->all(), "test://first"); }));

  auto const first = begin_get(*other, last);
  EXPECT_TRUE(loop.run(sleep_for(25ms)));
  auto const second = begin_get(*other, last);
  ASSERT_TRUE(wait_until([&] { return first->is_stream(); }));
  third->server.resource_updated("test://second");
  EXPECT_TRUE(wait_until([&] { return has(second->all(), "test://second"); })) << second->all();
  for (auto const& one : {open_one, first, second}) leave(one);
}

// Who was answered finds it so everywhere, at once.
TEST_F(LostButStored, ASubscriptionCountsFromItsAnswerOn) {
  open(*home);
  home->end();
  auto const stream = begin_get(*other);
  ASSERT_TRUE(wait_until([&] { return stream->is_stream(); }));
  for (auto i = 0; i < 20; ++i) {
    auto const uri = fmt::format("test://{}", i);
    post(*third, request(2 + i, "resources/subscribe", fmt::format(R"({{"uri":"{}"}})", uri)));
    third->server.resource_updated(uri);
    EXPECT_TRUE(wait_until([&] { return has(stream->all(), uri); })) << uri;
  }
  leave(stream);

  redis.pause();
  auto const waits =
      begin_post(*third, request(30, "resources/subscribe", R"({"uri":"test://z"})"));
  EXPECT_TRUE(loop.run(sleep_for(50ms)));
  EXPECT_FALSE(waits->done);
  redis.resume();
  EXPECT_EQ(end(waits)->status(), 200);
}

}  // namespace
}  // namespace davit::mcp::transport

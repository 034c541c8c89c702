// A replica that drains stays until the readers it sent away have found another one.
#include "support/replicas.h"

namespace davit::mcp::transport {
namespace {

using namespace std::chrono_literals;

class Drains : public ReplicasTest {
 protected:
  Drains() : home(add("hhhhhh")), other(add("oooooo")) {}
  ~Drains() override { EXPECT_TRUE(loop.run(waits_.stop(Duration::zero()))); }

  // A stream of the session that the drain ended.
  AskedPtr drain_under_reader(std::string_view revision) {
    open(home, revision);
    auto stream = begin_get(home);
    EXPECT_TRUE(wait_until([&] { return stream->is_stream(); }));
    home.server.announce({Change::Kind::tools});
    EXPECT_TRUE(wait_until([&] { return says_news(stream); }));
    home.core->drain();
    EXPECT_TRUE(wait_until([&] { return stream->done; }));
    return stream;
  }
  void wait_for_readers(Duration limit) {
    waits_.spawn("drain", note_end(home.http->wait_for_readers(limit)));
    EXPECT_TRUE(loop.run(sleep_for(20ms)));
  }
  static bool is_told(const AskedPtr& stream, std::string_view what) {
    return stream->all().find(fmt::format("{}/list_changed", what)) != std::string::npos;
  }
  static bool says_news(const AskedPtr& stream) { return is_told(stream, "tools"); }

  Replica& home;
  Replica& other;
  bool is_over = false;

 private:
  Async<> note_end(Async<> waits) {
    EXPECT_TRUE(co_await std::move(waits));
    is_over = true;
    co_return Result<>();
  }

  TaskScope waits_{loop.executor(), log::Logger()};
};

TEST_F(Drains, WhatIsSaidWhileTheReaderIsAwayReachesIt) {
  auto const stream = drain_under_reader("2025-11-25");
  wait_for_readers(5s);
  home.server.announce({Change::Kind::tools});
  auto const back = begin_get(other, stream->events.back().id);
  EXPECT_TRUE(wait_until([&] { return says_news(back); }));
  EXPECT_FALSE(is_over);  // it is sent on once it has heard all
  leave(back);
  auto const moved = begin_get(other, back->events.back().id);
  EXPECT_TRUE(wait_until([&] { return is_over; }));
  other.server.announce({Change::Kind::tools});
  EXPECT_TRUE(wait_until([&] { return says_news(moved); }));
  leave(moved);
}

TEST_F(Drains, AReaderWhoNamesNoEventIsSentOn) {
  drain_under_reader("2025-06-18");
  wait_for_readers(5s);
  EXPECT_FALSE(is_over);
  auto const moved = begin_get(other);
  EXPECT_TRUE(wait_until([&] { return is_over; }));
  leave(moved);
}

// Clients before 2025-11-25 have no event id before the first event.
TEST_F(Drains, AReaderWhoNamesNoEventComesBackToWhatWasSaidMeanwhile) {
  open(home, "2025-06-18");
  auto const stream = begin_get(home);
  ASSERT_TRUE(wait_until([&] { return stream->is_stream(); }));
  home.core->drain();
  end(stream);
  home.server.announce({Change::Kind::tools});
  auto const back = begin_get(home);
  EXPECT_TRUE(wait_until([&] { return says_news(back); }));
  end(back);
  auto const again = begin_get(home);
  ASSERT_TRUE(wait_until([&] { return again->is_stream(); }));
  EXPECT_EQ(again->all(), "");
  leave(again);
}

TEST_F(Drains, SoDoesOneWhoseStreamWentThroughIt) {
  auto& between = add("bbbbbb");
  open(home, "2025-06-18");
  auto const stream = begin_get(between);
  ASSERT_TRUE(wait_until([&] { return stream->is_stream(); }));
  between.drain();
  end(stream);
  auto const& unread = home.counters.at("davit_mcp_unread_streams");
  ASSERT_TRUE(wait_until([&] { return unread.value() == 1; }));
  home.server.announce({Change::Kind::tools});
  auto const back = begin_get(other);
  EXPECT_TRUE(wait_until([&] { return says_news(back); }));
  leave(back);
}

// It may have no event of it yet, and nothing to come back with.
TEST_F(Drains, AnAnswerThatIsTakenUpThroughItComesToItsEnd) {
  auto& between = add("bbbbbb");
  open(home, "2025-06-18");
  auto const asked = begin_post(home, call(1, "reports", R"({"ms":200})"));
  ASSERT_TRUE(wait_until([&] { return asked->events.size() == 1; }));
  leave(asked);
  auto const rest = begin_get(between, asked->events.back().id);
  ASSERT_TRUE(wait_until([&] { return rest->is_stream(); }));
  between.drain();
  EXPECT_NE(end(rest)->text().find("\"result\""), std::string::npos) << rest->all();
}

TEST_F(Drains, AReaderWhoHasGoneHoldsItUpForTheLimit) {
  drain_under_reader("2025-11-25");
  wait_for_readers(60ms);
  EXPECT_FALSE(is_over);
  EXPECT_TRUE(wait_until([&] { return is_over; }));
}

TEST_F(Drains, AStreamThatGoesThroughItIsTakenUpThroughAnother) {
  for (auto const* revision : {"2025-06-18", "2025-11-25"}) {
    auto& between = add(std::string(revision).substr(4));
    open(home, revision);
    auto const stream = begin_get(between);
    ASSERT_TRUE(wait_until([&] { return stream->is_stream(); }));
    home.server.announce({Change::Kind::tools});
    EXPECT_TRUE(wait_until([&] { return says_news(stream); }));
    between.drain();
    EXPECT_TRUE(wait_until([&] { return stream->done; })) << revision;
    home.server.announce({Change::Kind::prompts});
    // It may still be asked by who does not know yet.
    auto const again = begin_get(between, stream->events.back().id);
    EXPECT_TRUE(wait_until([&] { return again->done; })) << revision;
    auto const& last = (again->events.empty() ? stream : again)->events.back();
    auto const taken_up = begin_get(other, last.id);
    home.server.announce({Change::Kind::resources});
    EXPECT_TRUE(wait_until([&] { return is_told(taken_up, "resources"); })) << taken_up->all();
    EXPECT_EQ(is_told(again, "prompts") + is_told(taken_up, "prompts"), 1) << revision;
    leave(taken_up);
  }
}

TEST_F(Drains, WhereNobodyReadItEndsAtOnce) {
  open(home);
  auto const stream = begin_get(home);
  ASSERT_TRUE(wait_until([&] { return stream->is_stream(); }));
  leave(stream);
  home.core->drain();
  wait_for_readers(60s);
  EXPECT_TRUE(is_over);
}

}  // namespace
}  // namespace davit::mcp::transport

// How much is kept of streams that nobody reads, and for how long.
#include "mcp/transport/session_streams.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/loop.h"
#include "mcp/store/memory.h"
#include "support/mcp_tools.h"

namespace davit::mcp::transport {
namespace {

using namespace std::chrono_literals;

class StillClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override { return SystemClock().now(); }
  std::chrono::steady_clock::time_point steady_now() const override {
    return std::chrono::steady_clock::time_point(1h + past);
  }
  std::chrono::seconds past{0};
};

class Streams : public ::testing::Test {
 protected:
  void make(HistoryLimits limits, SessionLimits sessions = {}) {
    EndpointParts parts{
        .executor = loop_.executor(),
        .ring = ring_,
        .clock = clock_,
        .store = *store_,
        .self = {"", "aaaaaa"},
        .counters = counters_,
        .logger = log::Logger(),
    };
    EndpointOptions options;
    options.sessions = sessions;
    endpoint_ = std::make_unique<Endpoint>(server_, parts, options);
    streams_ = std::make_unique<SessionStreams>(*endpoint_, limits, 64 * 1024);
  }
  ~Streams() override {
    EXPECT_TRUE(loop_.run(endpoint_->stop(0s)));
    streams_.reset();
  }

  Session session(int i) const {
    Session made;
    made.id = fmt::format("{:016}", i);
    made.principal = {"alice"};
    made.expires_at = std::chrono::floor<std::chrono::seconds>(clock_.now()) + 1000s;
    return made;
  }
  // A stream for what belongs to no request, and whether it may be one.
  std::shared_ptr<SessionStream> open(int i, bool& is_taken) {
    auto stream = streams_->open(session(i), std::nullopt);
    is_taken = stream->take_session_messages(session(i));
    return stream;
  }
  // One that was read once, and is no more.
  StreamName leave(int i) {
    bool is_taken = false;
    auto const stream = open(i, is_taken);
    EXPECT_TRUE(is_taken);
    stream->attach(0)->abandon();
    return stream->name();
  }
  std::int64_t count(std::string_view name, std::string_view reason = {}) {
    return counters_.at(name, reason.empty() ? "" : make_label("reason", reason)).value();
  }
  std::int64_t unread() { return count("davit_mcp_unread_streams"); }

  Loop loop_;
  StillClock clock_;
  KeyRing ring_ = KeyRing::random();
  Counters counters_;
  std::unique_ptr<Store> store_ = make_memory_store(loop_.executor(), clock_);
  Server server_{{{"streams", "1", "Streams"}, ""}};
  std::unique_ptr<Endpoint> endpoint_;
  std::unique_ptr<SessionStreams> streams_;
};

TEST_F(Streams, OfThoseThatNobodyReadsTheOldestMakeRoom) {
  make({.max_streams = 3});
  auto const first = leave(0);
  auto const second = leave(1);
  auto const attached = streams_->find(first)->attach(0);  // its reader has come back
  EXPECT_EQ(unread(), 1);
  for (int i = 2; i < 100; ++i) leave(i);
  EXPECT_EQ(unread(), 3);
  EXPECT_EQ(count("davit_mcp_unread_streams_dropped_total", "room"), 96);
  EXPECT_NE(streams_->find(first), nullptr);
  EXPECT_EQ(streams_->find(second), nullptr);
  EXPECT_EQ(endpoint_->live().size(), 4u);  // of a session nothing outlives its stream
}

TEST_F(Streams, OneThatWaitsForItsAnswerStaysReadOrNot) {
  make({.max_streams = 2});
  auto const waiting = streams_->open(session(0), 7);
  for (int i = 1; i < 10; ++i) leave(i);
  EXPECT_EQ(streams_->find(waiting->name()), waiting);
  EXPECT_EQ(unread(), 2);
  waiting->finish(R"({"jsonrpc":"2.0","id":7,"result":{}})");
  leave(10);
  EXPECT_EQ(unread(), 2);
  EXPECT_EQ(streams_->find(waiting->name()), waiting);
}

TEST_F(Streams, WhatIsTooOldGoes) {
  make({.age = 60s});
  auto const old = leave(0);
  clock_.past += 40s;
  auto const fresh = leave(1);
  clock_.past += 40s;
  streams_->sweep();
  EXPECT_EQ(streams_->find(old), nullptr);
  EXPECT_NE(streams_->find(fresh), nullptr);
  EXPECT_EQ(unread(), 1);
  EXPECT_EQ(count("davit_mcp_unread_streams_dropped_total", "age"), 1);
}

TEST_F(Streams, WhoLeftItsStreamDoesNotKeepOthersOut) {
  make({}, {.max_live = 2});
  leave(0);
  bool is_taken = false;
  auto const one = open(1, is_taken);
  auto const first = one->attach(0);
  auto const two = open(2, is_taken);
  auto const second = two->attach(0);
  EXPECT_TRUE(is_taken);  // the place was that of session 0
  auto const three = open(3, is_taken);
  EXPECT_FALSE(is_taken);  // both are read
  EXPECT_EQ(count("davit_mcp_rejected_total", "too_many_sessions"), 1);
}

TEST_F(Streams, EventsThatMakeRoomAreCounted) {
  make({.max_bytes_per_session = 1000, .max_bytes = 2500});
  std::vector<std::shared_ptr<SessionStream>> streams;
  std::string const event(400, 'a');
  for (int i = 0; i < 3; ++i) {
    streams.push_back(streams_->open(session(i), std::nullopt));
    for (int n = 0; n < 3; ++n) streams.back()->send(event);
  }
  EXPECT_EQ(count("davit_mcp_history_dropped_total", "session"), 3);
  EXPECT_EQ(count("davit_mcp_history_bytes"), 2400);
  streams.push_back(streams_->open(session(3), std::nullopt));
  streams.back()->send(event);
  EXPECT_EQ(count("davit_mcp_history_dropped_total", "room"), 1);
  EXPECT_EQ(streams_->bytes(), 2400u);
}

}  // namespace
}  // namespace davit::mcp::transport

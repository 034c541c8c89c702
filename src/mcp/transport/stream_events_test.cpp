// Streams of sessions as their clients see them: ids, what comes again, and how they close.
#include <fmt/format.h>

#include "http/sse.h"
#include "support/replicas.h"

namespace davit::mcp::transport {
namespace {

using namespace std::chrono_literals;

class StreamEvents : public ReplicasTest {
 protected:
  // They go before their endpoint does.
  ~StreamEvents() override { owned_.reset(); }

  static Session session_of(Revision revision) {
    Session made;
    made.id = std::string(16, 's');
    made.revision = revision;
    return made;
  }
  static std::vector<http::sse::Event> read(http::EventStream& events) {
    std::vector<http::sse::Event> all;
    http::sse::Reader reader(1 << 20);
    EXPECT_TRUE(reader.feed(events.take(), [&](http::sse::Event event) {
      all.push_back(std::move(event));
    }));
    return all;
  }
  static std::string data_of(http::EventStream& events) {
    std::string text;
    for (auto const& event : read(events)) text += event.data + ';';
    return text;
  }

 private:
  std::unique_ptr<SessionStreams> owned_ =
      std::make_unique<SessionStreams>(*add("aaaaaa").core, HistoryLimits(), 1 << 20);

 protected:
  SessionStreams& streams = *owned_;
  Session const newest = session_of(Revision::v2025_11_25);
  Session const older = session_of(Revision::v2025_06_18);
};

TEST_F(StreamEvents, AnIdSaysWhereItsStreamIs) {
  StreamName const name{newest.id, {"10.0.0.1:9100", "q3xK0a"}, 7, jsonrpc::Id("call"), true};
  auto const id = EventId::parse(ring, name.seal(ring) + ".42");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->number, 42u);
  EXPECT_EQ(id->stream.session, newest.id);
  EXPECT_EQ(id->stream.maker, name.maker);
  EXPECT_EQ(id->stream.number, 7u);
  EXPECT_EQ(id->stream.request, jsonrpc::Id("call"));

  StreamName const of_long_id{newest.id, {}, 7, jsonrpc::Id(std::string(1'000, 'x')), true};
  auto const opened = StreamName::open(ring, of_long_id.seal(ring));
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->answers);
  EXPECT_FALSE(opened->request);
  EXPECT_FALSE(StreamName::open(ring, StreamName{newest.id, {}, 7}.seal(ring))->answers);
}

TEST_F(StreamEvents, AnIdThatNobodySealedIsNone) {
  StreamName const name{newest.id, {"", "q3xK0a"}, 7, {}};
  auto const token = name.seal(ring);
  auto changed = token;
  changed[9] = changed[9] == 'A' ? 'B' : 'A';
  std::string const bad[] = {
      "",
      ".",
      "1",
      token,
      token + '.',
      token + ".-1",
      token + ".1x",
      token + ".18446744073709551616",
      changed + ".1",
      name.seal(KeyRing::random()) + ".1",
      seal_session(ring, newest) + ".1",  // sealed for something else
  };
  for (auto const& each : bad) EXPECT_FALSE(EventId::parse(ring, each)) << each;
}

TEST_F(StreamEvents, OnlyNewClientsGetAnEventToBeginWith) {
  auto const first = streams.open(newest, 1)->attach(0);
  auto const events = read(*first);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].data, "");
  EXPECT_EQ(EventId::parse(ring, events[0].id)->number, 0u);
  EXPECT_EQ(streams.open(older, 1)->attach(0)->take(), "");
}

TEST_F(StreamEvents, WhatWasMissedComesAgainOnce) {
  auto const stream = streams.open(older, 1);
  auto const first = stream->attach(0);
  stream->send("a");
  EXPECT_EQ(data_of(*first), "a;");
  first->abandon();
  EXPECT_FALSE(stream->is_attached());
  stream->send("b");
  stream->send("c");
  EXPECT_EQ(data_of(*stream->attach(2)), "c;");
  auto const second = stream->attach(1);
  EXPECT_EQ(data_of(*second), "b;c;");
  stream->finish("end");
  EXPECT_EQ(data_of(*second), "end;");
  EXPECT_FALSE(second->is_open());
  auto const late = stream->attach(3);
  EXPECT_EQ(data_of(*late), "end;");
  EXPECT_FALSE(late->is_open());
}

TEST_F(StreamEvents, ANewConnectionTakesThePlaceOfTheOld) {
  auto const stream = streams.open(older, 1);
  auto const first = stream->attach(0);
  auto const second = stream->attach(0);
  EXPECT_FALSE(first->is_open());
  stream->send("a");
  EXPECT_EQ(data_of(*first), "");
  EXPECT_EQ(data_of(*second), "a;");
  first->abandon();  // its end was noticed late
  EXPECT_TRUE(stream->is_attached());
}

TEST_F(StreamEvents, ReleasedClientsComeBack) {
  auto const stream = streams.open(newest, 1);
  auto const first = stream->attach(0);
  (void)first->take();
  stream->release(1500ms);
  EXPECT_FALSE(first->is_open());
  http::sse::Reader reader(100);
  EXPECT_TRUE(reader.feed(first->take(), [](const http::sse::Event&) { ADD_FAILURE(); }));
  EXPECT_EQ(reader.retry(), 1500ms);
  stream->send("a");
  EXPECT_EQ(data_of(*stream->attach(0)), "a;");
}

// They would take `retry:` alone for an event.
TEST_F(StreamEvents, OldClientsAreReleasedWithAComment) {
  auto const stream = streams.open(older, std::nullopt);
  auto const events = stream->attach(0);
  stream->close_politely();
  EXPECT_FALSE(events->is_open());
  EXPECT_EQ(events->take(), http::sse::kHeartbeat);
  EXPECT_FALSE(stream->is_finished());
}

TEST_F(StreamEvents, AnUnreadAnswerIsFoundByItsRequest) {
  auto const find = [&](const Session& session, const jsonrpc::Id& id) {
    return streams.find_unread(session, id);
  };
  auto const stream = streams.open(older, 1);
  stream->unread_digest = "digest";
  stream->send("a");
  EXPECT_EQ(find(older, 1), nullptr);  // not finished
  stream->finish("end");
  EXPECT_EQ(find(older, 1), stream);
  EXPECT_EQ(find(older, 2), nullptr);
  EXPECT_EQ(find(older, "1"), nullptr);
  auto other = older;
  other.id = std::string(16, 'o');
  EXPECT_EQ(find(other, 1), nullptr);
  EXPECT_EQ(data_of(*stream->attach(0)), "a;end;");
  EXPECT_EQ(find(older, 1), nullptr);  // it has been read
}

TEST_F(StreamEvents, AStreamIsFoundByTheNameOfItsSession) {
  auto const stream = streams.open(older, std::nullopt);
  EXPECT_EQ(streams.find(stream->name()), stream);
  auto foreign = stream->name();
  foreign.session = std::string(16, 'o');
  EXPECT_EQ(streams.find(foreign), nullptr);
  auto elsewhere = stream->name();
  elsewhere.maker.instance = "bbbbbb";
  EXPECT_EQ(streams.find(elsewhere), nullptr);
}

}  // namespace
}  // namespace davit::mcp::transport

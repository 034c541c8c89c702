// Event streams on the server.
#include <atomic>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "http/event_stream.h"
#include "http/server.h"
#include "http/sse.h"
#include "support/raw_http.h"
#include "support/test_server.h"

namespace davit::http {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using testing::RawSocket;
using testing::TestServer;

constexpr std::string_view kGet = "GET /events HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view kNext = "GET /next HTTP/1.1\r\nHost: x\r\n\r\n";

// A server whose "/events" is the stream of the scene; any other path answers its name.
class Scene {
 public:
  explicit Scene(std::size_t max_queued_bytes = 1000, ServerOptions options = {})
      : max_queued_bytes_(max_queued_bytes),
        server_(
            [this](Request request) { return handle(std::move(request)); }, std::move(options)
        ) {}

  ~Scene() {
    server_.begin_stop(Duration::zero());
    server_.wait_until_stopped();
    stream_.reset();  // while its loop exists
  }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  TestServer& server() { return server_; }
  bool push(std::string_view text) {
    bool pushed = false;
    server_.on_loop([&] { pushed = stream_->push(text); });
    return pushed;
  }
  void close() {
    server_.on_loop([&] { stream_->close(); });
  }
  std::size_t queued() {
    std::size_t queued = 0;
    server_.on_loop([&] { queued = stream_->queued_bytes(); });
    return queued;
  }
  int gone() const { return gone_; }
  std::int64_t dropped() {
    return server_.count("davit_http_streams_dropped_total", "reason=\"slow_reader\"");
  }
  std::int64_t streams() { return server_.count("davit_http_streams"); }

 private:
  Async<Response> handle(Request request) {
    if (request.path() != "/events") co_return Response::text(200, "text/plain", request.target);
    auto const executor = co_await boost::asio::this_coro::executor;
    stream_ = std::make_shared<EventStream>(executor, max_queued_bytes_);
    stream_->on_gone([this] { ++gone_; });
    if (request.query() == "over") stream_->close("data: all\n\n");
    auto response = Response::text(200, sse::kContentType, "");
    response.events = stream_;
    co_return response;
  }

  std::size_t max_queued_bytes_;
  std::shared_ptr<EventStream> stream_;
  std::atomic<int> gone_ = 0;
  TestServer server_;
};

std::string read_head(RawSocket& client) { return client.read_to("\r\n\r\n").value_or("nothing"); }

TEST(Events, TheHeadGoesOutBeforeAnyEvent) {
  Scene scene;
  RawSocket client(scene.server().port());
  client.send(kGet);
  auto const head = read_head(client);
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\n")) << head;
  EXPECT_NE(head.find("Content-Type: text/event-stream\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos) << head;
  EXPECT_EQ(head.find("Content-Length"), std::string::npos) << head;
  EXPECT_TRUE(eventually([&] { return scene.streams() == 1; }));
}

TEST(Events, GoOutAtOnceAndTheConnectionServesTheNextRequest) {
  Scene scene;
  RawSocket client(scene.server().port());
  client.send(kGet);
  read_head(client);
  EXPECT_TRUE(scene.push(sse::message("one", "7")));
  EXPECT_EQ(client.read_to("\n\n\r\n"), "11\r\nid: 7\ndata: one\n\n\r\n");
  EXPECT_TRUE(scene.push(sse::message("two")));
  EXPECT_EQ(client.read_to("\n\n\r\n"), "b\r\ndata: two\n\n\r\n");
  client.send(kNext);  // before the stream has ended
  EXPECT_TRUE(scene.push(sse::message("three")));
  scene.close();
  EXPECT_EQ(client.read_to("0\r\n\r\n"), "d\r\ndata: three\n\n\r\n0\r\n\r\n");
  auto const next = client.read_response();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->body, "/next");
  EXPECT_FALSE(scene.push("late"));
  EXPECT_EQ(scene.gone(), 0);
  EXPECT_EQ(scene.streams(), 0);
}

TEST(Events, OfAStreamThatIsOverComeWithTheirHead) {
  Scene scene;
  RawSocket socket(scene.server().port());
  for (int i = 0; i < 2; ++i) {
    socket.send("GET /events?over HTTP/1.1\r\nHost: x\r\n\r\n");
    auto const response = socket.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, "data: all\n\n");
  }
  socket.send("GET /events?over HTTP/1.0\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(socket.read_to_end().ends_with("\r\n\r\ndata: all\n\n"));
  EXPECT_EQ(scene.dropped(), 0);
}

TEST(Events, SilenceIsFilledWithComments) {
  ServerOptions options;
  options.heartbeat = 50ms;
  Scene scene(1000, options);
  RawSocket client(scene.server().port());
  client.send(kGet);
  read_head(client);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.read_to(":\n\n\r\n"), "3\r\n:\n\n\r\n");
}

TEST(Events, HttpOneZeroReadsToTheEndOfTheConnection) {
  Scene scene;
  RawSocket client(scene.server().port());
  client.send("GET /events HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  auto const head = read_head(client);
  EXPECT_NE(head.find("Connection: close\r\n"), std::string::npos) << head;
  EXPECT_EQ(head.find("chunked"), std::string::npos) << head;
  scene.push(sse::message("one"));
  EXPECT_EQ(client.read_to("\n\n"), "data: one\n\n");
  scene.close();
  EXPECT_TRUE(client.ends());
}

TEST(Events, AHeadRequestOpensNoStream) {
  Scene scene;
  RawSocket client(scene.server().port());
  client.send("HEAD /events HTTP/1.1\r\nHost: x\r\n\r\n");
  read_head(client);
  EXPECT_TRUE(client.ends());
  EXPECT_EQ(scene.gone(), 1);
  EXPECT_FALSE(scene.push("late"));
}

TEST(Events, OverflowEndsTheStreamWithoutItsLastChunk) {
  Scene scene(1000);
  RawSocket client(scene.server().port());
  client.send(kGet);
  read_head(client);
  auto const most = std::string(1000, 'a');
  EXPECT_TRUE(scene.push(most));
  EXPECT_EQ(client.read_exactly(5 + 1000 + 2), "3e8\r\n" + most + "\r\n");
  EXPECT_FALSE(scene.push(std::string(1001, 'b')));
  EXPECT_EQ(scene.gone(), 1);
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_EQ(scene.dropped(), 1);
  EXPECT_FALSE(scene.push("late"));
}

TEST(Events, AReaderThatDoesNotReadIsGivenUp) {
  ServerOptions options;
  options.write_timeout = 300ms;
  Scene scene(64 * 1024 * 1024, options);
  RawSocket client(scene.server().port(), 4096);
  client.send(kGet);
  read_head(client);
  EXPECT_TRUE(scene.push(std::string(32 * 1024 * 1024, 'a')));
  EXPECT_TRUE(eventually([&] { return scene.gone() == 1; }));
  EXPECT_EQ(scene.server().rejected("slow_write"), 1);
  EXPECT_TRUE(eventually([&] { return scene.streams() == 0; }));
  EXPECT_EQ(scene.dropped(), 1);
}

TEST(Events, AReaderWhoseQueueIsFullIsCutAtOnce) {
  Scene scene(64 * 1024);  // its time limit for a write is far away
  RawSocket client(scene.server().port(), 4096);
  client.send(kGet);
  read_head(client);
  std::string const piece(16 * 1024, 'a');
  std::size_t taken = 0;
  while (taken < 64 * 1024 * 1024 && scene.push(piece)) {
    taken += piece.size();
    for (int i = 0; i < 10 && scene.queued() > 0; ++i) continue;  // what the kernel takes, goes
  }
  EXPECT_LT(taken, 1024u * 1024);  // the kernel's buffers do not stretch the bound by much
  EXPECT_TRUE(eventually([&] { return scene.dropped() == 1; }));
  EXPECT_EQ(scene.server().rejected("slow_write"), 0);
  EXPECT_EQ(scene.streams(), 0);
}

TEST(Events, WhatWaitsForASlowReaderIsShown) {
  constexpr std::size_t kMuch = 16 * 1024 * 1024;
  Scene scene(kMuch);
  RawSocket client(scene.server().port(), 4096);
  client.send(kGet);
  read_head(client);
  EXPECT_TRUE(scene.push(std::string(kMuch, 'a')));  // more than the sockets hold
  EXPECT_TRUE(eventually([&] { return scene.queued() == 0; }));
  EXPECT_TRUE(scene.push("data: waits\n\n"));
  EXPECT_EQ(scene.queued(), 13u);
  EXPECT_TRUE(eventually([&] { return scene.server().count("davit_http_stream_queue_bytes") == 13; }
  ));
}

TEST(Events, TheProducerLearnsThatTheClientHasGone) {
  Scene scene;
  RawSocket client(scene.server().port());
  client.send(kGet);
  client.send("GET /unread HT");
  read_head(client);
  client.close();
  EXPECT_TRUE(eventually([&] { return scene.gone() == 1; }));
  EXPECT_FALSE(scene.push("late"));
  EXPECT_TRUE(eventually([&] { return scene.server().count("davit_http_connections") == 0; }));
  EXPECT_EQ(scene.streams(), 0);
  EXPECT_EQ(scene.gone(), 1);
}

TEST(Events, StopWaitsForStreamsAndThenCutsThem) {
  Scene scene;
  RawSocket client(scene.server().port());
  client.send(kGet);
  read_head(client);
  scene.server().begin_stop(300ms);
  scene.push(sse::message("still here"));
  EXPECT_TRUE(client.read_to("still here\n\n\r\n"));
  scene.server().wait_until_stopped();
  EXPECT_TRUE(client.ends());
  EXPECT_EQ(scene.gone(), 1);
}

TEST(Events, AStreamThatEndsWhileStoppingClosesTheConnectionProperly) {
  Scene scene;
  RawSocket client(scene.server().port());
  client.send(kGet);
  read_head(client);
  scene.server().begin_stop(60s);
  scene.close();
  EXPECT_EQ(client.read_to_end(), "0\r\n\r\n");
  client.close();
  scene.server().wait_until_stopped();
  EXPECT_EQ(scene.gone(), 0);
}

}  // namespace
}  // namespace davit::http

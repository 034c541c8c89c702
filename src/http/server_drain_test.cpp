// A draining server: it goes on answering, and sends every connection away with its answer.
#include <future>
#include <thread>

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include "async/event.h"
#include "async/loop.h"
#include "http/event_stream.h"
#include "http/server.h"
#include "http/sse.h"
#include "support/raw_http.h"

namespace davit::http {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using testing::RawSocket;

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

// A server on a thread of its own, with the calls that a process makes of it when it has to end.
// "/events" is an event stream, "/wait" waits for `release`, everything else answers its path.
class Scene final : Handler {
 public:
  Scene()
      : changed_(loop_.executor()), server_(loop_.executor(), {}, *this, counters_, log::Logger()) {
    std::promise<void> ready;
    thread_ = std::thread([&] { (void)loop_.run(serve(&ready)); });
    ready.get_future().wait();
  }
  ~Scene() {
    stop();
    stream_.reset();
  }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  std::uint16_t port() const { return server_.port(); }
  void drain() {
    on_loop([&] { server_.drain(); });
  }
  // Returns when the server has stopped.
  void stop() {
    if (!thread_.joinable()) return;
    boost::asio::post(loop_.executor(), [&] { set(stopping_); });
    thread_.join();
  }
  void release() {
    on_loop([&] { set(released_); });
  }
  void push(std::string_view text) {
    on_loop([&] { stream_->push(text); });
  }
  void close_stream() {
    on_loop([&] { stream_->close(); });
  }
  std::int64_t count(std::string_view name) {
    std::int64_t value = 0;
    on_loop([&] { value = counters_.at(name).value(); });
    return value;
  }

 private:
  Async<Response> handle(Request request) override {
    if (request.path() == "/wait") {
      while (!released_) DAVIT_CO_CHECK(co_await changed_.wait());
    }
    auto response = Response::text(200, "text/plain", request.target);
    if (request.path() == "/events") {
      auto const executor = co_await boost::asio::this_coro::executor;
      stream_ = std::make_shared<EventStream>(executor, 1000u);
      response.events = stream_;
    }
    co_return response;
  }

  Async<> serve(std::promise<void>* ready) {
    auto const started = server_.start();
    ready->set_value();
    while (started && !stopping_) DAVIT_CO_CHECK(co_await stop_.wait());
    co_return co_await server_.stop(60s);
  }

  void set(bool& flag) {
    flag = true;
    changed_.notify();
    stop_.notify();
  }

  void on_loop(const std::function<void()>& work) {
    if (!thread_.joinable()) return work();
    std::promise<void> done;
    boost::asio::post(loop_.executor(), [&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  Loop loop_;
  Counters counters_;
  Event changed_;
  Event stop_{loop_.executor()};
  Server server_;
  std::shared_ptr<EventStream> stream_;
  bool released_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

TEST(Drain, KeepsListeningAndSendsEveryConnectionAwayWithItsNextAnswer) {
  Scene scene;
  RawSocket idle(scene.port());
  RawSocket running(scene.port());
  idle.send(kGet);
  auto const before = idle.read_response();
  ASSERT_TRUE(before);
  EXPECT_EQ(before->headers.count("Connection"), 0u);
  running.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(eventually([&] { return scene.count("davit_http_requests_total") == 2; }));
  scene.drain();
  scene.release();
  RawSocket fresh(scene.port());
  ASSERT_TRUE(fresh.send(kGet));
  ASSERT_TRUE(idle.send(kGet));
  for (auto* client : {&running, &fresh, &idle}) {
    auto const response = client->read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->headers.get("Connection"), "close");
    EXPECT_TRUE(client->ends());
  }
  EXPECT_EQ(scene.count("davit_http_drained_total"), 3);
}

TEST(Drain, LeavesIdleConnectionsOpenUntilStop) {
  Scene scene;
  RawSocket idle(scene.port());
  idle.send(kGet);
  ASSERT_TRUE(idle.read_response());
  scene.drain();
  EXPECT_EQ(scene.count("davit_http_connections"), 1);
  scene.stop();
  EXPECT_TRUE(idle.ends());
  EXPECT_EQ(scene.count("davit_http_connections"), 0);
  EXPECT_EQ(scene.count("davit_http_drained_total"), 0);
}

TEST(Drain, LetsStreamsGoOnAndOpensNewOnes) {
  Scene scene;
  RawSocket client(scene.port());
  client.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(client.read_to("\r\n\r\n"));
  scene.drain();
  scene.push(sse::message("still here"));
  EXPECT_TRUE(client.read_to("still here\n\n\r\n"));
  scene.close_stream();
  EXPECT_EQ(client.read_to("0\r\n\r\n"), "0\r\n\r\n");
  client.send(kGet);  // its stream began before, and promised nothing
  auto const next = client.read_response();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->headers.get("Connection"), "close");
  EXPECT_TRUE(client.ends());

  RawSocket late(scene.port());
  late.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
  auto const head = late.read_to("\r\n\r\n");
  ASSERT_TRUE(head);
  EXPECT_NE(head->find("Connection: close\r\n"), std::string::npos) << *head;
  scene.push(sse::message("news"));
  scene.close_stream();
  EXPECT_EQ(late.read_to_end(), "c\r\ndata: news\n\n\r\n0\r\n\r\n");
}

}  // namespace
}  // namespace davit::http

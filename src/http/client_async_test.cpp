// The client over time: limits, cancelling, streams, many requests at once.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/task_scope.h"
#include "http/client.h"
#include "http/event_stream.h"
#include "http/sse.h"
#include "support/caller.h"
#include "support/child.h"
#include "support/raw_http.h"
#include "support/test_server.h"

namespace davit::http {
namespace {

using namespace std::chrono_literals;
using testing::Caller;
using testing::eventually;
using testing::RawServer;
using testing::RawSocket;
using testing::TestServer;

using Clock = std::chrono::steady_clock;

// Listens on a port, but its queue is full, so that a connection is never established.
class FullListener {
 public:
  FullListener() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(fds_[0], any, size), 0);
    EXPECT_EQ(::listen(fds_[0], 0), 0);
    EXPECT_EQ(::getsockname(fds_[0], any, &size), 0);
    port_ = ntohs(address.sin_port);
    for (std::size_t i = 1; i < std::size(fds_); ++i) (void)::connect(fds_[i], any, size);
  }
  ~FullListener() {
    for (int const fd : fds_) ::close(fd);
  }
  FullListener(const FullListener&) = delete;
  FullListener& operator=(const FullListener&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  static int make() { return ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }
  int fds_[4] = {make(), make(), make(), make()};
  std::uint16_t port_ = 0;
};

// Accepts one connection and serves it on a thread of its own; nobody listens from then on.
class OneConnection {
 public:
  explicit OneConnection(std::function<void(RawSocket&)> serve) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listening_, any, size), 0);
    EXPECT_EQ(::listen(listening_, 1), 0);
    EXPECT_EQ(::getsockname(listening_, any, &size), 0);
    url = fmt::format("http://127.0.0.1:{}/", ntohs(address.sin_port));
    thread_ = std::thread([this, serve = std::move(serve)] {
      auto socket = RawSocket::adopt(::accept(listening_, nullptr, nullptr));
      ::close(listening_);
      serve(socket);
    });
  }
  ~OneConnection() { thread_.join(); }
  OneConnection(const OneConnection&) = delete;
  OneConnection& operator=(const OneConnection&) = delete;
  std::string url;

 private:
  int listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::thread thread_;
};

// curl sends again by itself when a connection dies that it reused, and then finds nobody.
TEST(Sent, IsWhatLeftOnAConnectionThatDiedThereafter) {
  OneConnection server([](RawSocket& socket) {
    EXPECT_TRUE(socket.read_to("first"));
    socket.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    EXPECT_TRUE(socket.read_to("second"));
  });
  Caller caller;
  ClientRequest request(Method::post, server.url);
  request.body = "first";
  ASSERT_TRUE(caller.send(request));
  request.body = "second";
  auto const response = caller.send(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind(), ErrorKind::unavailable);
  EXPECT_NE(response.error().detail(), kNothingWasSent) << response.error().message();
}

TEST(Proxy, IsPassedByWhenTheClientIsDirect) {
  RawServer server([](RawSocket& socket) {
    if (socket.read_to("\r\n\r\n")) socket.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
  });
  ClientOptions options;
  options.direct = true;
  Caller direct(options);
  Caller other;
  ::setenv("http_proxy", fmt::format("http://127.0.0.1:{}", testing::free_port()).c_str(), 1);
  ::unsetenv("no_proxy");
  EXPECT_TRUE(direct.get(server.url("/")));
  EXPECT_FALSE(other.get(server.url("/")));
  ::unsetenv("http_proxy");
  ::setenv("no_proxy", "*", 1);
}

TEST(Timeout, ToConnectIsShorterThanTheRequests) {
  FullListener const listener;
  ClientOptions options;
  options.connect_timeout = 200ms;
  Caller caller(options);
  ClientRequest request(Method::get, fmt::format("http://127.0.0.1:{}/", listener.port()));
  request.timeout = 60s;
  auto const before = Clock::now();
  auto const response = caller.send(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind(), ErrorKind::timeout);
  EXPECT_EQ(response.error().detail(), kNothingWasSent);
  EXPECT_LT(Clock::now() - before, 30s);
}

// What a waiting handler has seen.
struct Seen {
  std::atomic<int> started = 0;
  std::atomic<int> cancelled = 0;
};
Async<Response> wait_long(Request, Seen* seen) {
  ++seen->started;
  auto const slept = co_await sleep_for(60s);
  if (!slept) ++seen->cancelled;
  co_return Error(ErrorKind::cancelled, "cancelled");
}

TEST(Timeout, EndsARequestThatIsNotAnswered) {
  Seen seen;
  TestServer server([&](Request request) { return wait_long(std::move(request), &seen); });
  Caller caller;
  ClientRequest request(Method::get, server.url("/"));
  request.timeout = 200ms;
  auto const response = caller.send(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind(), ErrorKind::timeout);
  EXPECT_NE(response.error().detail(), kNothingWasSent);
  EXPECT_TRUE(eventually([&] { return seen.cancelled == 1; }));
}

TEST(Timeout, EndsAnAnswerThatDrips) {
  RawServer server([](RawSocket& socket) {
    socket.read_to("\r\n\r\n");
    socket.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    eventually([&] { return !socket.send("x"); });
  });
  Caller caller;
  ClientRequest request(Method::get, server.url("/"));
  request.timeout = 300ms;
  auto const response = caller.send(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind(), ErrorKind::timeout);
}

Async<> send_and_count(Client* client, ClientRequest request, int* timeouts) {
  auto const response = co_await client->send(std::move(request));
  if (!response && response.error().kind() == ErrorKind::timeout) ++*timeouts;
  co_return Result<>();
}
Async<> send_more_than_fit(Client* client, std::string url, int* timeouts) {
  TaskScope scope(co_await boost::asio::this_coro::executor, log::Logger());
  for (int i = 0; i < 4; ++i) {
    ClientRequest request(Method::get, url);
    request.timeout = 300ms;
    scope.spawn("request", send_and_count(client, std::move(request), timeouts));
  }
  co_return co_await scope.join();
}
TEST(Timeout, CountsWhileARequestWaitsForAConnection) {
  Seen seen;
  TestServer server([&](Request request) { return wait_long(std::move(request), &seen); });
  ClientOptions options;
  options.max_connections_per_host = 1;
  Caller caller(options);
  int timeouts = 0;
  auto const before = Clock::now();
  ASSERT_TRUE(caller.loop.run(send_more_than_fit(caller.client.get(), server.url("/"), &timeouts)));
  EXPECT_EQ(timeouts, 4);
  EXPECT_EQ(seen.started, 1);
  EXPECT_LT(Clock::now() - before, 10s);
}

Async<> send_and_keep(Client* client, ClientRequest request, std::vector<std::string>* bodies) {
  auto const response = co_await client->send(std::move(request));
  bodies->push_back(response ? response->body : response.error().message());
  co_return Result<>();
}
Async<> send_many(Client* client, std::string url, int count, std::vector<std::string>* bodies) {
  TaskScope scope(co_await boost::asio::this_coro::executor, log::Logger());
  for (int i = 0; i < count; ++i) {
    ClientRequest request(Method::get, fmt::format("{}/{}", url, i));
    request.timeout = 60s;
    scope.spawn("request", send_and_keep(client, std::move(request), bodies));
  }
  co_return co_await scope.join();
}

Async<Response> name_later(Request request) {
  DAVIT_CO_CHECK(co_await sleep_for(300ms));
  co_return Response::text(200, "text/plain", request.target);
}
TEST(Pool, TheTimeToConnectDoesNotCountWhileARequestWaitsForAConnection) {
  TestServer server(name_later);
  ClientOptions options;
  options.max_connections_per_host = 1;
  options.connect_timeout = 200ms;
  Caller caller(options);
  std::vector<std::string> bodies;
  ASSERT_TRUE(caller.loop.run(send_many(caller.client.get(), server.url(""), 4, &bodies)));
  std::ranges::sort(bodies);
  EXPECT_EQ(bodies, (std::vector<std::string>{"/0", "/1", "/2", "/3"}));
}

Async<Response> name(Request request) {
  co_return Response::text(200, "text/plain", request.target);
}
TEST(Pool, AHundredRequestsShareAFewConnections) {
  ServerOptions few;
  few.max_connections = 8;  // a ninth would be turned away
  TestServer server(name, few);
  ClientOptions options;
  options.max_connections_per_host = 8;
  Caller caller(options);
  for (int round = 0; round < 3; ++round) {
    std::vector<std::string> bodies;
    ASSERT_TRUE(caller.loop.run(send_many(caller.client.get(), server.url(""), 100, &bodies)));
    std::ranges::sort(bodies);
    bodies.erase(std::ranges::unique(bodies).begin(), bodies.end());
    EXPECT_EQ(bodies.size(), 100u);
    EXPECT_TRUE(std::ranges::all_of(bodies, [](auto& body) { return body.starts_with('/'); }));
  }
  EXPECT_EQ(server.rejected("too_many_connections"), 0);
}

Async<> cancel_when_started(Client* client, std::string url, Seen* seen, ErrorKind* kind) {
  auto const executor = co_await boost::asio::this_coro::executor;
  TaskScope scope(executor, log::Logger());
  std::vector<std::string> bodies;
  auto task = scope.spawn(
      "request", send_and_keep(client, ClientRequest(Method::get, std::move(url)), &bodies)
  );
  while (seen->started == 0) DAVIT_CO_CHECK(co_await sleep_for(5ms));
  task.cancel();
  DAVIT_CO_CHECK(co_await scope.join());
  *kind =
      bodies == std::vector<std::string>{"cancelled"} ? ErrorKind::cancelled : ErrorKind::internal;
  co_return Result<>();
}
TEST(Cancel, ClosesTheConnectionSoThatTheServerNotices) {
  Seen seen;
  TestServer server([&](Request request) { return wait_long(std::move(request), &seen); });
  Caller caller;
  auto kind = ErrorKind::internal;
  ASSERT_TRUE(
      caller.loop.run(cancel_when_started(caller.client.get(), server.url("/"), &seen, &kind))
  );
  EXPECT_EQ(kind, ErrorKind::cancelled);
  EXPECT_TRUE(eventually([&] { return seen.cancelled == 1; }));
}

// Answers with three events, 20 ms apart, and leaves the stream open at "/open".
Async<> push_events(std::shared_ptr<EventStream> stream, bool stays_open) {
  for (auto const* text : {"one", "two", "three"}) {
    stream->push(sse::message(text));
    DAVIT_CO_CHECK(co_await sleep_for(20ms));
  }
  if (!stays_open) stream->close();
  co_return Result<>();
}
class EventServer {
 public:
  explicit EventServer(ServerOptions options = {})
      : server_(
            [this](Request request) { return handle(std::move(request)); }, std::move(options)
        ) {}
  ~EventServer() {
    server_.begin_stop(Duration::zero());
    server_.wait_until_stopped();
    scope_.reset();  // while its loop exists
  }
  EventServer(const EventServer&) = delete;
  EventServer& operator=(const EventServer&) = delete;

  std::string url(std::string_view path) const { return server_.url(path); }
  int gone() const { return gone_; }

 private:
  Async<Response> handle(Request request) {
    if (request.path() == "/name") co_return co_await name(std::move(request));
    auto const executor = co_await boost::asio::this_coro::executor;
    if (!scope_) scope_ = std::make_unique<TaskScope>(executor, log::Logger());
    auto stream = std::make_shared<EventStream>(executor, 10'000);
    stream->on_gone([this] { ++gone_; });
    auto response = Response::text(200, sse::kContentType, "");
    response.events = stream;
    scope_->spawn("events", push_events(std::move(stream), request.path() == "/open"));
    co_return response;
  }

  std::atomic<int> gone_ = 0;
  std::unique_ptr<TaskScope> scope_;
  TestServer server_;
};

TEST(OnBody, GetsAStreamWhileItComes) {
  EventServer server;
  Caller caller;
  sse::Reader reader(1000);
  std::vector<std::string> events;
  int pieces = 0;
  ClientRequest request(Method::get, server.url("/"));
  request.on_body = [&](const ClientResponse& head, std::string_view piece) {
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.headers.get("Content-Type"), sse::kContentType);
    ++pieces;
    return reader.feed(
                     piece, [&](const sse::Event& event) { events.push_back(event.data); }
    ).has_value();
  };
  auto const response = caller.send(std::move(request));
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "");
  EXPECT_EQ(events, (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_GT(pieces, 1);
}

TEST(OnBody, EndsTheTransferWithFalse) {
  EventServer server;
  Caller caller;
  int pieces = 0;
  ClientRequest request(Method::get, server.url("/open"));
  request.timeout = 60s;
  request.on_body = [&](const ClientResponse&, std::string_view) { return ++pieces < 2; };
  auto const response = caller.send(std::move(request));
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(pieces, 2);
  EXPECT_TRUE(eventually([&] { return server.gone() == 1; }));
}

// Starts another request from inside the callback, as who answers an event at once does.
Async<> answer_each_piece(Client* client, EventServer* server, std::vector<std::string>* bodies) {
  TaskScope scope(co_await boost::asio::this_coro::executor, log::Logger());
  ClientRequest request(Method::get, server->url("/"));
  request.on_body = [&](const ClientResponse&, std::string_view) {
    scope.spawn(
        "answer", send_and_keep(client, ClientRequest(Method::get, server->url("/name")), bodies)
    );
    return true;
  };
  auto const response = co_await client->send(std::move(request));
  EXPECT_TRUE(response);
  co_return co_await with_timeout(scope.join(), 15s);
}
TEST(OnBody, MaySendAnotherRequest) {
  EventServer server;
  Caller caller;
  std::vector<std::string> bodies;
  auto const done = caller.loop.run(answer_each_piece(caller.client.get(), &server, &bodies));
  ASSERT_TRUE(done) << done.error().message();
  ASSERT_FALSE(bodies.empty());
  for (auto const& body : bodies) EXPECT_EQ(body, "/name");
}

TEST(Tls, ServesWhoTrustsTheCertificate) {
  testing::Certificate const certificate;
  ServerOptions options;
  options.tls = TlsFiles{certificate.chain, certificate.key};
  EventServer server(options);
  ClientOptions trusting;
  trusting.ca_file = certificate.chain;
  Caller caller(trusting);
  for (int i = 0; i < 2; ++i) {
    auto const response = caller.get(server.url("/name"));
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response->body, "/name");
  }
  std::string stream;
  ClientRequest request(Method::get, server.url("/"));
  request.on_body = [&](const ClientResponse&, std::string_view piece) {
    stream += piece;
    return true;
  };
  auto const streamed = caller.send(std::move(request));
  ASSERT_TRUE(streamed) << streamed.error().message();
  EXPECT_EQ(stream, "data: one\n\ndata: two\n\ndata: three\n\n");

  auto const distrusting = Caller().get(server.url("/name"));
  ASSERT_FALSE(distrusting);
  EXPECT_EQ(distrusting.error().kind(), ErrorKind::unavailable);
  EXPECT_NE(distrusting.error().message().find("no trusted TLS"), std::string::npos)
      << distrusting.error().message();
}

TEST(Tls, PlainTextAndSilenceDoNotHoldAConnection) {
  testing::Certificate const certificate;
  ServerOptions options;
  options.tls = TlsFiles{certificate.chain, certificate.key};
  options.header_timeout = 300ms;
  TestServer server(name, options);
  RawSocket plain(server.port());
  RawSocket silent(server.port());
  plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(plain.read_to_end().find("HTTP/"), std::string::npos);
  EXPECT_EQ(silent.read_to_end(), "");
  EXPECT_TRUE(eventually([&] { return server.count("davit_http_connections") == 0; }));
  EXPECT_EQ(server.count("davit_http_requests_total"), 0);
  EXPECT_EQ(server.rejected("handshake"), 2);
}

TEST(Http2, IsSpokenWithServersThatOfferIt) {
  testing::Certificate const certificate;
  testing::TemporaryDirectory const root;
  auto const port = testing::free_port();
  testing::Child nghttpd(
      {"nghttpd",
       "-v",
       "-a",
       "127.0.0.1",
       "-d",
       root.path(),
       "--echo-upload",
       std::to_string(port),
       certificate.key,
       certificate.chain},
      certificate.directory.path() / "nghttpd.log"
  );
  ASSERT_TRUE(nghttpd.started()) << "the program nghttpd is missing: run `make setup`";
  ASSERT_TRUE(eventually([&] { return RawSocket(port).send("x"); }));

  ClientOptions options;
  options.ca_file = certificate.chain;
  Caller caller(options);
  ClientRequest upload(Method::post, fmt::format("https://127.0.0.1:{}/echo", port));
  upload.body = std::string(200'000, 'u');
  upload.headers.add("Content-Type", "text/plain");
  auto const echoed = caller.send(upload);
  ASSERT_TRUE(echoed) << echoed.error().message() << nghttpd.output();
  EXPECT_EQ(echoed->status, 200);
  EXPECT_EQ(echoed->body, upload.body);

  std::vector<std::string> bodies;
  auto const url = fmt::format("https://127.0.0.1:{}", port);
  ASSERT_TRUE(caller.loop.run(send_many(caller.client.get(), url, 50, &bodies)));
  EXPECT_EQ(bodies.size(), 50u);
  auto const log = nghttpd.output();
  EXPECT_NE(log.find("recv (stream_id=1) :method: POST"), std::string::npos) << log;
  // One connection carries them all: streams of a client have odd numbers.
  EXPECT_NE(log.find("recv (stream_id=101) :method: GET"), std::string::npos) << log;
}

}  // namespace
}  // namespace davit::http

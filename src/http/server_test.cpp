#include "http/server.h"

#include <atomic>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/loop.h"
#include "support/raw_http.h"
#include "support/test_server.h"

namespace davit::http {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using testing::RawSocket;
using testing::TestServer;

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

Async<Response> echo(Request request) {
  co_return Response::text(
      200, "text/plain", fmt::format("{} {}", request.target, std::move(request.body))
  );
}

// The server's limits in time, short enough to wait for.
ServerOptions impatient() {
  ServerOptions options;
  options.header_timeout = 300ms;
  options.body_timeout = 300ms;
  options.write_timeout = 300ms;
  options.keep_alive_timeout = 300ms;
  return options;
}

std::int64_t connections(TestServer& server) { return server.count("davit_http_connections"); }

TEST(KeepAlive, PipelinedRequestsAreAnsweredInOrder) {
  TestServer server(echo);
  RawSocket client(server.port());
  std::string requests;
  for (int i = 0; i < 10; ++i) {
    requests += fmt::format("POST /{} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n{}", i, i);
  }
  ASSERT_TRUE(client.send(requests));
  for (int i = 0; i < 10; ++i) {
    auto const response = client.read_response();
    ASSERT_TRUE(response) << i;
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->version, "HTTP/1.1");
    EXPECT_EQ(response->body, fmt::format("/{} {}", i, i));
    EXPECT_EQ(response->headers.count("Connection"), 0u);
  }
  EXPECT_EQ(server.count("davit_http_requests_total"), 10);
  EXPECT_EQ(connections(server), 1);
  client.close();
  EXPECT_TRUE(eventually([&] { return connections(server) == 0; }));
}

TEST(KeepAlive, AnIdleConnectionIsClosedWithoutAWord) {
  TestServer server(echo, impatient());
  RawSocket fresh(server.port());
  RawSocket used(server.port());
  used.send(kGet);
  ASSERT_TRUE(used.read_response());
  EXPECT_EQ(used.read_to_end(), "");
  EXPECT_EQ(fresh.read_to_end(), "");
  EXPECT_EQ(server.count("davit_http_idle_closed_total"), 2);
  EXPECT_EQ(server.rejected("slow_head"), 0);
  EXPECT_EQ(server.rejected("truncated"), 0);
}

TEST(Answer, ToHeadHasTheLengthButNoBody) {
  TestServer server(echo);
  RawSocket client(server.port());
  client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n" + std::string(kGet));
  auto const head = client.read_response(true);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->headers.get("Content-Length"), "3");
  EXPECT_EQ(head->headers.get("Content-Type"), "text/plain");
  EXPECT_TRUE(head->headers.get("Date")->ends_with(" GMT"));
  EXPECT_EQ(
      head->headers.get("Date")->size(), std::string_view("Sun, 06 Nov 1994 08:49:37 GMT").size()
  );
  auto const get = client.read_response();
  ASSERT_TRUE(get);
  EXPECT_EQ(get->body, "/a ");
}

Async<Response> answer_nothing(Request) { co_return Response::text(204, "text/plain", "unsent"); }
TEST(Answer, WithoutContentHasNeitherLengthNorBody) {
  TestServer server(answer_nothing);
  RawSocket client(server.port());
  client.send(std::string(kGet) + std::string(kGet));
  for (int i = 0; i < 2; ++i) {
    auto const response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 204);
    EXPECT_EQ(response->headers.count("Content-Length"), 0u);
  }
}

Async<Response> fail(Request request) {
  constexpr ErrorKind kKinds[] = {
      ErrorKind::invalid_input,
      ErrorKind::not_found,
      ErrorKind::unauthenticated,
      ErrorKind::forbidden,
      ErrorKind::conflict,
      ErrorKind::rate_limited,
      ErrorKind::unavailable,
      ErrorKind::timeout,
      ErrorKind::protocol,
      ErrorKind::internal,
  };
  for (auto const kind : kKinds) {
    if (request.path().substr(1) == to_string(kind)) {
      co_return Error(kind, "no \"project\"\n\xFF").with_detail("the detail");
    }
  }
  if (request.path() == "/throws") throw std::runtime_error("broken");
  Response response;
  response.headers.add("Location", "/a\r\nSet-Cookie: stolen");
  co_return response;
}
TEST(Answer, ErrorsOfTheHandlerBecomeStatuses) {
  struct Row {
    std::string_view path;
    int status;
    std::string_view body;
  };
  constexpr std::string_view kSaid = "{\"error\":\"no \\\"project\\\"\\n\xEF\xBF\xBD\"}";
  constexpr std::string_view kHidden = "{\"error\":\"internal error\"}";
  constexpr Row kRows[] = {
      {"/invalid_input", 400, kSaid},
      {"/not_found", 404, kSaid},
      {"/unauthenticated", 401, kSaid},
      {"/forbidden", 403, kSaid},
      {"/conflict", 409, kSaid},
      {"/rate_limited", 429, kSaid},
      {"/unavailable", 503, kSaid},
      {"/timeout", 504, kSaid},
      {"/protocol", 502, kSaid},
      {"/internal", 500, kHidden},
      {"/throws", 500, kHidden},
      {"/splits_the_answer", 500, kHidden},
  };
  TestServer server(fail);
  RawSocket client(server.port());
  for (auto const& row : kRows) {
    client.send(fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", row.path));
    auto const response = client.read_response();
    ASSERT_TRUE(response) << row.path;
    EXPECT_EQ(response->status, row.status) << row.path;
    EXPECT_EQ(response->body, row.body) << row.path;
    EXPECT_EQ(response->headers.count("Set-Cookie"), 0u);
  }
  auto const log = server.log();
  for (auto const* part : {"the detail", "broken", "a line break"}) {
    EXPECT_NE(log.find(part), std::string::npos) << part;
  }
}

TEST(Expect, IsAnsweredOnceBeforeTheBodyComes) {
  TestServer server(echo);
  RawSocket client(server.port());
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  auto const go_on = client.read_response();
  ASSERT_TRUE(go_on);
  EXPECT_EQ(go_on->status, 100);
  for (std::string_view const piece : {"a", "b", "c"}) {
    client.send(piece);
    // A round trip on another connection: by then the server has read the piece.
    RawSocket other(server.port());
    other.send(kGet);
    ASSERT_TRUE(other.read_response());
  }
  auto const response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "/a abc");
}
TEST(Expect, IsNotAnsweredWhenTheBodyCameAlong) {
  TestServer server(echo);
  RawSocket client(server.port());
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nab");
  client.send("c");
  auto const response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "/a abc");
}

TEST(Limits, ATooLargeBodyIsRefusedWhileTheClientStillSends) {
  TestServer server(echo);
  for (std::string_view const framing :
       {"Content-Length: 5000000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n4c4b40\r\n"}) {
    RawSocket client(server.port());
    client.send("POST /a HTTP/1.1\r\nHost: x\r\n" + std::string(framing));
    client.send(std::string(300'000, 'b'));
    auto const response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 413);
    EXPECT_TRUE(client.ends());
  }
  EXPECT_EQ(server.rejected("body_too_large"), 2);
  EXPECT_EQ(server.count("davit_http_requests_total"), 0);
}

TEST(Limits, TheLargestBodyIsServedInManySmallChunks) {
  ServerOptions options;
  options.max_body_bytes = 200'000;
  TestServer server(echo, options);
  RawSocket client(server.port());
  std::string request = "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 200'000; ++i) request += "1\r\nb\r\n";
  client.send(request + "0\r\n\r\n");
  auto const response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "/a " + std::string(200'000, 'b'));
}

TEST(Limits, ATooLargeHeadIsRefused) {
  TestServer server(echo);
  auto const fields = "Host: x\r\nX: " + std::string(40'000, 'x');
  std::string const requests[] = {
      "GET /a HTTP/1.1\r\n" + fields + "\r\n\r\n",
      "GET /a HTTP/1.1\r\n" + fields,  // the end of the head is never seen
      "GET /" + std::string(40'000, 'x'),
      "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;" +
          std::string(100'000, 'x'),
      "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + fields + fields +
          fields,
  };
  for (auto const& request : requests) {
    RawSocket client(server.port());
    client.send(request);
    auto const response = client.read_response();
    ASSERT_TRUE(response) << request.substr(0, 80);
    EXPECT_EQ(response->status, 431) << request.substr(0, 80);
    EXPECT_TRUE(client.ends());
  }
  EXPECT_EQ(server.rejected("head_too_large"), 5);
}

TEST(Limits, AHeadOfExactlyTheLimitIsServed) {
  ServerOptions options;
  options.max_header_bytes = 1000;
  TestServer server(echo, options);
  for (int const size : {1000, 1001}) {
    auto head = std::string("GET /a HTTP/1.1\r\nHost: x\r\nX: ");
    head += std::string(static_cast<std::size_t>(size) - head.size() - 4, 'x') + "\r\n\r\n";
    RawSocket client(server.port());
    client.send(head);
    auto const response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, size == 1000 ? 200 : 431);
  }
}

TEST(Limits, AnEmptyLineBehindARequestStartsNoOther) {
  TestServer server(echo, impatient());
  RawSocket client(server.port());
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nb\r\n");
  ASSERT_TRUE(client.read_response());
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_EQ(server.rejected("slow_head"), 0);
  EXPECT_EQ(server.rejected("truncated"), 0);
}

TEST(Limits, SlowRequestsAreGivenUp) {
  TestServer server(echo, impatient());
  RawSocket slow_head(server.port());
  RawSocket slow_body(server.port());
  RawSocket slow_chunk(server.port());
  slow_head.send("GET /a HTTP/1.1\r\nHo");
  slow_body.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nab");
  slow_chunk.send("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
  for (auto* client : {&slow_head, &slow_body, &slow_chunk}) {
    auto const response = client->read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 408);
    EXPECT_EQ(response->headers.get("Connection"), "close");
    EXPECT_TRUE(client->ends());
  }
  EXPECT_EQ(server.rejected("slow_head"), 1);
  EXPECT_EQ(server.rejected("slow_body"), 2);
  EXPECT_EQ(server.count("davit_http_requests_total"), 0);
}

TEST(Limits, ADripOfBytesDoesNotExtendTheTimeForAHead) {
  TestServer server(echo, impatient());
  RawSocket client(server.port());
  client.send("GET /a HTTP/1.1\r\nX: ");
  EXPECT_TRUE(eventually([&] { return !client.send("x") || server.rejected("slow_head") == 1; }));
  EXPECT_EQ(server.rejected("slow_head"), 1);
}

TEST(Limits, TruncatedRequestsAreCountedAndCleanEndsAreNot) {
  TestServer server(echo);
  for (std::string_view const part :
       {"G",
        "GET /a HTTP/1.1\r\nHost: x\r\n",
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nab",
        "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"}) {
    auto const before = server.rejected("truncated");
    RawSocket client(server.port());
    client.send(part);
    client.half_close();
    EXPECT_EQ(client.read_to_end(), "") << part;
    EXPECT_EQ(server.rejected("truncated"), before + 1) << part;
  }
  RawSocket client(server.port());
  client.half_close();
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_EQ(server.rejected("truncated"), 4);
  EXPECT_EQ(server.count("davit_http_requests_total"), 0);
}

TEST(Limits, OneConnectionTooManyIsTurnedAway) {
  ServerOptions options;
  options.max_connections = 2;
  TestServer server(echo, options);
  RawSocket first(server.port());
  RawSocket second(server.port());
  EXPECT_TRUE(eventually([&] { return connections(server) == 2; }));
  RawSocket third(server.port());
  auto const response = third.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 503);
  EXPECT_EQ(response->headers.get("Retry-After"), "1");
  EXPECT_TRUE(third.ends());
  EXPECT_EQ(server.rejected("too_many_connections"), 1);

  second.send(kGet);
  EXPECT_TRUE(second.read_response());
  first.close();
  EXPECT_TRUE(eventually([&] { return connections(server) == 1; }));
  RawSocket fourth(server.port());
  fourth.send(kGet);
  ASSERT_TRUE(fourth.read_response());
}

Async<Response> answer_much(Request) {
  co_return Response::text(200, "text/plain", std::string(64 * 1024 * 1024, 'x'));
}
TEST(Limits, AClientThatDoesNotReadIsGivenUp) {
  TestServer server(answer_much, impatient());
  RawSocket client(server.port(), 4096);
  client.send(kGet);
  EXPECT_TRUE(eventually([&] { return server.rejected("slow_write") == 1; }));
  EXPECT_TRUE(eventually([&] { return connections(server) == 0; }));
}

// What a handler that waits has seen.
struct Seen {
  std::atomic<int> started = 0;
  std::atomic<int> cancelled = 0;
};
Async<Response> wait_long(Request request, Seen* seen) {
  ++seen->started;
  // "/stubborn" goes on when it is cancelled, twice.
  for (int i = request.path() == "/stubborn" ? 3 : 1; i > 0; --i) {
    auto const slept = co_await sleep_for(60s);
    if (!slept && slept.error().kind() == ErrorKind::cancelled) ++seen->cancelled;
  }
  co_return Error(ErrorKind::cancelled, "cancelled");
}

TEST(GoneClient, CancelsWhatTheHandlerWaitsFor) {
  Seen seen;
  TestServer server([&](Request request) { return wait_long(std::move(request), &seen); });
  RawSocket client(server.port());
  client.send(kGet);
  client.send("GET /unread HTTP/1.1\r\n");
  ASSERT_TRUE(eventually([&] { return seen.started == 1; }));
  auto const gone = std::chrono::steady_clock::now();
  client.close();
  EXPECT_TRUE(eventually([&] { return seen.cancelled == 1; }));
  EXPECT_LT(std::chrono::steady_clock::now() - gone, 5s);
  EXPECT_TRUE(eventually([&] { return connections(server) == 0; }));
}

Async<Response> sleep_then_echo(Request request, Seen* seen) {
  ++seen->started;
  DAVIT_CO_CHECK(co_await sleep_for(600ms));
  co_return co_await echo(std::move(request));
}

TEST(GoneClient, ThatOnlyStoppedSendingStillGetsAnAnswerThatIsThere) {
  TestServer server(echo);
  RawSocket client(server.port());
  client.send(kGet);
  client.half_close();
  auto const response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "/a ");
  EXPECT_TRUE(client.ends());
}

TEST(Stop, ClosesIdleConnectionsAndTheSocketAtOnce) {
  TestServer server(echo);
  RawSocket fresh(server.port());
  RawSocket used(server.port());
  used.send(kGet);
  ASSERT_TRUE(used.read_response());
  EXPECT_TRUE(eventually([&] { return connections(server) == 2; }));
  auto const before = std::chrono::steady_clock::now();
  server.begin_stop(60s);
  EXPECT_TRUE(fresh.ends());
  EXPECT_TRUE(used.ends());
  server.wait_until_stopped();  // though the clients have not closed
  EXPECT_LT(std::chrono::steady_clock::now() - before, 10s);
  EXPECT_EQ(connections(server), 0);
  EXPECT_FALSE(RawSocket(server.port()).send(kGet));
}

TEST(Stop, HearsWhoHasJustConnected) {
  TestServer server(echo);
  RawSocket fresh(server.port());
  EXPECT_TRUE(eventually([&] { return connections(server) == 1; }));
  server.begin_stop(60s);
  EXPECT_TRUE(eventually([&] { return !RawSocket(server.port()).send(kGet); }));
  fresh.send(kGet);
  auto const response = fresh.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->headers.get("Connection"), "close");
  EXPECT_TRUE(fresh.ends());
}

TEST(Stop, AnswersWhatIsInFlightAndSaysThatItCloses) {
  Seen seen;
  TestServer server([&](Request request) { return sleep_then_echo(std::move(request), &seen); });
  RawSocket client(server.port());
  client.send(std::string(kGet) + "GET /never HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return seen.started == 1; }));
  server.begin_stop(60s);
  auto const response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->headers.get("Connection"), "close");
  EXPECT_TRUE(client.ends());
  client.close();
  server.wait_until_stopped();
  EXPECT_EQ(seen.started, 1);
}

TEST(Stop, CutsWhatTheGraceDidNotEnd) {
  Seen seen;
  TestServer server([&](Request request) { return wait_long(std::move(request), &seen); });
  RawSocket client(server.port());
  RawSocket stubborn(server.port());
  RawSocket half(server.port());
  client.send(kGet);
  stubborn.send("GET /stubborn HTTP/1.1\r\nHost: x\r\n\r\n");
  half.send("GET /half HTT");
  ASSERT_TRUE(eventually([&] { return seen.started == 2; }));
  auto const before = std::chrono::steady_clock::now();
  server.begin_stop(100ms);
  server.wait_until_stopped();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 8s);
  EXPECT_EQ(seen.cancelled, 4);
  EXPECT_TRUE(client.ends());
  EXPECT_EQ(connections(server), 0);
}

Async<> try_start(ServerOptions options, ErrorKind* kind) {
  class Nobody final : public Handler {
    Async<Response> handle(Request) override { co_return Response(); }
  } nobody;
  Counters counters;
  Server server(
      co_await boost::asio::this_coro::executor, std::move(options), nobody, counters, log::Logger()
  );
  auto const started = server.start();
  *kind = started ? ErrorKind::cancelled : started.error().kind();
  co_return co_await server.stop(Duration::zero());
}
ErrorKind error_of_start(ServerOptions options) {
  ErrorKind kind{};
  EXPECT_TRUE(Loop().run(try_start(std::move(options), &kind)));
  return kind;
}
TEST(Start, NamesWhatIsWrong) {
  TestServer server(echo);
  ServerOptions taken;
  taken.port = server.port();
  EXPECT_EQ(error_of_start(taken), ErrorKind::conflict);
  ServerOptions named;
  named.host = "localhost";
  EXPECT_EQ(error_of_start(named), ErrorKind::invalid_input);
  ServerOptions foreign;
  foreign.host = "192.0.2.1";  // RFC 5737: an address for documentation, never ours
  EXPECT_EQ(error_of_start(foreign), ErrorKind::unavailable);
  ServerOptions secure;
  secure.tls = TlsFiles{"no-such.pem", "no-such.key"};
  EXPECT_EQ(error_of_start(secure), ErrorKind::invalid_input);
}

}  // namespace
}  // namespace davit::http

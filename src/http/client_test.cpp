#include "http/client.h"

#include <cstdlib>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/caller.h"
#include "support/raw_http.h"
#include "support/test_server.h"

namespace davit::http {
namespace {

using testing::Caller;
using testing::RawServer;
using testing::RawSocket;
using testing::TestServer;

// What a client gets from a server that sends `answer`, and closes.
Result<ClientResponse> answer_to(std::string_view answer) {
  RawServer server([&](RawSocket& socket) {
    if (!socket.read_to("\r\n\r\n")) return;
    socket.send(answer);
    socket.half_close();
    socket.read_to_end();
  });
  Caller caller;
  return caller.get(server.url("/"));
}

Async<Response> echo(Request request) {
  std::string fields;
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    fields += fmt::format("{}={};", request.headers.name(i), request.headers.value(i));
  }
  auto const method = to_string(request.method);
  auto text = fmt::format("{} {} {} {}", method, request.target, request.body, fields);
  co_return Response::text(200, "text/plain", std::move(text));
}

TEST(Client, SendsWhatItIsToldAndLittleElse) {
  TestServer server(echo);
  auto const host = fmt::format("Host=127.0.0.1:{};", server.port());
  struct Row {
    Method method;
    std::string_view body;
    std::string_view content_type;
    std::string_view expected;
  };
  constexpr Row kRows[] = {
      {Method::get, "", "", "GET /a?b=c  "},
      {Method::get, "g", "", "GET /a?b=c g "},
      {Method::post, "", "", "POST /a?b=c  "},
      {Method::post, "x=1", "application/json", "POST /a?b=c x=1 "},
      {Method::put, "u", "text/plain", "PUT /a?b=c u "},
      {Method::patch, "p", "text/plain", "PATCH /a?b=c p "},
      {Method::del, "", "", "DELETE /a?b=c  "},
      {Method::options, "", "", "OPTIONS /a?b=c  "},
  };
  ClientOptions options;
  options.user_agent = "tester";
  Caller caller(options);
  for (auto const& row : kRows) {
    ClientRequest request(row.method, server.url("/a?b=c#d"));
    request.body = row.body;
    request.headers.add("X-Empty", "");
    if (!row.content_type.empty()) request.headers.add("Content-Type", row.content_type);
    auto const response = caller.send(request);
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->headers.get("content-type"), "text/plain");
    EXPECT_TRUE(response->body.starts_with(row.expected)) << response->body;
    auto const fields = response->body.substr(row.expected.size());
    for (std::string_view const part :
         {std::string_view(host),
          std::string_view("X-Empty=;"),
          std::string_view("User-Agent=tester;")}) {
      EXPECT_NE(fields.find(part), std::string::npos) << fields;
    }
    EXPECT_EQ(fields.find("Expect"), std::string::npos) << fields;
    EXPECT_EQ(fields.find("Content-Type") == std::string::npos, row.content_type.empty()) << fields;
    EXPECT_EQ(
        fields.find("Content-Length") == std::string::npos,
        row.body.empty() && row.method == Method::get
    ) << fields;
  }
}

TEST(Client, PathsStayAsTheyAre) {
  TestServer server(echo);
  Caller caller;
  auto const response = caller.get(server.url("/a/../b/./%2e%2E//c%2Fd"));
  ASSERT_TRUE(response);
  EXPECT_TRUE(response->body.starts_with("GET /a/../b/./%2e%2E//c%2Fd ")) << response->body;
}

TEST(Client, AHeadRequestHasNoBody) {
  TestServer server(echo);
  Caller caller;
  auto const response = caller.send(ClientRequest(Method::head, server.url("/a")));
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "");
  EXPECT_TRUE(response->headers.get("Content-Length"));
}

TEST(Client, ReusesAConnection) {
  RawServer server([](RawSocket& socket) {
    while (socket.read_to("\r\n\r\n"))
      socket.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
  });
  {
    Caller caller;
    for (int i = 0; i < 3; ++i) {
      auto const response = caller.get(server.url("/"));
      ASSERT_TRUE(response) << response.error().message();
      EXPECT_EQ(response->body, "hi");
    }
  }
  EXPECT_EQ(server.accepted(), 1);
}

TEST(Client, AConnectionThatTheServerClosedIsReplaced) {
  RawServer server([](RawSocket& socket) {
    if (socket.read_to("\r\n\r\n")) socket.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
  });
  Caller caller;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(caller.get(server.url("/")));
  EXPECT_EQ(server.accepted(), 3);
}

TEST(Client, OnlyTheFinalAnswerCounts) {
  auto const response = answer_to(
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nX: early\r\n\r\n"
      "HTTP/1.1 404 Not Found\r\nX: final\r\nContent-Length: 4\r\n\r\ngone"
  );
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->status, 404);
  EXPECT_EQ(response->headers.get("X"), "final");
  EXPECT_FALSE(response->headers.get("Link"));
  EXPECT_EQ(response->body, "gone");
}

TEST(Client, BrokenAnswersAreErrors) {
  struct Row {
    std::string answer;
    ErrorKind kind;
  };
  Row const rows[] = {
      {"", ErrorKind::unavailable},
      {"hello\r\n\r\n", ErrorKind::protocol},
      {"HTTP/9.9 200 OK\r\n\r\n", ErrorKind::protocol},
      {"SSH-2.0-OpenSSH_9.2\r\n", ErrorKind::protocol},
      {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", ErrorKind::protocol},
      {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nhello", ErrorKind::protocol},
      // For curl this is a failed read, like a reset.
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", ErrorKind::unavailable},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", ErrorKind::protocol},
      {"HTTP/1.1 200 OK\r\nX: " + std::string(80'000, 'x') + "\r\n\r\n", ErrorKind::protocol},
      {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
       ErrorKind::protocol},
  };
  for (auto const& row : rows) {
    auto const response = answer_to(row.answer);
    ASSERT_FALSE(response) << row.answer.substr(0, 100);
    EXPECT_EQ(response.error().kind(), row.kind)
        << row.answer.substr(0, 100) << response.error().message();
    EXPECT_NE(response.error().message().find("127.0.0.1"), std::string::npos);
  }
}

TEST(Client, ARefusedConnectionIsUnavailable) {
  Caller caller;
  auto const response = caller.get(fmt::format("http://127.0.0.1:{}/", testing::free_port()));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind(), ErrorKind::unavailable);
  EXPECT_EQ(response.error().detail(), kNothingWasSent);
}

TEST(Client, RequestsThatCannotBeSentAreRefused) {
  struct Row {
    std::string_view name, value;
  };
  using namespace std::string_view_literals;
  constexpr Row kFields[] = {
      {"X", "a\r\nHost: b"},
      {"X", "a\nb"},
      {"X", "a\rb"},
      {"X", "a\0b"sv},
      {"X: a\r\nY", "b"},
      {"X\n", "a"},
      {"X:", "a"},
      {"X ", "a"},
      {"X;", "a"},
      {"", "a"},
      {"X\0"sv, "a"},
  };
  TestServer server(echo);
  Caller caller;
  for (auto const& field : kFields) {
    ClientRequest request(Method::get, server.url("/"));
    request.headers.add(field.name, field.value);
    auto const response = caller.send(request);
    ASSERT_FALSE(response) << field.name << field.value;
    EXPECT_EQ(response.error().kind(), ErrorKind::invalid_input);
  }
  for (auto const* url :
       {"ftp://127.0.0.1/", "http://u@127.0.0.1/", "/a", "http://127.0.0.1/\r\nX: y"}) {
    auto const response = caller.get(url);
    ASSERT_FALSE(response) << url;
    EXPECT_EQ(response.error().kind(), ErrorKind::invalid_input);
  }
  EXPECT_EQ(server.count("davit_http_requests_total"), 0);
}

// 6000 bytes, "hello " again and again.
constexpr std::string_view kGzip(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc4\x31\x0d\x00\x00\x08\x03\x30\x2b\x98\x23\xe1"
    "\x58\x82\xff\x0f\x11\xbc\xed\xd1\xe9\x64\x6b\x6c\xdb\xb6\x6d\xdb\xb6\x6d\xdb\xf6\xe3\x03\xc1"
    "\x37\x0c\x40\x70\x17\x00\x00",
    53
);
Async<Response> answer_gzip(Request request) {
  EXPECT_TRUE(request.headers.has_token("Accept-Encoding", "gzip"));
  auto response = Response::text(200, "text/plain", std::string(kGzip));
  response.headers.add("Content-Encoding", "gzip");
  co_return response;
}
TEST(Client, UnpacksAndLimitsWhatComesOut) {
  TestServer server(answer_gzip);
  Caller caller;
  ClientRequest request(Method::get, server.url("/"));
  request.max_body_bytes = 6000;
  auto const whole = caller.send(request);
  ASSERT_TRUE(whole) << whole.error().message();
  EXPECT_EQ(whole->body.size(), 6000u);
  EXPECT_TRUE(whole->body.ends_with("hello "));
  EXPECT_FALSE(whole->truncated);

  request.max_body_bytes = 5999;
  auto const failed = caller.send(request);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind(), ErrorKind::protocol);

  request.over_limit = OverLimit::cut;
  auto const cut = caller.send(request);
  ASSERT_TRUE(cut) << cut.error().message();
  EXPECT_EQ(cut->body, whole->body.substr(0, 5999));
  EXPECT_TRUE(cut->truncated);
  EXPECT_EQ(cut->status, 200);
}

// "/to?where" leads where the query says, any other path to itself.
Async<Response> redirect(Request request) {
  if (request.path() == "/end") co_return co_await echo(std::move(request));
  Response response;
  response.status = request.query() == "/see-other" ? 303 : 302;
  response.headers.add("Location", request.path() == "/to" ? request.query() : request.path());
  if (request.path() == "/backslash") response.headers.set("Location", "/\\localhost/end");
  co_return response;
}
TEST(Client, FollowsARedirectWithinTheOriginAndNoOther) {
  TestServer server(redirect);
  auto const here = server.url("");
  auto const port = server.port();
  struct Row {
    Method method;
    std::string path;
    int status;
    int requests;
  };
  Row const rows[] = {
      {Method::get, "/to?/end", 200, 2},
      {Method::head, "/to?/end", 200, 2},
      {Method::get, "/to?" + here + "/end", 200, 2},
      {Method::get, "/to?/to?/to?/end", 200, 4},
      {Method::get, "/to?/to?/to?/to?/end", 302, 4},
      {Method::get, "/loop", 302, 4},
      {Method::post, "/to?/end", 302, 1},
      {Method::put, "/to?/end", 302, 1},
      {Method::get, "/to?/see-other", 303, 1},
      {Method::get, fmt::format("/to?http://localhost:{}/end", port), 302, 1},
      {Method::get, fmt::format("/to?https://127.0.0.1:{}/end", port), 302, 1},
      {Method::get, "/to?http://127.0.0.1/end", 302, 1},
      {Method::get, fmt::format("/to?//127.0.0.1:{}/end", port), 302, 1},
      {Method::get, "/backslash", 302, 1},
      {Method::get, "/to?file:///etc/passwd", 302, 1},
      {Method::get, "/to?end", 302, 1},
      {Method::get, "/to?", 302, 1},
  };
  Caller caller;
  for (auto const& row : rows) {
    auto const before = server.count("davit_http_requests_total");
    ClientRequest request(row.method, here + row.path);
    request.headers.add("Private-Token", "secret");
    auto const response = caller.send(request);
    ASSERT_TRUE(response) << row.path << response.error().message();
    EXPECT_EQ(response->status, row.status) << row.path;
    EXPECT_EQ(server.count("davit_http_requests_total") - before, row.requests) << row.path;
  }
}

}  // namespace
}  // namespace davit::http

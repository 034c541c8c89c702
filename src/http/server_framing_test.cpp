// What the server makes of the bytes in testdata/requests, whole and one at a time; README.md there
// says how a case is written.
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "support/raw_http.h"
#include "support/test_server.h"

namespace davit::http {
namespace {

using testing::RawSocket;
using testing::TestServer;

constexpr std::string_view kNext = "GET /next HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view kSeenNext = "GET /next host=x body=";

struct Case {
  std::string name;
  std::string bytes;
  int status = 0;
  bool closes = false;
  std::string expected;  // what the handler saw, or why it was refused
};

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    switch (text[++i]) {
      case 'r': out += '\r'; break;
      case 'n': out += '\n'; break;
      case 't': out += '\t'; break;
      case '0': out += '\0'; break;
      case '\\': out += '\\'; break;
      case 'x':
        out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
        i += 2;
        break;
      default: ADD_FAILURE() << "unknown escape in " << text;
    }
  }
  return out;
}

std::vector<Case> read_cases(const std::filesystem::path& file) {
  std::vector<Case> cases;
  std::ifstream stream(file);
  Case next;
  for (std::string line; std::getline(stream, line);) {
    if (next.name.empty()) {
      if (line.starts_with("# ")) next.name = file.stem().string() + ": " + line.substr(2);
    } else if (!line.starts_with("=> ")) {
      next.bytes += unescape(line);
    } else {
      next.status = std::stoi(line.substr(3, 3));
      next.expected = unescape(line.substr(7));
      next.closes = next.status != 200 || next.expected.starts_with("close ");
      if (next.expected.starts_with("close ")) next.expected.erase(0, 6);
      cases.push_back(std::exchange(next, {}));
    }
  }
  EXPECT_TRUE(next.name.empty()) << "no end: " << next.name;
  return cases;
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (auto const& entry : std::filesystem::directory_iterator("testdata/requests")) {
    if (entry.path().extension() != ".txt") continue;
    for (auto& one : read_cases(entry.path())) cases.push_back(std::move(one));
  }
  return cases;
}

Async<Response> describe(Request request) {
  co_return Response::text(
      200,
      "text/plain",
      fmt::format(
          "{} {} host={} body={}",
          to_string(request.method),
          request.target,
          request.headers.get("Host").value_or(""),
          request.body
      )
  );
}

void check(const Case& one, bool bytewise) {
  SCOPED_TRACE(one.name + (bytewise ? ", byte by byte" : ", whole"));
  std::vector<std::string> targets;
  ServerOptions options;
  options.max_body_bytes = 64;
  TestServer server(
      [&](Request request) {
        targets.push_back(request.target);
        return describe(std::move(request));
      },
      options
  );

  RawSocket client(server.port());
  auto const bytes = one.bytes + std::string(kNext);
  bytewise ? client.send_bytewise(bytes) : client.send(bytes);
  auto const first = client.read_response();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->status, one.status) << first->body;
  EXPECT_EQ(first->headers.has_token("Connection", "close"), one.closes);
  if (one.status == 200) {
    EXPECT_EQ(first->body, one.expected);
  } else {
    EXPECT_EQ(server.rejected(one.expected), 1) << first->body;
  }
  if (one.closes) {
    EXPECT_TRUE(client.ends());
  } else {
    auto const second = client.read_response();
    ASSERT_TRUE(second);
    EXPECT_EQ(second->body, kSeenNext);
  }
  server.on_loop([&] { EXPECT_EQ(targets.size(), one.status != 200 ? 0u : one.closes ? 1u : 2u); });
}

TEST(Framing, EveryCaseEndsAsItsFileSaysHoweverItsBytesArrive) {
  auto const cases = all_cases();
  EXPECT_GT(cases.size(), 100u);
  for (auto const& one : cases) {
    check(one, false);
    check(one, true);
  }
}

}  // namespace
}  // namespace davit::http

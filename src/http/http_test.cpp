// The parts of http that need no connection.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "http/message.h"
#include "http/request_parser.h"
#include "http/sse.h"
#include "http/url.h"

namespace davit::http {
namespace {

TEST(Headers, AreFoundWithoutCaseAndKeepTheirOrder) {
  Headers headers{{"Accept", "a"}, {"X-Id", " \t1 \t"}, {"accept", "b"}};
  EXPECT_EQ(headers.size(), 3u);
  EXPECT_EQ(headers.get("ACCEPT"), "a");
  EXPECT_EQ(headers.get("x-id"), "1");
  EXPECT_EQ(headers.get("X"), std::nullopt);
  EXPECT_EQ(headers.count("Accept"), 2u);
  EXPECT_EQ(headers.name(2), "accept");
  EXPECT_EQ(headers.value(2), "b");
}
TEST(Headers, SetReplacesEveryFieldOfTheName) {
  Headers headers{{"A", "1"}, {"B", "2"}, {"a", "3"}};
  headers.set("A", "4");
  EXPECT_EQ(headers.size(), 2u);
  EXPECT_EQ(headers.get("a"), "4");
  EXPECT_EQ(headers.get("B"), "2");
  headers.clear();
  EXPECT_EQ(headers.size(), 0u);
  EXPECT_EQ(headers.get("B"), std::nullopt);
}
TEST(Headers, TokensStandInListsOverSeveralFields) {
  Headers const headers{
      {"Accept", "text/html, Application/JSON"}, {"Accept", " text/event-stream"}
  };
  EXPECT_TRUE(headers.has_token("accept", "application/json"));
  EXPECT_TRUE(headers.has_token("accept", "text/event-stream"));
  EXPECT_FALSE(headers.has_token("accept", "text"));
  EXPECT_FALSE(headers.has_token("accept", ""));
  EXPECT_FALSE(headers.has_token("content-type", "text/html"));
}

TEST(Request, SplitsItsTarget) {
  Request request;
  request.target = "/a/b?c=d?e";
  EXPECT_EQ(request.path(), "/a/b");
  EXPECT_EQ(request.query(), "c=d?e");
  request.target = "/a";
  EXPECT_EQ(request.path(), "/a");
  EXPECT_EQ(request.query(), "");
}

TEST(Status, HasAReason) {
  EXPECT_EQ(reason_of(413), "Content Too Large");
  EXPECT_EQ(reason_of(299), "Unknown");
}

TEST(Url, IsSplit) {
  struct Row {
    std::string_view text, scheme, host;
    int port;
    std::string_view path, query, origin;
  };
  constexpr Row kRows[] = {
      {"https://GitLab.com", "https", "gitlab.com", 443, "/", "", "https://gitlab.com"},
      {"HTTP://a:8080/b?c=d#e", "http", "a", 8080, "/b", "c=d", "http://a:8080"},
      {"http://a?b/c@d", "http", "a", 80, "/", "b/c@d", "http://a"},
      {"https://a:443/", "https", "a", 443, "/", "", "https://a"},
      {"https://a:80/", "https", "a", 80, "/", "", "https://a:80"},
      {"http://[::1]/", "http", "[::1]", 80, "/", "", "http://[::1]"},
      {"http://[2001:DB8::1]:81/%20",
       "http",
       "[2001:db8::1]",
       81,
       "/%20",
       "",
       "http://[2001:db8::1]:81"},
      {"http://a//b/../c", "http", "a", 80, "//b/../c", "", "http://a"},
      {"http://a#//b", "http", "a", 80, "/", "", "http://a"},
      {"http://a/b:c@d", "http", "a", 80, "/b:c@d", "", "http://a"},
  };
  for (auto const& row : kRows) {
    auto const url = parse_url(row.text);
    ASSERT_TRUE(url) << row.text;
    EXPECT_EQ(url->scheme, row.scheme) << row.text;
    EXPECT_EQ(url->host, row.host) << row.text;
    EXPECT_EQ(url->port, row.port) << row.text;
    EXPECT_EQ(url->path, row.path) << row.text;
    EXPECT_EQ(url->query, row.query) << row.text;
    EXPECT_EQ(url->origin(), row.origin) << row.text;
  }
}
TEST(Url, HostileOnesAreRefused) {
  constexpr std::string_view kTexts[] = {
      "",
      "a",
      "//a/b",
      "http:/a",
      "http:a",
      "://a",
      "ftp://a",
      "file:///etc/passwd",
      "javascript://a",
      "http://",
      "http:///a",
      "http://?a",
      "http://#@a",
      "http://:80",
      "http://user@a",
      "http://user:password@a/",
      "http://a@b:80",
      "http://a\\@b",
      "http://a/\\b",
      "http://a b",
      "http://a/b c",
      "http://a\r\nHost: b",
      "http://a/\r\nX: y",
      "http://a/\tb",
      "http://a/\x7F",
      " http://a",
      "http://a:",
      "http://a:0",
      "http://a:65536",
      "http://a:-1",
      "http://a:+1",
      "http://a:8o",
      "http://a:80:80",
      "http://a%2eb",
      "http://a,b",
      "http://\xC3\xA9",
      "http://[::1",
      "http://::1]",
      "http://[]",
      "http://[::1]a",
      "http://[::1]:",
      "http://[v1.a]",
      "http://[fe80::1%25eth0]",
  };
  for (auto const text : kTexts) {
    auto const url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().kind(), ErrorKind::invalid_input) << text;
  }
  EXPECT_FALSE(parse_url(std::string_view("http://a/\0b", 11)));
}
TEST(Url, SameOriginIsSchemeHostAndPort) {
  auto const same = [](std::string_view a, std::string_view b) {
    return parse_url(a)->same_origin(*parse_url(b));
  };
  EXPECT_TRUE(same("https://a/b", "https://A:443/c?d"));
  EXPECT_FALSE(same("https://a", "http://a"));
  EXPECT_FALSE(same("https://a", "https://a:444"));
  EXPECT_FALSE(same("https://a", "https://a.b"));
}

TEST(Percent, EveryByteGoesThereAndBack) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  auto const encoded = percent_encode(all);
  EXPECT_EQ(percent_decode(encoded), all);
  EXPECT_EQ(encoded.size(), 66u + 190u * 3u);  // RFC 3986, 2.3: 66 characters stay as they are
  EXPECT_EQ(percent_encode("group/project name.git~-_%"), "group%2Fproject%20name.git~-_%25");
  EXPECT_EQ(percent_decode("%2f%2F+"), "//+");
}
TEST(Percent, BrokenSequencesAreRefused) {
  for (auto const* bad : {"%", "%4", "a%", "%zz", "%4z", "%%41", "%+1", "% 1"}) {
    EXPECT_EQ(percent_decode(bad), std::nullopt) << bad;
  }
}
TEST(Query, IsWrittenAndRead) {
  std::vector<std::pair<std::string, std::string>> const pairs{
      {"a", "1 2"}, {"b&c", "="}, {"d", ""}, {"a", "+"}
  };
  EXPECT_EQ(to_query(pairs), "a=1%202&b%26c=%3D&d=&a=%2B");
  EXPECT_EQ(parse_query(to_query(pairs)), pairs);
  EXPECT_EQ(to_query({}), "");
  EXPECT_TRUE(parse_query("").empty());
}
TEST(Query, StrangePairsAreTakenAsTheyAre) {
  std::vector<std::pair<std::string, std::string>> const expected{
      {"a", ""}, {"", "b"}, {"c", "d=e"}, {"%zz", "%"}, {"f g", "h i"}
  };
  EXPECT_EQ(parse_query("&a&=b&&c=d=e&%zz=%&f+g=h+i&"), expected);
}

// The events of a stream that arrives in pieces of `size`, one a line.
std::string events_of(std::string_view stream, std::size_t size) {
  sse::Reader reader(1000);
  std::string out;
  while (!stream.empty()) {
    auto const fed = reader.feed(stream.substr(0, size), [&](const sse::Event& event) {
      out += fmt::format("[{}|{}|{}]", event.name, event.data, event.id);
    });
    if (!fed) return out + fed.error().message();
    stream.remove_prefix(std::min(size, stream.size()));
  }
  return out;
}
TEST(SseReader, CutsAStreamIntoEventsWhateverItsPieces) {
  struct Row {
    std::string_view stream, events;
  };
  using namespace std::string_view_literals;
  constexpr Row kRows[] = {
      {"data: a\n\n", "[message|a|]"},
      {"data: a\r\n\r\n", "[message|a|]"},
      {"data: a\r\rdata: b\r\r", "[message|a|][message|b|]"},
      {"data: a\n\r\ndata: b\r\n\n", "[message|a|][message|b|]"},
      {"data: a\ndata: b\n\n", "[message|a\nb|]"},
      {"data\n\n", "[message||]"},
      {"data\ndata:\n\n", "[message|\n|]"},
      {"data:a\n\ndata:  b\n\n", "[message|a|][message| b|]"},
      {"data: a", ""},
      {"data: a\n", ""},
      {"event: x\nid: 1\ndata: a\n\ndata: b\n\n", "[x|a|1][message|b|1]"},
      {"id: 1\n\ndata: a\n\nid\ndata: b\n\n", "[message|a|1][message|b|]"},
      {"id: 1\nid: 2\0\ndata: a\n\n"sv, "[message|a|1]"},
      {"event: x\n\ndata: a\n\n", "[message|a|]"},
      {": comment\n:\n\ndata: a\n: between\ndata: b\n\n:\n\n", "[message|a\nb|]"},
      {"unknown: x\ndata: a\nDATA: b\n data: c\n\n", "[message|a|]"},
      {"\xEF\xBB\xBF"
       "data: a\n\n\xEF\xBB\xBF"
       "data: b\n\n",
       "[message|a|]"},
      {"\xEF\xBB\xBF\ndata: a\n\n", "[message|a|]"},
      {"data: \xE2\x82\xAC\n\n", "[message|\xE2\x82\xAC|]"},
      {"data: a: b\n\n", "[message|a: b|]"},
      {"\n\r\n\r\n\n", ""},
  };
  for (auto const& row : kRows) {
    for (std::size_t size = 1; size <= row.stream.size(); ++size) {
      EXPECT_EQ(events_of(row.stream, size), row.events) << row.stream << " by " << size;
    }
  }
}
TEST(SseReader, AnEventOverTheLimitIsAnError) {
  auto const line = "data: " + std::string(300, 'a') + "\n";
  EXPECT_NE(events_of(line + line + "\n", 7).find("[message|"), std::string::npos);
  auto lines = line;
  for (int i = 0; i < 3; ++i) lines += line;
  for (auto const& stream : {lines, std::string(1001, ':'), "id: " + std::string(1001, '1')}) {
    for (std::size_t const size : {std::size_t{1}, stream.size()}) {
      EXPECT_NE(events_of(stream, size).find("over the size limit"), std::string::npos);
    }
  }
  std::string many;
  for (int i = 0; i < 1500; ++i) many += "data\n";
  EXPECT_NE(events_of(many, 100).find("over the size limit"), std::string::npos);
}
TEST(SseReader, RetryIsTakenWhenItIsANumber) {
  auto const retry_of = [](std::string_view value) {
    sse::Reader reader(100);
    EXPECT_TRUE(reader.feed(fmt::format("retry:{}\n", value), [](const sse::Event&) {}));
    return reader.retry();
  };
  EXPECT_EQ(retry_of(" 2500"), std::chrono::milliseconds(2500));
  EXPECT_EQ(retry_of("0"), std::chrono::milliseconds(0));
  for (auto const* bad : {"", " ", "  1", "1s", "-1", "+1", "1.5", "99999999999"}) {
    EXPECT_EQ(retry_of(bad), std::nullopt) << bad;
  }
}
TEST(Sse, WhatIsWrittenIsRead) {
  EXPECT_EQ(sse::message("{}"), "data: {}\n\n");
  EXPECT_EQ(sse::message("{}", "s-1"), "id: s-1\ndata: {}\n\n");
  auto const stream = std::string(sse::kHeartbeat) + sse::message("a", "1") + sse::message("b");
  EXPECT_EQ(events_of(stream, 3), "[message|a|1][message|b|1]");
}

TEST(ScanHead, JudgesTheSameWhereverTheBytesAreCut) {
  constexpr std::string_view kHead = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  struct Row {
    std::string bytes;
    std::string_view reason;  // empty: it is a head
  };
  Row const rows[] = {
      {std::string(kHead), ""},
      {std::string(kHead) + "\nbody\r", ""},
      {"GET / HTTP/1.1\r\nHost: x\n\r\n\r\n", "bad_line_ending"},
      {"\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "bad_line_ending"},
      {"GET / HTTP/1.1\r\nHost: x\r\n\n", "bad_line_ending"},
  };
  for (auto const& row : rows) {
    for (std::size_t size = 1; size <= row.bytes.size(); ++size) {
      HeadScan scan;
      std::size_t scanned = 0;
      while (scan.size == 0 && !scan.rejection && scanned < row.bytes.size()) {
        auto const now = std::min(row.bytes.size(), scanned + size);
        scan = scan_head(std::string_view(row.bytes).substr(0, now), scanned, 1000);
        scanned = now;
      }
      EXPECT_EQ(scan.rejection ? scan.rejection->reason : "", row.reason) << row.bytes << size;
      if (row.reason.empty()) EXPECT_EQ(scan.size, kHead.size()) << row.bytes << size;
    }
  }
}

TEST(RequestParser, TakesTheLastChunkByteByByte) {
  RequestParser parser(1000, 100);
  std::string input = "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (char const c : std::string_view("0\r\n\r\n")) {
    EXPECT_FALSE(parser.done());
    input.erase(0, parser.feed(input));
    input += c;
  }
  EXPECT_EQ(parser.feed(input), input.size());
  EXPECT_TRUE(parser.done());
}
TEST(RequestParser, StopsBehindTheRequest) {
  RequestParser parser(1000, 100);
  std::string_view const bytes =
      "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhiGET /b HTTP/1.1\r\n";
  auto const used = parser.feed(bytes);
  EXPECT_TRUE(parser.done());
  EXPECT_FALSE(parser.rejection());
  EXPECT_EQ(bytes.substr(used), "GET /b HTTP/1.1\r\n");
  auto const request = parser.take();
  EXPECT_EQ(request.method, Method::post);
  EXPECT_EQ(request.body, "hi");
  EXPECT_EQ(request.headers.get("host"), "x");
}

}  // namespace
}  // namespace davit::http

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/base64.h"
#include "base/counters.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/seal.h"
#include "base/strings.h"

namespace davit {
namespace {

Result<int> parse(bool good) {
  if (!good) return Error(ErrorKind::not_found, "no project 'x'");
  return 42;
}
Result<int> doubled(bool good) {
  DAVIT_TRY(auto n, parse(good));
  return 2 * n;
}

TEST(Result, TryReturnsTheErrorOrDeclaresTheValue) {
  EXPECT_EQ(*doubled(true), 84);
  EXPECT_EQ(doubled(false).error().kind(), ErrorKind::not_found);
}
TEST(Result, ContextGrowsOnTheLeft) {
  auto error = Error(ErrorKind::internal, "c").while_doing("b").while_doing("a");
  EXPECT_EQ(error.message(), "a: b: c");
}

TEST(ErrorKinds, AreReadByTheirNames) {
  for (auto const kind : {ErrorKind::invalid_input, ErrorKind::timeout, ErrorKind::internal})
    EXPECT_EQ(parse_error_kind(to_string(kind)), kind);
  EXPECT_FALSE(parse_error_kind("disaster"));
  EXPECT_FALSE(parse_error_kind(""));
}

TEST(Base64, RoundTripsEveryLength) {
  std::string bytes;
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
    bytes += static_cast<char>(i * 37);
  }
}
TEST(Base64, RefusesWhatIsNotCanonical) {
  for (auto const* bad :
       {"SGVsbG8", "SGVs!!!bG8=", "SGVsbG9=", "SGVsbG8===", "=", "A===", "SGVs bG8="}) {
    EXPECT_FALSE(base64_decode(bad)) << bad;
  }
  EXPECT_FALSE(base64url_decode("SGVsbG8="));
  EXPECT_EQ(base64_decode("SGVsbG8="), "Hello");
}

TEST(Strings, Utf8IsCutAtCharacters) {
  EXPECT_EQ(utf8_prefix("a\xC3\xA9z", 2), "a");
  EXPECT_EQ(utf8_prefix("a\xC3\xA9z", 3), "a\xC3\xA9");
  EXPECT_EQ(utf8_prefix("abc", 10), "abc");
}
TEST(Strings, Utf8IsJudgedAsUnicodeDoes) {
  EXPECT_TRUE(is_utf8("\xE2\x82\xAC \xF0\x9F\x98\x80"));
  for (auto const* bad : {"\xC0\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\x80", "\xE2\x82"}) {
    EXPECT_FALSE(is_utf8(bad));
    EXPECT_TRUE(is_utf8(to_utf8(bad)));
  }
}
TEST(Strings, NearestFindsTheTypingErrorAndNothingElse) {
  std::string_view const words[] = {"token", "url", "access"};
  EXPECT_EQ(nearest("tokne", words), "token");
  EXPECT_EQ(nearest("acces", words), "access");
  EXPECT_EQ(nearest("certificate", words), "");
}

TEST(KeyRing, OpensOnlyWhatItSealedForThatPurpose) {
  auto const ring = KeyRing::random();
  auto const token = ring.seal("session", "state");
  EXPECT_EQ(*ring.open("session", token), "state");
  EXPECT_FALSE(ring.open("cursor", token));
  EXPECT_FALSE(KeyRing::random().open("session", token));
}
TEST(KeyRing, RefusesEveryChangedCharacter) {
  auto const ring = KeyRing::random();
  auto const token = ring.seal("session", "state");
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(ring.open("session", changed)) << i;
  }
  EXPECT_FALSE(ring.open("session", token + "AAAA"));
  EXPECT_FALSE(ring.open("session", ""));
}
TEST(KeyRing, RotationKeepsOldTokensOpen) {
  Secret const first(std::string(32, 'a'));
  Secret const second(std::string(32, 'b'));
  auto const before = KeyRing::make({first});
  auto const during = KeyRing::make({second, first});
  auto const after = KeyRing::make({second});
  auto const token = before->seal("p", "x");
  EXPECT_EQ(*during->open("p", token), "x");
  EXPECT_FALSE(after->open("p", token));
  EXPECT_EQ(*after->open("p", during->seal("p", "y")), "y");
  EXPECT_FALSE(KeyRing::make({Secret("short")}));
}

class Lines final : public log::Sink {
 public:
  void write(log::Level, std::string_view line) override { text += line; }
  std::string text;
};
class FixedClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override {
    return std::chrono::system_clock::time_point(std::chrono::milliseconds(1795251600042));
  }
  std::chrono::steady_clock::time_point steady_now() const override { return {}; }
};

TEST(Log, WritesOneJsonObjectALine) {
  Lines lines;
  FixedClock const clock;
  log::Logger const logger(log::Level::info, lines, clock);
  logger.debug("not this");
  logger.with({"server", "gitlab"})
      .info("tool call", {{"tool", "a\"b\n\xFF"}, {"bytes", 7}, {"ok", true}});
  EXPECT_EQ(
      lines.text,
      "{\"ts\":\"2026-11-21T09:00:00.042Z\",\"level\":\"info\",\"msg\":\"tool call\","
      "\"server\":\"gitlab\",\"tool\":\"a\\\"b\\n\xEF\xBF\xBD\",\"bytes\":7,\"ok\":true}\n"
  );
}
TEST(Log, WhatMattersIsWrittenAtOnceAndTheRestInBatches) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_NONBLOCK), 0);
  auto sink = log::make_descriptor_sink(ends[1]);
  SystemClock const clock;
  log::Logger const logger(log::Level::info, *sink, clock);
  char buffer[4096];
  logger.info("quiet");
  EXPECT_EQ(::read(ends[0], buffer, sizeof buffer), -1);
  logger.warn("loud");
  auto const size = ::read(ends[0], buffer, sizeof buffer);
  ASSERT_GT(size, 0);
  auto const text = std::string(buffer, static_cast<std::size_t>(size));
  EXPECT_NE(text.find("quiet"), std::string::npos);
  EXPECT_NE(text.find("loud"), std::string::npos);
  sink.reset();
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(Counters, KeepTheirPlace) {
  Counters counters;
  auto& first = counters.at("davit_x_total", "reason=\"a\"");
  first.add();
  for (int i = 0; i < 100; ++i) counters.at("davit_" + std::to_string(i));
  first.add(2);
  EXPECT_EQ(counters.at("davit_x_total", "reason=\"a\"").value(), 3);
}

}  // namespace
}  // namespace davit

#include "connector/text.h"

#include <gtest/gtest.h>

namespace davit::connector {
namespace {

constexpr auto kNow =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + std::chrono::hours(12);

TEST(ConnectorText, LosesWhatShowsNothing) {
  EXPECT_EQ(without_invisible("plain\n\ttext"), "plain\n\ttext");
  EXPECT_EQ(without_invisible(std::string("a\0b\x1B[0m\x7F", 8)), "ab[0m");
  EXPECT_EQ(
      without_invisible("a\xE2\x80\xAE"
                        "b\xE2\x81\xA9"
                        "c"),
      "abc"
  );  // direction
  EXPECT_EQ(
      without_invisible("a\xE2\x80\x8B"
                        "b\xEF\xBB\xBF"
                        "c"),
      "abc"
  );  // no width
  EXPECT_EQ(
      without_invisible("a\xF3\xA0\x81\xA9\xF3\xA0\x81\xA7"
                        "b"),
      "ab"
  );  // tags
  EXPECT_EQ(without_invisible("line\r\nline"), "line\nline");
}

TEST(ConnectorText, KeepsWhatScriptsAndEmojiNeed) {
  auto const family = "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7";
  EXPECT_EQ(without_invisible(family), family);
  EXPECT_EQ(without_invisible("\xC3\xA9\xE6\x97\xA5"), "\xC3\xA9\xE6\x97\xA5");
}

TEST(ConnectorText, IsUtf8WhateverCameIn) {
  EXPECT_EQ(without_invisible("a\xFFz"), "a\xEF\xBF\xBDz");
}

TEST(ConnectorText, LosesHtmlCommentsAlsoThoseWithoutAnEnd) {
  EXPECT_EQ(without_html_comments("a<!-- b -->c<!---->d"), "acd");
  EXPECT_EQ(without_html_comments("a<!-- b"), "a");
  EXPECT_EQ(without_html_comments("a <b> c"), "a <b> c");
}

TEST(ConnectorText, IsCutOnACharacterAndSaysHowMuchIsMissing) {
  EXPECT_EQ(shortened("abcdef", 6), "abcdef");
  EXPECT_EQ(shortened("abcdef", 2), "ab... [+4 bytes]");
  EXPECT_EQ(shortened("a\xC3\xA9z", 2), "a... [+3 bytes]");
}

TEST(ConnectorText, TimesAreShownToTheMinuteInUtc) {
  EXPECT_EQ(to_minute("2026-11-20T14:02:31.120Z"), "2026-11-20T14:02Z");
  EXPECT_EQ(to_minute("2026-11-20T14:02:31+02:00"), "2026-11-20T12:02Z");
  EXPECT_EQ(to_minute("2026-12-31T23:30:00-0100"), "2027-01-01T00:30Z");
  EXPECT_EQ(to_minute("2026-11-20 14:02:31 UTC"), std::nullopt);
  for (auto const* text :
       {"",
        "2026-11-20",
        "2026-13-20T14:02:31Z",
        "2026-11-20T14:02:31",
        "word",
        "2026-11-20T14:02:31Z and more"}) {
    EXPECT_EQ(to_minute(text), std::nullopt) << text;
  }
}

TEST(ConnectorText, TimesMayBeGivenAsHowLongAgo) {
  EXPECT_EQ(to_timestamp("7d", kNow), "2026-11-14T12:00:00Z");
  EXPECT_EQ(to_timestamp("24h", kNow), "2026-11-20T12:00:00Z");
  EXPECT_EQ(to_timestamp("90m", kNow), "2026-11-21T10:30:00Z");
  EXPECT_EQ(to_timestamp("2w", kNow), "2026-11-07T12:00:00Z");
  EXPECT_EQ(to_timestamp(" 2026-11-20 ", kNow), "2026-11-20");
  EXPECT_EQ(to_timestamp("2026-11-20T14:02:31+02:00", kNow), "2026-11-20T14:02:31+02:00");
  for (auto const* text : {"", "d", "7", "7y", "-7d", "99999999w", "999999w", "yesterday"}) {
    EXPECT_EQ(to_timestamp(text, kNow), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace davit::connector

#include "json/pattern.h"

#include <string>

#include <gtest/gtest.h>

namespace davit::json {
namespace {

constexpr std::size_t kMemory = 1 << 19;

bool found(std::string_view pattern, std::string_view text) {
  auto const compiled = Pattern::compile(pattern, kMemory);
  EXPECT_TRUE(compiled) << pattern << ": " << (compiled ? "" : compiled.error().message());
  return compiled && compiled->found_in(text);
}

std::string error_of(std::string_view pattern) {
  auto const compiled = Pattern::compile(pattern, kMemory);
  return compiled ? "none" : compiled.error().message();
}

TEST(Pattern, IsFoundAnywhereUnlessAnchored) {
  EXPECT_TRUE(found("b+", "abbc"));
  EXPECT_FALSE(found("^b+$", "abbc"));
  EXPECT_FALSE(found("^abc$", "abc\n"));
}

TEST(Pattern, MeansWhatEcma262Says) {
  struct Row {
    std::string_view pattern;
    std::string_view yes;
    std::string_view no;
  };
  constexpr Row kRows[] = {
      {"^.$", "\xE2\x82\xAC", "\xE2\x80\xA8"},  // a line separator ends a line
      {"^\\d$", "7", "\xDF\x80"},
      {"^\\w$", "_", "\xC3\xA9"},
      {"^\\s$", "\xC2\xA0", "x"},
      {"^\\S$", "x", "\xEF\xBB\xBF"},
      {"^[\\s\\d]$", "\v", "x"},
      {"^[^\\S]$", "\t", "x"},
      {"^[\\s-.]$", "-", "+"},
      {"^[\\w.-]+$", "a.b-c", "a b"},
      {"^[[x]$", "[", ":"},
      {"^[^]$", "\n", ""},
      {"^\\cJ$", "\n", "J"},
      {"^\\x41\\u0042\\u{43}$", "ABC", "abc"},
      {"^\\uD83D\\uDE00$", "\xF0\x9F\x98\x80", "x"},
      {"^\\p{Letter}+$", "\xC3\xA9t\xC3\xA9", "e1"},
      {"^\\p{gc=Lu}$", "A", "a"},
      {"^\\p{Script=Greek}$", "\xCE\xB1", "a"},
      {"^\\p{sc=Cyrl}$", "\xD0\xB1", "a"},
      {"^\\P{L}$", "1", "a"},
      {"^(?<year>\\d{4})-(?:\\d\\d)$", "2020-12", "2020"},
      {"^a\\/b\\-c$", "a/b-c", "a/b"},
      {"^{.*}$", "{x}", "x"},
      {"^\\0$", std::string_view("\0", 1), "0"},
      {"^[\\b]$", "\b", "b"},
      {"\\bcat\\b", "a cat", "concat"},
  };
  for (auto const& row : kRows) {
    EXPECT_TRUE(found(row.pattern, row.yes)) << row.pattern;
    EXPECT_FALSE(found(row.pattern, row.no)) << row.pattern;
  }
  EXPECT_FALSE(found("[]", "x"));
}

TEST(Pattern, SaysWhatItCannotDo) {
  for (auto const* pattern : {"(?=a)", "(?!a)", "(?<=a)b", "(?<!a)b"}) {
    EXPECT_EQ(error_of(pattern), "the pattern uses look-around, which is not supported");
  }
  for (auto const* pattern : {"(a)\\1", "(?<x>a)\\k<x>"}) {
    EXPECT_EQ(error_of(pattern), "the pattern uses a back reference, which is not supported");
  }
  EXPECT_EQ(error_of("^.{0,5000}$"), "the pattern repeats something more than 1000 times");
  EXPECT_EQ(error_of("\\p{L}{900}\\p{L}{900}"), "the pattern is too large");
}

TEST(Pattern, RefusesWhatIsMalformed) {
  for (auto const* pattern :
       {"(",        ")",           "[a",       "a**",           "\\",   "\\x4",  "\\u12", "\\z",
        "\\Qa\\E",  "(?i)a",       "(?P<x>a)", "\\p{Nonsense}", "\\pL", "\\c1",  "[b-a]", "\\01",
        "\\uD83D",  "\\u{110000}", "a{2,1}",   "\\p{",          "\\u{", "(?<>)", "(?",    "[\\",
        "\\p{x=L}", "\xFF"}) {
    EXPECT_NE(error_of(pattern), "none") << pattern;
  }
}

TEST(Pattern, TakesLinearTime) {
  std::string const text(100'000, 'a');
  EXPECT_FALSE(found("^(a+)+$", text + "b"));
  EXPECT_FALSE(found("^(a|a)*$", text + "b"));
  EXPECT_FALSE(found("(x+x+)+y", text));
}

}  // namespace
}  // namespace davit::json

// The pure parts of Confluence's tools.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "connectors/atlassian/confluence_cql.h"
#include "connectors/atlassian/confluence_diff.h"
#include "connectors/atlassian/confluence_matches.h"
#include "connectors/atlassian/confluence_references.h"
#include "connectors/atlassian/confluence_upload.h"

namespace davit::connectors::atlassian {
namespace {

TEST(ConfluenceCql, QuotesWhatever) {
  EXPECT_EQ(cql_quoted("ENG"), R"("ENG")");
  EXPECT_EQ(cql_quoted(R"(x" or space = "HR)"), R"("x\" or space = \"HR")");
  EXPECT_EQ(cql_quoted("x\\"), R"("x\\")");
  EXPECT_EQ(cql_quoted("x\\\" or"), R"("x\\\" or")");
  EXPECT_EQ(cql_quoted("a\nb\x01"), R"("a b ")");
}

TEST(ConfluenceCql, WordsKeepPhrasesAndLoseOperators) {
  EXPECT_EQ(cql_words("retry policy"), R"("retry policy")");
  EXPECT_EQ(cql_words(R"("retry policy" fast)"), R"("\"retry policy\" fast")");
  EXPECT_EQ(cql_words(R"(half " a phrase)"), R"("half a phrase")");
  EXPECT_EQ(cql_words(R"(x" or space = "HR)"), R"("x\" or space = \"HR")");
  EXPECT_EQ(cql_words("http://a.b/c?d"), R"("http a.b c d")");
  EXPECT_EQ(cql_words("pay* *ment co-op -not"), R"("pay* ment co-op not")");
  EXPECT_EQ(cql_words("a AND (b OR NOT c)~2"), R"("a and b or not c 2")");
  EXPECT_EQ(cql_words("\\\" or 1=1"), R"("or 1=1")");
  EXPECT_EQ(cql_words(" ?! "), "");
}

TEST(ConfluenceReferences, ReadTinyLinks) {
  // https://community.atlassian.com/t5/Confluence-questions/qaq-p/186555
  EXPECT_EQ(tiny_of("201819180"), "LIQHD");
  EXPECT_EQ(id_of_tiny("LIQHD"), "201819180");
  // '+' is '_' and '/' is '-', the other way round than elsewhere.
  EXPECT_EQ(tiny_of("98043"), "_34B");
  EXPECT_EQ(tiny_of("98047"), "-34B");
  for (auto const id : {"1", "64", "65536", "98310", "4294967296", "123456789012345"}) {
    EXPECT_EQ(id_of_tiny(tiny_of(id)), id);
  }
  for (auto const wrong : {"", "A", "!", "..", "AbCdEfGhIjKlMnO", "____________"}) {
    EXPECT_EQ(id_of_tiny(wrong), std::nullopt) << wrong;
  }
}

TEST(ConfluenceMatches, CountAsConfluenceDoes) {
  auto const document = json::parse(R"({"type":"doc","version":1,"content":[
    {"type":"paragraph","content":[
      {"type":"text","text":"retry "},
      {"type":"text","text":"policy","marks":[{"type":"strong"}]},
      {"type":"hardBreak"},
      {"type":"text","text":"retry"},
      {"type":"mention","attrs":{"id":"1"}},
      {"type":"text","text":" policy, retry policy"}]},
    {"type":"codeBlock","content":[{"type":"text","text":"retry policy"}]},
    {"type":"bulletList","content":[{"type":"listItem","content":[
      {"type":"paragraph","content":[{"type":"text","text":"retry policy"}]}]}]}]})");
  ASSERT_TRUE(document);
  auto const places = find_matches(*document, "retry policy");
  ASSERT_EQ(places.size(), 3U);
  EXPECT_EQ(places[0], "retry policy");
  EXPECT_EQ(places[1], "policy, retry policy");
  EXPECT_TRUE(find_matches(*document, "").empty());
  EXPECT_EQ(find_matches(*document, "t").size(), 4U);
}

TEST(ConfluenceDiff, ShowsWhatChanged) {
  EXPECT_EQ(unified_diff("a\nb\n", "a\nb\n", 1000).text, "");
  EXPECT_EQ(
      unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n", 1000).text,
      "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
  );
  EXPECT_EQ(unified_diff("", "a\n", 1000).text, "@@ -0,0 +1 @@\n+a\n");
  EXPECT_EQ(unified_diff("a\n", "", 1000).text, "@@ -1 +0,0 @@\n-a\n");
  auto const cut = unified_diff("a\n", std::string(500, 'b'), 100);
  EXPECT_TRUE(cut.is_cut);
  EXPECT_EQ(cut.text.size(), 100U);
}

TEST(ConfluenceDiff, EndsForTextsThatHaveNothingInCommon) {
  std::string before;
  std::string after;
  for (int i = 0; i < 3000; ++i) {
    before += fmt::format("old {}\n", i);
    after += fmt::format("new {}\n", i);
  }
  auto const diff = unified_diff(before, after, 1U << 20U);
  EXPECT_EQ(diff.added, 3000U);
  EXPECT_EQ(diff.removed, 3000U);
  EXPECT_FALSE(diff.is_cut);
}

TEST(ConfluenceUpload, WritesAForm) {
  auto const form = attachment_form("a.txt", "hello", "why");
  ASSERT_TRUE(form);
  auto const boundary = form->content_type.substr(form->content_type.find('=') + 1);
  EXPECT_EQ(
      form->body,
      fmt::format(
          "--{0}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n"
          "Content-Type: text/plain\r\n\r\nhello\r\n"
          "--{0}\r\nContent-Disposition: form-data; name=\"minorEdit\"\r\n\r\nfalse\r\n"
          "--{0}\r\nContent-Disposition: form-data; name=\"comment\"\r\n\r\nwhy\r\n--{0}--\r\n",
          boundary
      )
  );
  // Content that has the boundary of its own beginning gets another.
  auto const hostile = attachment_form("a.txt", "hello", "--" + boundary + "--");
  ASSERT_TRUE(hostile);
  EXPECT_EQ(hostile->content_type.find(boundary), std::string::npos);
  for (auto const name : {"", "..", "../a", "a/b", "a\\b", "a\r\nb", "a\"; x=\"b"}) {
    EXPECT_FALSE(attachment_form(name, "x", "")) << name;
  }
}

}  // namespace
}  // namespace davit::connectors::atlassian

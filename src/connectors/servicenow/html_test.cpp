#include "connectors/servicenow/html.h"

#include <gtest/gtest.h>

namespace davit::connectors::servicenow {
namespace {

TEST(ServiceNowHtml, BecomesLines) {
  EXPECT_EQ(html_to_text("<p>One</p><p>two<br>three</p>"), "One\ntwo\nthree");
  EXPECT_EQ(html_to_text("<ul><li>a</li><li>b</li></ul>"), "- a\n- b");
  EXPECT_EQ(html_to_text("<tr><td>a</td><td>b</td></tr>"), "a | b");
  EXPECT_EQ(html_to_text("<a href='https://x.example/y'>here</a>"), "here [https://x.example/y]");
  EXPECT_EQ(html_to_text("<a href='javascript:x()'>here</a>"), "here");
  EXPECT_EQ(html_to_text("a &lt;b&gt; &amp;lt; &#65;&#x42; &nope; &"), "a <b> &lt; AB &nope; &");
  EXPECT_EQ(html_to_text("<pre>a\n  b</pre>"), "a\n  b");
}

TEST(ServiceNowHtml, WhatNobodySeesIsLeftOut) {
  EXPECT_EQ(html_to_text("a<!-- hidden -->b"), "ab");
  EXPECT_EQ(html_to_text("a<script>x('</p>')</script>b"), "ab");
  EXPECT_EQ(html_to_text("a<style>p{}</STYLE>b"), "ab");
  EXPECT_EQ(html_to_text("a<img alt=\"chart\">b"), "a[chart]b");
}

TEST(ServiceNowHtml, NoTagComesOfWhatIsLeft) {
  EXPECT_EQ(html_to_text("a <<!-- x -->b>c"), "a < b>c");
  EXPECT_EQ(html_to_text("a <<i>b>c</i>"), "a < b>c");
  EXPECT_EQ(html_to_text("a </<i>b>c</i>"), "a </ b>c");
  EXPECT_EQ(html_to_text("<img alt='<b>x</b>'>a"), "a");
  EXPECT_EQ(html_to_text("<a href='https://x.example/<b>'>a</a>"), "a");
  EXPECT_EQ(html_to_text("a <<script>x</script>b>"), "a < b>");
}

TEST(ServiceNowHtml, BrokenMarkupEnds) {
  for (std::string_view const text :
       {"<",
        "</",
        "<!",
        "<!--",
        "<a",
        "<a href=\"",
        "<script>",
        "<script></scrip",
        "&",
        "&#",
        "&#x",
        "&#x110000;",
        "&#xD800;",
        "<1>",
        "< p>",
        "</>",
        "<p",
        "a<"}) {
    auto const plain = html_to_text(text);
    EXPECT_LE(plain.size(), text.size() + 1) << text;
  }
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<div><a href='https://x.example'>";
  EXPECT_EQ(html_to_text(deep), "");
  EXPECT_EQ(html_to_text(std::string(100'000, '<')).size(), 100'000U);
}

TEST(ServiceNowHtml, IsTakenForItOnlyWhenItIsClear) {
  EXPECT_EQ(html_field("<p>a</p>"), "a");
  EXPECT_EQ(html_field("a <b>c</b>"), std::nullopt);
  EXPECT_EQ(html_field("<html>"), std::nullopt);
  EXPECT_EQ(html_field(5), std::nullopt);
}
}  // namespace
}  // namespace davit::connectors::servicenow

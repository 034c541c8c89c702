// URI templates: what they take apart, and what never gets through.
#include "mcp/resource.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace davit::mcp {
namespace {

// "id=7, name=a", or "-" for no match.
std::string match(std::string_view text, std::string_view uri) {
  auto const compiled = UriTemplate::compile(text);
  EXPECT_TRUE(compiled) << text;
  auto const variables = compiled->match(uri);
  if (!variables) return "-";
  std::string shown;
  for (auto const& [name, value] : *variables) {
    if (!shown.empty()) shown += ", ";
    shown += fmt::format("{}={}", name, value);
  }
  return shown;
}

struct Case {
  const char* text;
  const char* uri;
  const char* result;
};

TEST(UriTemplate, TakesUrisApart) {
  Case const cases[] = {
      {"test://plain", "test://plain", ""},
      {"test://plain", "test://plain/", "-"},
      {"test://items/{id}", "test://items/7", "id=7"},
      {"test://items/{id}", "test://items/", "-"},
      {"test://items/{id}", "test://items", "-"},
      {"test://items/{id}", "test://other/7", "-"},
      {"test://items/{id}/data", "test://items/123/data", "id=123"},
      {"test://items/{id}/data", "test://items/123/data/more", "-"},
      {"test://{a}/x/{b}", "test://1/x/2", "a=1, b=2"},
      {"test://{a}-{b}", "test://one-two-three", "a=one, b=two-three"},
      {"test://{name}.{ending}", "test://archive.tar.gz", "ending=tar.gz, name=archive"},
      {"test://{a}/data", "test://data/data", "a=data"},
      {"test://{id}", "test://caf%C3%A9%20au", "id=caf\xC3\xA9 au"},
      {"test://{id}", "test://a%2Bb+c", "id=a+b+c"},
      {"search://all?q={q}", "search://all?q=x", "q=x"},
      {"search://all?q={q}", "search://all?q=x?y", "-"},
      {"search://all?q={q}", "search://all?q=x#y", "-"},
      {"file:///{+path}", "file:///a/b/c.txt", "path=a/b/c.txt"},
      {"file:///{+path}/raw", "file:///a/raw/b/raw", "path=a/raw/b"},
      {"repo://{+path}/at/{commit}", "repo://a/at/b/at/c", "commit=c, path=a/at/b"},
      {"repo://{owner}/{+path}", "repo://me/src/main.cpp", "owner=me, path=src/main.cpp"},
  };
  for (auto const& [text, uri, result] : cases) {
    EXPECT_EQ(match(text, uri), result) << text << " of " << uri;
  }
}

TEST(UriTemplate, NothingClimbsOutOfItsPlace) {
  std::string const with_nul("test://a\0b", 10);
  EXPECT_EQ(match("test://{id}", with_nul), "-");
  Case const cases[] = {
      {"test://{id}", "test://../etc", "-"},
      {"test://{id}", "test://..", "-"},
      {"test://{id}", "test://.", "-"},
      {"test://{id}", "test://%2e%2E", "-"},
      {"test://{id}", "test://..%2Fetc", "-"},
      {"test://{id}", "test://a%2Fb", "-"},
      {"test://{id}", "test://...", "id=..."},
      {"test://{id}", "test://a%00b", "-"},
      {"test://{id}", "test://a%", "-"},
      {"test://{id}", "test://a%2", "-"},
      {"test://{id}", "test://a%zz", "-"},
      {"test://{id}", "test://%FF", "-"},
      {"test://{id}", "test://%C0%AE%C0%AE", "-"},
      {"test://{id}", "test://%252e%252e", "id=%2e%2e"},  // decoded once
      {"file:///{+path}", "file:///../etc/passwd", "-"},
      {"file:///{+path}", "file:///a/../../etc/passwd", "-"},
      {"file:///{+path}", "file:///a/%2e%2e/b", "-"},
      {"file:///{+path}", "file:///a%2F..%2Fb", "-"},
      {"file:///{+path}", "file:///a/.", "-"},
      {"file:///{+path}", "file:////etc/passwd", "-"},
      {"file:///{+path}", "file:///%2Fetc/passwd", "-"},
      {"file:///{+path}", "file:///a/..b", "path=a/..b"},
      {"file://{+path}", "file:///home/me", "path=/home/me"},
  };
  for (auto const& [text, uri, result] : cases) {
    EXPECT_EQ(match(text, uri), result) << text << " of " << uri;
  }
}

TEST(UriTemplate, TakesLittleTimeForHostileUris) {
  std::string text = "test://";
  for (auto i = 0; i < 8; ++i) text += fmt::format("a{{+v{}}}", i);
  EXPECT_EQ(match(text + "b", "test://" + std::string(2000, 'a')), "-");
  EXPECT_EQ(match("test://{+v}", "test://" + std::string(2100, 'a')), "-");
}

TEST(UriTemplate, RefusesWhatItDoesNotSupport) {
  for (auto const* text :
       {"test://{",
        "test://}",
        "test://{}",
        "test://{+}",
        "test://{a",
        "test://{a}}",
        "test://{{a}}",
        "test://{a,b}",
        "test://{a*}",
        "test://{a:3}",
        "test://{/a}",
        "test://{?a}",
        "test://{#a}",
        "test://{a b}",
        "test://{a}{b}",
        "test://{a}/{a}"}) {
    auto const compiled = UriTemplate::compile(text);
    ASSERT_FALSE(compiled) << text;
    EXPECT_EQ(compiled.error().kind(), ErrorKind::invalid_input);
    EXPECT_NE(compiled.error().message().find(text), std::string::npos);
  }
}

}  // namespace
}  // namespace davit::mcp

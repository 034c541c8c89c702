#include "json/json.h"

#include <gtest/gtest.h>

namespace davit::json {
namespace {

TEST(Parse, TakesOneTextAndNothingBehindIt) {
  EXPECT_TRUE(parse(" {\"a\":[1,2,{\"b\":null}]} \n"));
  for (auto const* bad :
       {"", "{", "{}{}", "[1,]", "{'a':1}", "nul", "\"\xFF\"", "01", "[1] x", "NaN"}) {
    EXPECT_FALSE(parse(bad)) << bad;
  }
}
TEST(Parse, BoundsTheDepth) {
  auto const nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_TRUE(parse(nested(kMaxDepth)));
  EXPECT_FALSE(parse(nested(kMaxDepth + 1)));
  EXPECT_FALSE(parse(std::string(1'000'000, '[')));
}
TEST(Parse, SaysWhere) {
  EXPECT_NE(parse("{\"a\":x}").error().message().find("byte 5"), std::string::npos);
}

TEST(Find, WalksKeysAndIndexesAndStopsAtNull) {
  auto const value = *parse(R"({"a":{"b":[{"c":"x"},null]},"n":5.0,"t":true,"z":null})");
  EXPECT_EQ(find_string(value, "a.b.0.c"), "x");
  EXPECT_EQ(find(value, "a.b.1"), nullptr);
  EXPECT_EQ(find(value, "a.b.7.c"), nullptr);
  EXPECT_EQ(find(value, "z.y"), nullptr);
  EXPECT_EQ(find_int(value, "n"), 5);
  EXPECT_EQ(find_int(value, "a"), std::nullopt);
  EXPECT_EQ(find_bool(value, "t"), true);
}

TEST(Canonical, OrdersKeysAtEveryLevel) {
  EXPECT_EQ(
      canonical(*parse(R"({"b":[{"d":1,"c":"\n"}],"a":{}})")), R"({"a":{},"b":[{"c":"\n","d":1}]})"
  );
}
TEST(Text, LongValuesComeOutWhole) {
  Value const value = Array{String(10'000, 'x'), "end"};
  EXPECT_EQ(*parse(to_text(value)), value);
}

}  // namespace
}  // namespace davit::json

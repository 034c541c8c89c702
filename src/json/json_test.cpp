#include "json/json.h"

#include <limits>

#include <boost/json/monotonic_resource.hpp>
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

TEST(Parse, RefusesNumbersThatItCannotHold) {
  for (auto const* bad : {"1e999", "[-2e599]", R"({"a":[{"b":0e999}]})"}) {
    EXPECT_FALSE(parse(bad)) << bad;
  }
  EXPECT_TRUE(parse("[1e308,-1e-308,18446744073709551615]"));
}
TEST(Parse, TakesItsMemoryWhereItIsTold) {
  boost::json::monotonic_resource memory;
  EXPECT_EQ(parse(R"({"a":[1]})", &memory)->storage().get(), &memory);
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

TEST(Json, LookupsInAnObjectPointIntoThatObject) {
  Object const object{{"a", {{"list", Array{1, 2}}, {"text", "x"}}}, {"none", nullptr}};
  EXPECT_EQ(find(object, "a.text"), object.at("a").get_object().if_contains("text"));
  EXPECT_EQ(find_array(object, "a.list"), &object.at("a").at("list").get_array());
  EXPECT_EQ(find_string(object, "a.text"), "x");
  EXPECT_EQ(find_int(object, "a.list.1"), 2);
  EXPECT_EQ(find(object, "none"), nullptr);
  EXPECT_EQ(find(object, ""), nullptr);
  EXPECT_EQ(find(object, "a.z"), nullptr);
}

TEST(Canonical, OrdersKeysAtEveryLevel) {
  EXPECT_EQ(
      canonical(*parse(R"({"b":[{"d":1,"c":"\n"}],"a":{}})")), R"({"a":{},"b":[{"c":"\n","d":1}]})"
  );
}
TEST(Text, HasEveryKindOfValueInItsShortestForm) {
  struct Case {
    Value value;
    std::string_view text;
  };
  Case const cases[] = {
      {nullptr, "null"},
      {true, "true"},
      {false, "false"},
      {-7, "-7"},
      {std::numeric_limits<std::int64_t>::min(), "-9223372036854775808"},
      {std::numeric_limits<std::uint64_t>::max(), "18446744073709551615"},
      {"\"\\\n\x01\x7F\xC3\xA9", "\"\\\"\\\\\\n\\u0001\x7F\xC3\xA9\""},
      {Array(), "[]"},
      {Object(), "{}"},
      {Array{1, Array{}, Object{{"a", Array{"b"}}}}, R"([1,[],{"a":["b"]}])"},
      {Object{{"a", 1}, {"\"", Object{{"b", nullptr}}}}, R"({"a":1,"\"":{"b":null}})"},
  };
  for (auto const& [value, text] : cases) {
    EXPECT_EQ(to_text(value), text);
    EXPECT_EQ(*parse(text), value);
  }
}
TEST(Text, DoublesArePlainWhereAReaderExpectsIt) {
  struct Case {
    double value;
    std::string_view text;
  };
  constexpr Case kCases[] = {
      {61.2, "61.2"},
      {0.5, "0.5"},
      {5.0, "5"},
      {-0.1, "-0.1"},
      {0.0, "0"},
      {100000.0, "100000"},
      {1.0 / 3, "0.3333333333333333"},
      {0.000001, "0.000001"},
      {1e-7, "1e-07"},
      {123456789012345680000.0, "123456789012345683968"},
      {1e21, "1e+21"},
      {1e30, "1e+30"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {5e-324, "5e-324"},
  };
  for (auto const& [value, text] : kCases) {
    EXPECT_EQ(to_text(value), text);
    EXPECT_EQ(parse(text)->to_number<double>(), value) << text;
  }
  EXPECT_EQ(to_text(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(to_text(std::numeric_limits<double>::quiet_NaN()), "null");
}
TEST(Text, LongValuesComeOutWhole) {
  Value const value = Array{String(10'000, 'x'), "end"};
  EXPECT_EQ(*parse(to_text(value)), value);
}

}  // namespace
}  // namespace davit::json

#include "connector/projection.h"

#include <gtest/gtest.h>

#include "connector/budget.h"

namespace davit::connector {
namespace {

std::string kept(Keep keep, std::string_view answer) {
  return json::to_text(Projection(keep).apply(*json::parse(answer), {}));
}

TEST(Projection, KeepsFieldsInTheOrderOfTheText) {
  EXPECT_EQ(kept("b a", R"({"a":1,"b":2,"c":3})"), R"({"b":2,"a":1})");
}

TEST(Projection, APathGoesUnderItsFirstStepOrTheGivenName) {
  auto const answer = R"({"author":{"username":"mina","id":1}})";
  EXPECT_EQ(kept("author.username", answer), R"({"author":"mina"})");
  EXPECT_EQ(kept("by=author.username", answer), R"({"by":"mina"})");
  EXPECT_EQ(kept("author.missing.deeper", answer), "{}");
}

TEST(Projection, GoesAcrossArraysAndByIndex) {
  auto const answer = R"({"users":[{"name":"a"},{"id":1},{"name":"b"}]})";
  EXPECT_EQ(kept("users.name", answer), R"({"users":["a","b"]})");
  EXPECT_EQ(kept("first=users.0.name", answer), R"({"first":"a"})");
}

TEST(Projection, NarrowsObjectsAndTheElementsOfArrays) {
  auto const answer = R"({"notes":[{"id":1,"body":"x","noise":2},{"id":2}],"at":{"id":3,"x":4}})";
  EXPECT_EQ(
      kept("notes{id body} at{id}", answer),
      R"({"notes":[{"id":1,"body":"x"},{"id":2}],"at":{"id":3}})"
  );
}

TEST(Projection, OfTwoFieldsWithOneNameTheFirstThatIsThereStays) {
  EXPECT_EQ(kept("path=full path", R"({"full":null,"path":"b"})"), R"({"path":"b"})");
  EXPECT_EQ(kept("path=full path", R"({"full":"a","path":"b"})"), R"({"path":"a"})");
}

TEST(Projection, LeavesOutWhatSaysNothing) {
  EXPECT_EQ(
      kept("a b c d e f", R"({"a":null,"b":"","c":[],"d":{},"e":false,"f":0})"),
      R"({"e":false,"f":0})"
  );
  EXPECT_EQ(kept("a? b? c?", R"({"a":false,"b":0,"c":true})"), R"({"c":true})");
}

TEST(Projection, CleansForeignTextAndNamesItsFields) {
  Projection const keep("title~10 notes{body~} id");
  auto const answer =
      json::parse(R"({"title":"0123<!-- x -->456789abc","notes":[{"body":"x\u202e"}]})");
  EXPECT_EQ(
      json::to_text(keep.apply(*answer, {})),
      R"({"title":"0123456789... [+3 bytes]","notes":[{"body":"x"}]})"
  );
  EXPECT_EQ(keep.foreign(), (std::vector<std::string>{"title", "notes.body"}));
}

TEST(Projection, ShortensTimesOfTheApiButNotWordsOfPeople) {
  auto const answer = R"({"at":"2026-11-20T14:02:31.120Z","said":"2026-11-20T14:02:31Z"})";
  EXPECT_EQ(
      kept("at said~", answer), R"({"at":"2026-11-20T14:02Z","said":"2026-11-20T14:02:31Z"})"
  );
}

TEST(Projection, OfNothingKeepsEverythingCleaned) {
  EXPECT_EQ(kept("", R"({"a":"x\u0007","n":60.0,"b":null})"), R"({"a":"x","n":60})");
}

TEST(Projection, IsTheSameForEachRowOfAList) {
  EXPECT_EQ(kept("id", R"([{"id":1,"x":2},{"x":3},{"id":4}])"), R"([{"id":1},{"id":4}])");
}

TEST(KeepText, IsRefusedWhenItIsNoKeepText) {
  for (auto const* text : {"a  b", " a", "a{b", "a}b", "=a", "a=", "a,b", "{a}"}) {
    EXPECT_ANY_THROW(check_keep(text)) << text;
  }
}

TEST(Budget, KnowsTheSizeOfJsonWithoutWritingIt) {
  for (auto const* text :
       {"null",
        "true",
        "[]",
        "{}",
        "[1,-2,3]",
        R"({"a":"b\n\"\\","c":[1,{"d":null}]})",
        R"("\u0001\u001f")",
        "18446744073709551615"}) {
    auto const value = *json::parse(text);
    EXPECT_EQ(json_size(value), json::to_text(value).size()) << text;
  }
}

TEST(Budget, CountsWholeItemsAndAtLeastOne) {
  auto const items = json::parse(R"(["aaaa","bbbb","cccc"])")->get_array();  // 7 bytes each
  EXPECT_EQ(count_that_fit(items, 100), 3U);
  EXPECT_EQ(count_that_fit(items, 14), 2U);
  EXPECT_EQ(count_that_fit(items, 13), 1U);
  EXPECT_EQ(count_that_fit(items, 0), 1U);
  EXPECT_EQ(count_that_fit({}, 0), 0U);
}

TEST(Budget, ShrinksTheLongestPartFirst) {
  json::Value value{{"short", "abc"}, {"long", std::string(5000, 'x')}};
  EXPECT_EQ(shrink(value, 1000), std::vector<std::string>{"long"});
  EXPECT_LE(json_size(value), 1000U);
  EXPECT_GT(json_size(value), 900U);
  EXPECT_TRUE(json::find_string(value, "long")->ends_with(" bytes]"));
  EXPECT_EQ(json::find_string(value, "short"), "abc");
}

TEST(Budget, CutsLongListsAtTheirEnd) {
  json::Array rows;
  for (int i = 0; i < 1000; ++i) rows.push_back({{"id", i}});
  json::Value value{{"rows", rows}};
  EXPECT_EQ(shrink(value, 2000), std::vector<std::string>{"rows"});
  EXPECT_LE(json_size(value), 2000U);
  EXPECT_EQ(json::find_int(value, "rows.0.id"), 0);
  EXPECT_GT(json::find_array(value, "rows")->size(), 100U);
}

TEST(Budget, ShrinksNestedTextsUntilAllFits) {
  json::Array jobs;
  for (int i = 0; i < 5; ++i) jobs.push_back({{"log", std::string(20'000, 'x')}});
  json::Value value{{"jobs", jobs}};
  auto const cut = shrink(value, 48'000);
  EXPECT_LE(json_size(value), 48'000U);
  EXPECT_EQ(json::find_array(value, "jobs")->size(), 5U);
  EXPECT_FALSE(cut.empty());
}

TEST(Budget, LeavesWhatFits) {
  json::Value value{{"a", "b"}};
  EXPECT_TRUE(shrink(value, 100).empty());
}

}  // namespace
}  // namespace davit::connector

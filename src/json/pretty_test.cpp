#include "json/pretty.h"

#include <gtest/gtest.h>

namespace davit::json {
namespace {

TEST(Pretty, KeepsShortListsOnOneLineAndTheOrderOfMembers) {
  auto const value =
      *parse(R"({"z":1,"a":[1,2,{"b":null}],"empty":[],"none":{},"text":"a\"b","deep":[[1],["x"]]})"
      );
  EXPECT_EQ(pretty(value), R"({
  "z": 1,
  "a": [
    1,
    2,
    {"b":null}
  ],
  "empty": [],
  "none": {},
  "text": "a\"b",
  "deep": [
    [1],
    ["x"]
  ]
})");
}

TEST(Pretty, WrapsWhatDoesNotFitIntoALine) {
  Value const value = Object{{"list", Array{String(60, 'a'), String(60, 'b')}}};
  EXPECT_EQ(
      pretty(value),
      "{\n  \"list\": [\n    \"" + std::string(60, 'a') + "\",\n    \"" + std::string(60, 'b') +
          "\"\n  ]\n}"
  );
}

TEST(Pretty, ReadsBackAsItWas) {
  for (auto const* text :
       {"null", "1", "\"\\u001b\"", "[]", "{}", "[[[[]]]]", R"({"a":{"b":{"c":[1,{"d":[]}]}}})"}) {
    auto const value = *parse(text);
    EXPECT_EQ(*parse(pretty(value)), value) << text;
  }
}

}  // namespace
}  // namespace davit::json

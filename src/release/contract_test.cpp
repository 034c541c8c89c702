#include "release/contract.h"

#include <chrono>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/case_file.h"

namespace davit::release {
namespace {

using testing::CaseFile;

json::Array tools_of(std::string_view text) {
  auto const value = json::parse(text);
  EXPECT_TRUE(value && value->is_array()) << text;
  return value && value->is_array() ? value->get_array() : json::Array();
}

// One tool with this input schema.
json::Array tool(std::string_view schema) {
  return tools_of(fmt::format(R"([{{"name":"t","inputSchema":{}}}])", schema));
}

TEST(Contract, SaysWhatChangedInEveryCase) {
  auto const names = testing::case_names("testdata/contract");
  ASSERT_GE(names.size(), 10U);
  for (auto const& name : names) {
    SCOPED_TRACE(name);
    testing::expect_case("testdata/contract/" + name + ".case", [](const CaseFile& file) {
      auto const before = tools_of(file.section("before"));
      auto const after = tools_of(file.section("after"));
      EXPECT_TRUE(compare_tools(before, before).empty());
      EXPECT_TRUE(compare_tools(after, after).empty());
      return to_text(compare_tools(before, after));
    });
  }
}

TEST(Contract, BreakingComesFirstThenByTool) {
  auto const changes = compare_tools(
      tools_of(R"([{"name":"b"},{"name":"c"},{"name":"d","description":"x"}])"),
      tools_of(R"([{"name":"a"},{"name":"d","description":"y"}])")
  );
  EXPECT_EQ(
      to_text(changes),
      "! b: the tool is gone\n"
      "! c: the tool is gone\n"
      "+ a: the tool is new\n"
      "~ d: its description changed\n"
  );
  EXPECT_TRUE(is_breaking(changes));
  EXPECT_EQ(
      json::to_text(to_json(changes).get_array()[0]),
      R"({"weight":"breaking","what":"the tool is gone","tool":"b"})"
  );
}

TEST(Contract, NoChangesAreSaidToo) { EXPECT_EQ(to_text({}), "no changes\n"); }

std::string nested(std::size_t depth, std::string_view innermost) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += R"({"type":"object","properties":{"a":)";
  text += innermost;
  for (std::size_t i = 0; i < depth; ++i) text += "}}";
  return text;
}

TEST(Contract, DeepSchemasAreComparedToTheirEnd) {
  auto const changes = compare_tools(
      tool(nested(28, R"({"type":"string"})")), tool(nested(28, R"({"type":"null"})"))
  );
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_NE(changes[0].what.find("is null now, and was string"), std::string::npos);
}

TEST(Contract, ASchemaThatContainsItselfIsComparedOnce) {
  auto const tree = [](std::string_view value) {
    return tool(
        R"({"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{)"
        R"("value":{"type":")" +
        std::string(value) +
        R"("},"left":{"$ref":"#/$defs/node"},"right":{"anyOf":[{"$ref":"#/$defs/node"},)"
        R"({"type":"null"}]}}}}})"
    );
  };
  auto const changes = compare_tools(tree("number"), tree("integer"));
  EXPECT_TRUE(is_breaking(changes));
  EXPECT_LT(changes.size(), 10U) << to_text(changes);
}

TEST(Contract, ReferencesInACircleAreSaid) {
  auto const changes = compare_tools(
      tool(R"({"properties":{"a":{"type":"string"}}})"),
      tool(R"({"properties":{"a":{"$ref":"#/$defs/x"}},)"
           R"("$defs":{"x":{"$ref":"#/$defs/y"},"y":{"$ref":"#/$defs/x"}}})")
  );
  EXPECT_EQ(
      to_text(changes),
      "! t: argument `a`: cannot be compared: in the new schema, its references lead in a circle\n"
  );
}

// Every level refers twice to the next: 2 to the 40th paths.
std::string doubling(std::string_view innermost) {
  std::string defs;
  for (int i = 0; i < 40; ++i) {
    auto const next = fmt::format(R"({{"$ref":"#/$defs/n{}"}})", i + 1);
    defs += fmt::format(
        R"("n{}":{{"anyOf":[{{"type":"object","properties":{{"a":{}}}}},)"
        R"({{"type":"array","items":{}}}]}},)",
        i,
        next,
        next
    );
  }
  return R"({"properties":{"a":{"$ref":"#/$defs/n0"}},"$defs":{)" + defs + R"("n40":)" +
         std::string(innermost) + "}}";
}

TEST(Contract, HostileSchemasEndSoonAndCountAsBreaking) {
  auto const began = std::chrono::steady_clock::now();
  auto const changes =
      compare_tools(tool(doubling(R"({"type":"string"})")), tool(doubling(R"({"type":"null"})")));
  EXPECT_TRUE(is_breaking(changes));
  EXPECT_LT(changes.size(), 2000U);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
}

TEST(Contract, NoMoreChangesAreKeptThanABound) {
  json::Array tools;
  for (int i = 0; i < 3000; ++i) tools.push_back(json::Object{{"name", std::to_string(i)}});
  auto const changes = compare_tools({}, tools);
  EXPECT_EQ(changes.size(), 1001U);
  EXPECT_EQ(changes[0].what, "there are more changes than are listed here");
}

TEST(Contract, NamesCannotForgeALine) {
  auto const changes = compare_tools({}, tools_of(R"([{"name":"a\n! b: the tool is gone"}])"));
  EXPECT_EQ(to_text(changes), "+ a?! b: the tool is gone: the tool is new\n");
}

TEST(Contract, WhatIsNoToolListIsNoCrash) {
  auto const odd = tools_of(
      R"([1,null,{"name":3},{"name":"t","inputSchema":7,"outputSchema":[],"annotations":"x"}])"
  );
  EXPECT_TRUE(compare_tools(odd, odd).empty());
  EXPECT_TRUE(is_breaking(compare_tools(tool(R"({"type":"object"})"), odd)));
}

}  // namespace
}  // namespace davit::release

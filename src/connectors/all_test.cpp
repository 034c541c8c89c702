#include "connectors/all.h"

#include <iostream>
#include <set>

#include <gtest/gtest.h>

#include "base/strings.h"
#include "connector/definition.h"

namespace davit::connectors {
namespace {

using connector::Str;
using connector::Tool;

constexpr Str kNameCharacters = "abcdefghijklmnopqrstuvwxyz0123456789_";

template <class Visit>
void for_all_tools(Visit visit) {
  for (auto const* connector : all()) {
    connector::for_each_tool(*connector, [&](const Tool& tool) { visit(*connector, tool); });
  }
}

TEST(AllConnectors, AreFoundByName) {
  for (auto const* connector : all()) EXPECT_EQ(find(connector->name), connector);
  EXPECT_EQ(find("nothing"), nullptr);
}

TEST(AllTools, HaveUniqueNamesThatEveryClientTakes) {
  std::set<Str> names;
  for_all_tools([&](const connector::Connector&, const Tool& tool) {
    EXPECT_TRUE(names.insert(tool.name).second) << tool.name;
    EXPECT_LE(tool.name.size(), 64U) << tool.name;
    EXPECT_EQ(tool.name.find_first_not_of(kNameCharacters), Str::npos) << tool.name;
  });
}

TEST(AllTools, BelongToAToolsetOfTheirConnector) {
  for_all_tools([](const connector::Connector& connector, const Tool& tool) {
    auto const is_own = [&](const connector::Toolset& set) { return set.name == tool.toolset; };
    EXPECT_TRUE(std::ranges::any_of(connector.toolsets, is_own)) << tool.name;
  });
}

TEST(AllTools, AreDescribedInSentences) {
  for_all_tools([](const connector::Connector&, const Tool& tool) {
    EXPECT_TRUE(tool.description.ends_with('.')) << tool.name;
    EXPECT_LE(tool.description.size(), 200U) << tool.name;
    for (auto const& param : tool.params) {
      auto const& text = param.description;
      EXPECT_TRUE(text.empty() || text.ends_with('.')) << tool.name << ' ' << param.name;
    }
  });
}

// Some clients refuse a whole list for one schema with a combinator at its top.
TEST(AllTools, HaveFlatSchemas) {
  for_all_tools([](const connector::Connector&, const Tool& tool) {
    auto const definition = connector::define(tool);
    auto const& schema = definition.input_schema;
    EXPECT_EQ(schema.at("type"), "object") << tool.name;
    EXPECT_EQ(schema.at("additionalProperties"), false) << tool.name;
    for (auto const key : {"anyOf", "oneOf", "allOf", "not", "$ref", "$defs"}) {
      EXPECT_FALSE(schema.contains(key)) << tool.name;
    }
    EXPECT_LE(schema.at("properties").get_object().size(), 18U) << tool.name;
  });
}

TEST(AllTools, AreAnnotatedByTheirEffect) {
  for_all_tools([](const connector::Connector&, const Tool& tool) {
    auto const hints = connector::define(tool).annotations;
    EXPECT_EQ(hints.read_only, tool.effect == connector::Effect::read) << tool.name;
    EXPECT_EQ(hints.destructive, tool.effect == connector::Effect::destroy) << tool.name;
    EXPECT_TRUE(hints.open_world) << tool.name;
  });
}

// Text that is JSON inside a row, which the compiler does not read.
TEST(AllTools, HaveSchemasAndBodiesThatAreJson) {
  for_all_tools([](const connector::Connector&, const Tool& tool) {
    if (!tool.call.body.empty()) {
      EXPECT_TRUE(json::parse(tool.call.body)) << tool.name;
    }
    for (auto const& param : tool.params) {
      if (param.schema.empty()) continue;
      auto const schema = json::parse(param.schema);
      ASSERT_TRUE(schema && schema->is_object()) << tool.name << ' ' << param.name;
      EXPECT_EQ(json::find_string(*schema, "type"), "object") << tool.name << ' ' << param.name;
    }
  });
}

TEST(AllTools, ArePrefixedByTheirConnector) {
  for_all_tools([](const connector::Connector& connector, const Tool& tool) {
    auto const prefixes = connector.prefixes.empty() ? connector.name : connector.prefixes;
    auto const words = split(prefixes, ' ');
    auto const fits = [&](Str prefix) {
      return tool.name.starts_with(prefix) && tool.name.substr(prefix.size()).starts_with('_');
    };
    EXPECT_TRUE(std::ranges::any_of(words, fits)) << tool.name;
  });
}

// What a client pays before its first call, of what is offered by default.
TEST(AllTools, AreShortToList) {
  for (auto const* connector : all()) {
    std::size_t bytes = 0;
    std::size_t count = 0;
    std::size_t all_bytes = 0;
    std::size_t all_count = 0;
    connector::for_each_tool(*connector, [&](const Tool& tool) {
      auto definition = connector::define(tool);
      definition.output_schema.reset();
      auto const size = connector::listed_bytes(definition);
      all_bytes += size;
      ++all_count;
      if (tool.offer != connector::Offer::by_default) return;
      bytes += size;
      ++count;
    });
    std::cout << connector->name << ": " << count << " tools by default, " << bytes << " bytes, "
              << bytes / count << " each; all " << all_count << ": " << all_bytes << " bytes\n";
    EXPECT_LE(bytes, connector::kListBudget) << connector->name;
  }
}

}  // namespace
}  // namespace davit::connectors

// What a server takes, keeps in order, gives back and tells.
#include "mcp/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/mcp_features.h"

namespace davit::mcp {
namespace {

using ::testing::ElementsAre;

class AServer : public ::testing::Test {
 protected:
  static Tool make(std::string name) {
    return testing::tools::make(std::move(name), R"({"type":"object"})", testing::tools::echo);
  }
  static ResourceTemplate make_template(std::string text) {
    ResourceTemplate made{std::move(text), "t"};
    made.handler = testing::features::item;
    return made;
  }
  Server server{{{"s", "1", ""}, ""}};
};

TEST_F(AServer, TakesCompleteTools) {
  EXPECT_TRUE(server.add_tool(make("a")));
  EXPECT_TRUE(server.add_tool(make(std::string(128, 'z'))));
  EXPECT_TRUE(server.add_tool(make("Get.it_now-2")));
  ASSERT_EQ(server.tools().size(), 3u);
  EXPECT_EQ(server.tools().front()->tool.definition.name, "a");
  EXPECT_EQ(server.find_tool("a"), server.tools().front());
  EXPECT_EQ(server.find_tool("A"), nullptr);
}

TEST_F(AServer, RefusesNamesThatClientsMayNotTake) {
  for (auto const* name : {"", " ", "two words", "a/b", "caf\xC3\xA9", "a,b", "a\n"}) {
    auto const added = server.add_tool(make(name));
    ASSERT_FALSE(added) << name;
    EXPECT_EQ(added.error().kind(), ErrorKind::invalid_input);
  }
  EXPECT_FALSE(server.add_tool(make(std::string(129, 'z'))));
  EXPECT_TRUE(server.tools().empty());
}

TEST_F(AServer, RefusesTheSameNameTwice) {
  ASSERT_TRUE(server.add_tool(make("a")));
  auto const again = server.add_tool(make("a"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind(), ErrorKind::conflict);
  EXPECT_EQ(server.tools().size(), 1u);
}

TEST_F(AServer, RefusesAToolWithoutAHandler) {
  auto tool = make("a");
  tool.handler = nullptr;
  EXPECT_FALSE(server.add_tool(std::move(tool)));
}

TEST_F(AServer, RefusesSchemasThatDoNotCompileOrTakeNoObject) {
  for (auto const* input :
       {"{}",
        R"({"type":"array"})",
        R"({"type":["object","null"]})",
        R"({"type":"object","properties":7})",
        R"({"type":"object","$ref":"https://elsewhere.example/schema"})",
        R"({"type":"object","properties":{"n":{"type":"number","x-mcp-header":"N"}}})",
        R"({"type":"object","$schema":"http://json-schema.org/draft-07/schema#"})"}) {
    auto tool = make("a");
    tool.definition.input_schema = testing::tools::schema(input);
    auto const added = server.add_tool(std::move(tool));
    ASSERT_FALSE(added) << input;
    EXPECT_EQ(added.error().kind(), ErrorKind::invalid_input);
    EXPECT_NE(added.error().message().find("tool 'a'"), std::string::npos);
  }
  auto tool = make("a");
  tool.definition.output_schema = testing::tools::schema(R"({"type":"nothing"})");
  auto const added = server.add_tool(std::move(tool));
  ASSERT_FALSE(added);
  EXPECT_NE(added.error().message().find("output schema"), std::string::npos);
}

TEST_F(AServer, ForgetsWhatIsRemovedAndKeepsTheOrder) {
  for (auto const* name : {"a", "b", "c"}) ASSERT_TRUE(server.add_tool(make(name)));
  auto const kept = server.find_tool("b");
  EXPECT_TRUE(server.remove_tool("b"));
  EXPECT_FALSE(server.remove_tool("b"));
  EXPECT_EQ(server.find_tool("b"), nullptr);
  EXPECT_EQ(kept->tool.definition.name, "b");  // a call that runs still has it
  ASSERT_TRUE(server.add_tool(make("b")));
  ASSERT_EQ(server.tools().size(), 3u);
  EXPECT_EQ(server.tools()[1]->tool.definition.name, "c");
  EXPECT_EQ(server.tools()[2]->tool.definition.name, "b");
}

TEST_F(AServer, RefusesResourcesThatAreNone) {
  using testing::features::text;
  for (auto const* uri : {"", "no-scheme", "/etc/hosts", "1x://a", "test://a b", "test://{a}"}) {
    EXPECT_FALSE(server.add_resource({{uri, "r"}, text})) << uri;
  }
  EXPECT_FALSE(server.add_resource({{"test://a", "r"}, nullptr}));
  ASSERT_TRUE(server.add_resource({{"test://a", "r"}, text}));
  auto const again = server.add_resource({{"test://a", "r"}, text});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind(), ErrorKind::conflict);
  EXPECT_TRUE(server.remove_resource("test://a"));
  EXPECT_FALSE(server.remove_resource("test://a"));
}

TEST_F(AServer, RefusesTemplatesThatAreNone) {
  for (auto const* text : {"{+anything}", "no-scheme/{id}", "test://{a}{b}", "test://{?q}"}) {
    EXPECT_FALSE(server.add_template(make_template(text))) << text;
  }
  auto completes = make_template("test://{id}");
  completes.completers["other"] = testing::features::numbers;
  EXPECT_FALSE(server.add_template(completes));
  completes.completers = {{"id", testing::features::numbers}};
  EXPECT_TRUE(server.add_template(completes));
  EXPECT_FALSE(server.add_template(completes));
}

TEST_F(AServer, RefusesPromptsThatAreNone) {
  using testing::features::breaks;
  EXPECT_FALSE(server.add_prompt({"", "", "", {}, {}, breaks}));
  EXPECT_FALSE(server.add_prompt({"p", "", "", {}, {}, nullptr}));
  EXPECT_FALSE(server.add_prompt({"p", "", "", {{"a"}, {"a"}}, {}, breaks}));
  ASSERT_TRUE(server.add_prompt({"p", "", "", {{"a"}, {"b"}}, {}, breaks}));
  EXPECT_FALSE(server.add_prompt({"p", "", "", {}, {}, breaks}));
  EXPECT_TRUE(server.remove_prompt("p"));
  EXPECT_FALSE(server.remove_prompt("p"));
}

TEST_F(AServer, TellsItsListenersOfChanges) {
  std::vector<std::string> told;
  auto const note = [&told](const Change& change) {
    constexpr const char* kNames[] = {"tools", "prompts", "resources", "updated "};
    told.push_back(kNames[static_cast<std::size_t>(change.kind)] + change.uri);
  };
  auto const number = server.add_listener(note);
  std::size_t once = 0;
  once = server.add_listener([&](const Change&) {
    told.emplace_back("once");
    server.remove_listener(once);
  });
  ASSERT_TRUE(server.add_tool(make("a")));
  ASSERT_TRUE(server.remove_tool("a"));
  ASSERT_TRUE(server.add_template(make_template("test://{id}")));
  server.resource_updated("test://7");
  server.announce({Change::Kind::prompts});
  ASSERT_FALSE(server.add_tool(make("not a name")));
  server.remove_listener(number);
  server.resource_updated("test://8");
  EXPECT_THAT(
      told, ElementsAre("tools", "once", "tools", "resources", "updated test://7", "prompts")
  );
}

}  // namespace
}  // namespace davit::mcp

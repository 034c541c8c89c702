// Names and numbers of the protocol, and what a server takes as a tool.
#include <gtest/gtest.h>

#include "mcp/dispatch.h"
#include "support/mcp_tools.h"

namespace davit::mcp {
namespace {

TEST(Revisions, AreInOrderAndKnowTheirEra) {
  for (std::size_t i = 0; i < kRevisions.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kRevisions[i].revision), i);
    EXPECT_EQ(find_revision(kRevisions[i].name), &kRevisions[i]);
    if (i > 0) EXPECT_LT(kRevisions[i - 1].name, kRevisions[i].name);
  }
  EXPECT_EQ(era_of(Revision::v2025_11_25), Era::legacy);
  EXPECT_EQ(era_of(Revision::v2026_07_28), Era::modern);
  EXPECT_EQ(era_of(kNewestLegacy), Era::legacy);
  EXPECT_EQ(find_revision("2026-07-2"), nullptr);
  EXPECT_EQ(find_revision(""), nullptr);
}

TEST(LogLevels, HaveNamesInRisingOrder) {
  auto last = -1;
  for (std::string_view const name :
       {"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"}) {
    auto const level = parse_log_level(name);
    ASSERT_TRUE(level) << name;
    EXPECT_EQ(to_string(*level), name);
    EXPECT_EQ(static_cast<int>(*level), ++last);
  }
  EXPECT_FALSE(parse_log_level("Error"));
  EXPECT_FALSE(parse_log_level(""));
}

TEST(Capabilities, AreReadFromWhatTheClientSays) {
  struct Case {
    const char* text;
    int bits;
  };
  using C = ClientCapabilities;
  Case const cases[] = {
      {"{}", 0},
      {R"({"roots":{"listChanged":true}})", C::roots},
      {R"({"sampling":{}})", C::sampling},
      {R"({"sampling":{"tools":{}}})", C::sampling | C::sampling_tools},
      {R"({"elicitation":{}})", C::elicitation_form},
      {R"({"elicitation":{"form":{}}})", C::elicitation_form},
      {R"({"elicitation":{"url":{}}})", C::elicitation_url},
      {R"({"elicitation":{"form":{},"url":{}}})", C::elicitation_form | C::elicitation_url},
      {R"({"tasks":{}})", C::tasks},
      {R"({"roots":true,"sampling":null,"elicitation":[],"experimental":{}})", 0},
  };
  for (auto const& [text, bits] : cases) {
    EXPECT_EQ(read_capabilities(json::parse(text)->get_object()).bits, bits) << text;
  }
}

class AddTool : public ::testing::Test {
 protected:
  static Tool make(std::string name) {
    return testing::tools::make(std::move(name), R"({"type":"object"})", testing::tools::echo);
  }
  Server server{{{"s", "1", ""}, ""}};
};

TEST_F(AddTool, TakesWhatIsComplete) {
  EXPECT_TRUE(server.add_tool(make("a")));
  EXPECT_TRUE(server.add_tool(make(std::string(128, 'z'))));
  EXPECT_TRUE(server.add_tool(make("Get.it_now-2")));
  ASSERT_EQ(server.tools().size(), 3u);
  EXPECT_EQ(server.tools().front()->tool.definition.name, "a");
  EXPECT_EQ(server.find_tool("a"), server.tools().front().get());
  EXPECT_EQ(server.find_tool("A"), nullptr);
}

TEST_F(AddTool, RefusesNamesThatClientsMayNotTake) {
  for (auto const* name : {"", " ", "two words", "a/b", "caf\xC3\xA9", "a,b", "a\n"}) {
    auto const added = server.add_tool(make(name));
    ASSERT_FALSE(added) << name;
    EXPECT_EQ(added.error().kind(), ErrorKind::invalid_input);
  }
  EXPECT_FALSE(server.add_tool(make(std::string(129, 'z'))));
  EXPECT_TRUE(server.tools().empty());
}

TEST_F(AddTool, RefusesTheSameNameTwice) {
  ASSERT_TRUE(server.add_tool(make("a")));
  auto const again = server.add_tool(make("a"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind(), ErrorKind::conflict);
  EXPECT_EQ(server.tools().size(), 1u);
}

TEST_F(AddTool, RefusesAToolWithoutAHandler) {
  auto tool = make("a");
  tool.handler = nullptr;
  EXPECT_FALSE(server.add_tool(std::move(tool)));
}

TEST_F(AddTool, RefusesSchemasThatDoNotCompileOrTakeNoObject) {
  for (auto const* input :
       {"{}",
        R"({"type":"array"})",
        R"({"type":["object","null"]})",
        R"({"type":"object","properties":7})",
        R"({"type":"object","$ref":"https://elsewhere.example/schema"})",
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

TEST(Methods, AreThoseOfTheRevisionAndOfTheServer) {
  testing::Notes notes;
  auto const full = testing::make_test_server(notes);
  Server const empty({{"empty", "1", ""}, ""});
  Dispatcher const with(full);
  Dispatcher const without(empty);
  EXPECT_NE(with.find_method("tools/call", Revision::v2025_11_25), nullptr);
  EXPECT_NE(with.find_method("server/discover", Revision::v2026_07_28), nullptr);
  EXPECT_EQ(with.find_method("server/discover", Revision::v2025_11_25), nullptr);
  EXPECT_EQ(with.find_method("tools/Call", Revision::v2026_07_28), nullptr);
  EXPECT_EQ(without.find_method("tools/list", Revision::v2026_07_28), nullptr);
  EXPECT_TRUE(with.capabilities().contains("tools"));
  EXPECT_FALSE(without.capabilities().contains("tools"));
}

}  // namespace
}  // namespace davit::mcp

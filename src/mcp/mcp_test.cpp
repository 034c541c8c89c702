// Names and numbers of the protocol, and what each revision knows of them.
#include <gtest/gtest.h>

#include "mcp/protocol.h"

namespace davit::mcp {
namespace {

using C = ClientCapabilities;

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
  Case const cases[] = {
      {"{}", 0},
      {R"({"roots":{"listChanged":true}})", C::roots},
      {R"({"sampling":{}})", C::sampling},
      {R"({"sampling":{"tools":{}}})", C::sampling | C::sampling_tools},
      {R"({"sampling":{"context":{}}})", C::sampling | C::sampling_context},
      {R"({"elicitation":{}})", C::elicitation_form},
      {R"({"elicitation":{"applyDefaults":true}})", C::elicitation_form},
      {R"({"elicitation":{"form":{}}})", C::elicitation_form},
      {R"({"elicitation":{"url":{}}})", C::elicitation_url},
      {R"({"elicitation":{"form":{},"url":{}}})", C::elicitation_form | C::elicitation_url},
      {R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})", C::tasks},
      // The experiment of 2025-11-25: there, each request says whether it takes a task.
      {R"({"tasks":{}})", 0},
      {R"({"extensions":{"io.modelcontextprotocol/tasks":true,"tasks":{}}})", 0},
      {R"({"roots":true,"sampling":null,"elicitation":[],"experimental":{}})", 0},
  };
  for (auto const& [text, bits] : cases) {
    EXPECT_EQ(read_capabilities(json::parse(text)->get_object()).bits, bits) << text;
  }
}

TEST(Capabilities, AreNamedAsTheClientWouldDeclareThem) {
  struct Case {
    C::Bit bit;
    const char* tree;
    const char* words;
  };
  Case const cases[] = {
      {C::roots, R"({"roots":{}})", "this needs a client that can list its roots (roots)"},
      {C::elicitation_url,
       R"({"elicitation":{"url":{}}})",
       "this needs a client that can open a page for its user (elicitation.url)"},
      {C::tasks,
       R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})",
       "this needs a client that can take a task for an answer "
       "(extensions.io.modelcontextprotocol/tasks)"},
  };
  for (auto const& [bit, tree, words] : cases) {
    EXPECT_EQ(json::to_text(to_json(bit)), tree);
    EXPECT_EQ(needs_capability(bit), words);
  }
  for (auto bit = 1; bit <= C::sampling_context; bit *= 2) {
    auto const one = static_cast<C::Bit>(bit);
    EXPECT_TRUE(read_capabilities(to_json(one)).has(one)) << bit;
  }
}

TEST(AnImplementation, HasOnlyTheMembersOfTheRevision) {
  Implementation const full{
      "davit",
      "1",
      "Davit",
      "Tools.",
      "https://davit.example",
      {{"https://davit.example/i.svg", "image/svg+xml", {"any"}, "light"}}
  };
  auto const old = R"({"name":"davit","version":"1"})";
  auto const titled = R"({"name":"davit","version":"1","title":"Davit"})";
  auto const whole =
      R"({"name":"davit","version":"1","title":"Davit","description":"Tools.",)"
      R"("websiteUrl":"https://davit.example","icons":[{"src":"https://davit.example/i.svg",)"
      R"("mimeType":"image/svg+xml","sizes":["any"],"theme":"light"}]})";
  EXPECT_EQ(json::to_text(to_json(full, Revision::v2025_03_26)), old);
  EXPECT_EQ(json::to_text(to_json(full, Revision::v2025_06_18)), titled);
  EXPECT_EQ(json::to_text(to_json(full, Revision::v2025_11_25)), whole);
  EXPECT_EQ(json::to_text(to_json(full, Revision::v2026_07_28)), whole);
  EXPECT_EQ(json::to_text(to_json({"davit", "1", ""}, Revision::v2026_07_28)), old);
}

}  // namespace
}  // namespace davit::mcp

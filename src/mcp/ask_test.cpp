// Questions to the client: how they are written for each revision, and which answers are none.
#include "mcp/ask.h"

#include <gtest/gtest.h>

#include "mcp/call.h"
#include "mcp/context.h"

namespace davit::mcp {
namespace {

json::Object object(std::string_view text) { return json::parse(text)->get_object(); }

TEST(Questions, AreWrittenAsTheRevisionKnowsThem) {
  struct Case {
    InputRequest request;
    Revision revision;
    const char* params;
  };
  auto const form = elicit("k", "Which?", object(R"({"n":{"type":"integer"}})"));
  auto const whole = elicit("k", "Which?", object(R"({"type":"object","properties":{}})"));
  auto const choice = elicit("k", "Which?", object(R"({"type":"object","properties":{
                 "c":{"type":"string","oneOf":[{"const":"a","title":"A"},{"const":"b"}]}}})"));
  auto const page = elicit_url("k", "Go there", "https://a.example/");
  auto const* const fields =
      R"("requestedSchema":{"type":"object","properties":{"n":{"type":"integer"}},)"
      R"("required":["n"]}})";
  auto const modern = std::string(R"({"mode":"form","message":"Which?",)") + fields;
  auto const old = std::string(R"({"message":"Which?",)") + fields;
  // clang-format off
  Case const cases[] = {
      {form, Revision::v2026_07_28, modern.c_str()},
      {form, Revision::v2025_11_25, modern.c_str()},
      {form, Revision::v2025_06_18, old.c_str()},
      {whole, Revision::v2025_11_25,
       R"({"mode":"form","message":"Which?","requestedSchema":{"type":"object","properties":{}}})"},
      {choice, Revision::v2025_06_18,
       R"({"message":"Which?","requestedSchema":{"type":"object","properties":{)"
       R"("c":{"type":"string","enum":["a","b"],"enumNames":["A",""]}}}})"},
      {page, Revision::v2026_07_28,
       R"({"mode":"url","message":"Go there","url":"https://a.example/"})"},
      {sample("k", "Hi", 5), Revision::v2024_11_05,
       R"({"messages":[{"role":"user","content":{"type":"text","text":"Hi"}}],"maxTokens":5})"},
      {list_roots("k"), Revision::v2024_11_05, "{}"},
  };
  // clang-format on
  for (auto const& [request, revision, params] : cases) {
    // As values: `erase` moves the last member into the gap.
    EXPECT_EQ(json::Value(params_for(request, revision)), *json::parse(params))
        << to_string(revision);
  }
  auto const first = params_for(page, Revision::v2025_11_25).at("elicitationId");
  EXPECT_NE(first, params_for(page, Revision::v2025_11_25).at("elicitationId"));
}

TEST(Questions, NeedWhatTheClientMustDeclare) {
  using C = ClientCapabilities;
  EXPECT_EQ(elicit("k", "?", {}).needs, C::elicitation_form);
  EXPECT_EQ(elicit_url("k", "?", "https://a.example/").needs, C::elicitation_url);
  EXPECT_EQ(sample("k", object(R"({"messages":[],"maxTokens":1})")).needs, C::sampling);
  EXPECT_EQ(sample("k", object(R"({"tools":[]})")).needs, C::sampling_tools);
  EXPECT_EQ(list_roots("k").needs, C::roots);
}

TEST(AnAnswer, IsCheckedForItsForm) {
  struct Case {
    InputRequest request;
    const char* answer;
    const char* problem;  // "" when it is one
  };
  auto const form =
      elicit("k", "?", object(R"({"type":"object","properties":{"n":{"type":"integer"},
                 "d":{"type":"string","format":"date"}},"required":["n"]})"));
  auto const optional = elicit("k", "?", object(R"({"type":"object","properties":{}})"));
  auto const page = elicit_url("k", "?", "https://a.example/");
  auto const poem = sample("k", "Hi", 5);
  auto const roots = list_roots("k");
  // clang-format off
  Case const cases[] = {
      {form, R"({"action":"accept","content":{"n":7}})", ""},
      {form, R"({"action":"accept","content":{"n":7,"d":"2026-02-28"}})", ""},
      {form, R"({"action":"accept","content":{"n":7,"d":"2026-02-30"}})",
       "/d must be in the format \"date\", got \"2026-02-30\""},
      {form, R"({"action":"decline"})", ""},
      {form, R"({"action":"cancel","content":null})", ""},
      {form, R"({"action":"accept","content":{"n":"7"}})",
       "/n must be an integer, got the string \"7\""},
      {form, R"({"action":"accept"})", "content lacks the required property \"n\""},
      {form, R"({"action":"accept","content":7})", "content must be an object"},
      {form, R"({"action":"agree","content":{"n":7}})",
       "action must be accept, decline or cancel"},
      {form, "{}", "action must be accept, decline or cancel"},
      {optional, R"({"action":"accept"})", ""},
      {page, R"({"action":"accept"})", ""},
      {page, R"({"action":7})", "action must be accept, decline or cancel"},
      {poem, R"({"role":"assistant","model":"m","content":{"type":"text","text":"x"}})", ""},
      {poem, R"({"role":"assistant","model":"m","content":[{"type":"tool_use"}]})", ""},
      {poem, R"({"role":"system","model":"m","content":{"type":"text"}})",
       "role must be assistant or user"},
      {poem, R"({"role":"assistant","content":{"type":"text"}})", "model must name the model"},
      {poem, R"({"role":"assistant","model":"m","content":"x"})",
       "content must be a block or an array of blocks"},
      {poem, R"({"role":"assistant","model":"m","content":["x"]})",
       "content must be a block or an array of blocks"},
      {roots, R"({"roots":[]})", ""},
      {roots, R"({"roots":[{"uri":"file:///a","name":"A"}]})", ""},
      {roots, R"({"roots":[{"name":"A"}]})", "roots must be an array of objects with a uri"},
      {roots, R"({"roots":{}})", "roots must be an array of objects with a uri"},
      {roots, "{}", "roots must be an array of objects with a uri"},
  };
  // clang-format on
  for (auto const& [request, answer, problem] : cases) {
    EXPECT_EQ(check_answer(request, object(answer)).value_or(""), problem) << answer;
  }
}

TEST(Answers, AreReadByKeyAndName) {
  Answers answers;
  EXPECT_TRUE(answers.empty());
  answers.set("form", object(R"({"action":"accept","content":{"s":"text","n":7,"l":["a","b"]}})"));
  answers.set("no", object(R"({"action":"decline","content":{"s":"text"}})"));
  answers.set("one", object(R"({"content":{"type":"text","text":"a poem"}})"));
  answers.set(
      "more", object(R"({"content":[{"type":"text","text":"a "},{"type":"tool_use","text":"b"},
                 {"type":"text","text":"song"}]})")
  );
  EXPECT_TRUE(answers.has("form"));
  EXPECT_TRUE(answers.accepted("form"));
  EXPECT_EQ(answers.text("form", "s"), "text");
  EXPECT_EQ(answers.text("form", "n"), "7");
  EXPECT_EQ(answers.text("form", "l"), R"(["a","b"])");
  EXPECT_EQ(answers.text("form", "x"), "");
  EXPECT_EQ(answers.action("no"), "decline");
  EXPECT_EQ(answers.field("no", "s"), nullptr);
  EXPECT_EQ(answers.action("unknown"), "");
  EXPECT_EQ(answers.find("unknown"), nullptr);
  EXPECT_EQ(answers.sampled_text("one"), "a poem");
  EXPECT_EQ(answers.sampled_text("more"), "a song");
  EXPECT_EQ(answers.sampled_text("unknown"), "");
}

class Asking : public ::testing::Test {
 protected:
  std::shared_ptr<Call> call = std::make_shared<Call>();
  Context context{call};
};

TEST_F(Asking, EndsTheRunUntilAllIsAnswered) {
  call->capabilities.bits = ClientCapabilities::roots | ClientCapabilities::sampling;
  auto const ask = [this] { return context.ask({list_roots("r"), sample("s", "Hi", 5)}); };
  auto const first = ask();
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().kind(), ErrorKind::cancelled);
  EXPECT_EQ(call->asked.size(), 2u);
  call->answers.set("r", object(R"({"roots":[]})"));
  ASSERT_FALSE(ask());
  ASSERT_EQ(call->asked.size(), 1u);
  EXPECT_EQ(call->asked.front().key, "s");
  call->answers.set(
      "s", object(R"({"role":"user","model":"m","content":{"type":"text","text":"x"}})")
  );
  auto const last = ask();
  ASSERT_TRUE(last);
  EXPECT_EQ(last->sampled_text("s"), "x");
}

TEST_F(Asking, AsksAgainForWhatIsNoAnswer) {
  call->capabilities.bits = ClientCapabilities::roots;
  call->answers.set("r", object(R"({"roots":7})"));
  ASSERT_FALSE(context.ask({list_roots("r")}));
  EXPECT_EQ(call->asked.size(), 1u);
}

TEST_F(Asking, NeedsTheCapability) {
  call->capabilities.bits = ClientCapabilities::roots;
  auto const asked = context.ask({list_roots("r"), sample("s", "Hi", 5)});
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().kind(), ErrorKind::invalid_input);
  EXPECT_EQ(asked.error().message(), "this needs a client that can ask its model (sampling)");
  EXPECT_EQ(call->missing, ClientCapabilities::sampling);
  EXPECT_TRUE(call->asked.empty());
}

TEST_F(Asking, KnowsWhatARevisionCannotHave) {
  call->capabilities.bits = ClientCapabilities::elicitation_url;
  call->revision = Revision::v2025_06_18;
  EXPECT_FALSE(context.client_can(ClientCapabilities::elicitation_url));
  call->revision = Revision::v2025_11_25;
  EXPECT_TRUE(context.client_can(ClientCapabilities::elicitation_url));
  EXPECT_TRUE(context.require(ClientCapabilities::elicitation_url));
}

TEST_F(Asking, RefusesTheSameKeyTwice) {
  call->capabilities.bits = ClientCapabilities::roots;
  auto const asked = context.ask({list_roots("r"), list_roots("r")});
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().kind(), ErrorKind::internal);
}

TEST_F(Asking, SendsContextOnlyToClientsThatTakeIt) {
  auto const ask = [this](Revision revision, int bits) {
    call->revision = revision;
    call->capabilities.bits = static_cast<std::uint16_t>(bits);
    EXPECT_FALSE(context.ask({sample("s", object(R"({"includeContext":"thisServer"})"))}));
    return call->asked.at(0).params.contains("includeContext");
  };
  using C = ClientCapabilities;
  EXPECT_TRUE(ask(Revision::v2025_06_18, C::sampling));
  EXPECT_FALSE(ask(Revision::v2025_11_25, C::sampling));
  EXPECT_TRUE(ask(Revision::v2025_11_25, C::sampling | C::sampling_context));
}

TEST_F(Asking, ATaskIsStartedOnce) {
  EXPECT_TRUE(context.start_task());
  call->may_become_task = true;
  auto const started = context.start_task();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().kind(), ErrorKind::cancelled);
  EXPECT_TRUE(call->wants_task);
  call->is_task = true;
  EXPECT_TRUE(context.start_task());
}

}  // namespace
}  // namespace davit::mcp

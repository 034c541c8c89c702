// A server with everything that a server may offer beside plain tools: all kinds of content, tools
// that ask, tools that go on as tasks, resources, templates, prompts and completions. Everything is
// inline, so that tests of low modules link nothing more.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/mcp_tools.h"

namespace davit::testing {
namespace features {

using mcp::Content;
using mcp::Context;
using mcp::PromptResult;
using mcp::ResourceContents;
using mcp::ToolResult;
using mcp::Variables;
using Contents = std::vector<ResourceContents>;

inline Async<ToolResult> every_content(Context, json::Object) {
  ToolResult result;
  result.content.push_back(Content::text("a \"text\" in quotes"));
  result.content.push_back(Content::image("\x89PNG", "image/png"));
  result.content.push_back(Content::audio("RIFF", "audio/wav"));
  result.content.push_back(
      Content::resource({.uri = "test://in", .mime_type = "text/plain", .text = "inside"})
  );
  result.content.push_back(Content::resource({.uri = "test://raw", .blob = "\x01\x02"}));
  result.content.push_back(Content::link({.uri = "test://a", .name = "a"}));
  result.content.push_back(Content::link(
      {.uri = "test://b",
       .name = "b",
       .title = "B",
       .description = "The second one.",
       .mime_type = "text/plain",
       .size = 12}
  ));
  auto noted = Content::text("for the user");
  noted.annotations = {.for_user = true, .priority = 0.5, .last_modified = "2026-01-02T03:04:05Z"};
  result.content.push_back(std::move(noted));
  co_return result;
}

inline mcp::InputRequest ask_for_name() {
  return mcp::elicit("name", "What is your name?", tools::schema(R"({"name":{"type":"string"}})"));
}

inline Async<ToolResult> asks_name(Context context, json::Object) {
  auto const answers = context.ask({ask_for_name()});
  if (!answers) co_return answers.error();
  if (!answers->accepted("name")) co_return ToolResult::text("Hello, whoever you are!");
  co_return ToolResult::text("Hello, " + answers->text("name", "name") + "!");
}

inline Async<ToolResult> asks_everything(Context context, json::Object) {
  auto const answers = context.ask(
      {ask_for_name(), mcp::sample("poem", "Write a poem", 50), mcp::list_roots("roots")}
  );
  if (!answers) co_return answers.error();
  co_return ToolResult::text(answers->text("name", "name") + ": " + answers->sampled_text("poem"));
}

inline Async<ToolResult> asks_twice_the_same(Context context, json::Object) {
  auto const answers = context.ask({mcp::list_roots("same"), mcp::list_roots("same")});
  co_return answers.error();
}

inline Async<ToolResult> opens_page(Context context, json::Object) {
  auto const answers =
      context.ask({mcp::elicit_url("page", "Sign in, please", "https://login.example/start")});
  if (!answers) co_return answers.error();
  co_return ToolResult::text(std::string(answers->action("page")));
}

inline Async<ToolResult> needs_sampling(Context context, json::Object) {
  DAVIT_CO_CHECK(context.require(mcp::ClientCapabilities::sampling));
  co_return ToolResult::text("it can");
}

// Asks first, and then goes on in the background.
inline Async<ToolResult> asks_then_works(Context context, json::Object) {
  auto const answers = context.ask({ask_for_name()});
  if (!answers) co_return answers.error();
  DAVIT_CO_CHECK(context.start_task());
  co_return ToolResult::text("Done, " + answers->text("name", "name") + ".");
}

inline Async<Contents> text(Context, std::string uri) {
  Contents contents;
  contents.push_back({.uri = std::move(uri), .text = "the text"});
  co_return contents;
}

inline Async<Contents> directory(Context, std::string uri) {
  Contents contents;
  contents.push_back({.uri = uri + "/a", .mime_type = "text/plain", .text = "A"});
  contents.push_back({.uri = uri + "/b", .blob = "\x01\xFF"});
  co_return contents;
}

inline Async<Contents> fails_with(ErrorKind kind) {
  co_return Error(kind, "it does not work").with_detail("hunter2");
}

inline Async<Contents> asks_for_roots(Context context, std::string) {
  auto const answers = context.ask({mcp::list_roots("roots")});
  if (!answers) co_return answers.error();
  Contents contents;
  contents.push_back({.text = "read"});
  co_return contents;
}

inline Async<Contents> item(Context, std::string, Variables variables) {
  if (variables.at("id") == "none") co_return Error(ErrorKind::not_found, "there is none");
  Contents contents;
  contents.push_back({.text = "item " + variables.at("id")});
  co_return contents;
}

inline Async<PromptResult> greet(Context, Variables arguments) {
  PromptResult result{.description = "A greeting"};
  result.messages.push_back({.content = Content::text("Greet " + arguments.at("who") + ".")});
  if (arguments.contains("style")) {
    result.messages.push_back({.from_user = false, .content = Content::audio("RIFF", "audio/wav")});
  }
  co_return result;
}

inline Async<PromptResult> asks_context(Context context, Variables) {
  auto const answers = context.ask({ask_for_name()});
  if (!answers) co_return answers.error();
  PromptResult result;
  result.messages.push_back({.content = Content::text(answers->text("name", "name"))});
  co_return result;
}

inline Async<PromptResult> breaks(Context, Variables) {
  co_return Error(ErrorKind::internal, "hunter2");
}

// "plain", "polite" and so on, as far as they begin with what was typed.
inline Async<std::vector<std::string>> styles(Context, std::string typed, Variables known) {
  std::vector<std::string> all{"plain", "polite", "rude"};
  if (known.contains("who")) all.push_back("polite to " + known.at("who"));
  std::erase_if(all, [&](const std::string& value) { return !value.starts_with(typed); });
  co_return all;
}

inline Async<std::vector<std::string>> numbers(Context, std::string, Variables) {
  std::vector<std::string> all;
  for (auto i = 1; i <= 120; ++i) all.push_back(std::to_string(i));
  co_return all;
}

inline Async<std::vector<std::string>> asking_completer(Context context, std::string, Variables) {
  co_return context.ask({mcp::list_roots("roots")}).error();
}

}  // namespace features

inline void add_feature_tools(mcp::Server& server) {
  constexpr std::string_view kNone = R"({"type":"object","additionalProperties":false})";
  struct Row {
    const char* name;
    Async<mcp::ToolResult> (*handler)(mcp::Context context, json::Object arguments);
    mcp::TaskSupport tasks = mcp::TaskSupport::forbidden;
    bool starts_task_itself = false;
  };
  Row const rows[] = {
      {"every_content", features::every_content},
      {"asks_name", features::asks_name},
      {"asks_everything", features::asks_everything},
      {"asks_twice_the_same", features::asks_twice_the_same},
      {"opens_page", features::opens_page},
      {"needs_sampling", features::needs_sampling},
      {"may_be_task", tools::echo, mcp::TaskSupport::optional},
      {"must_be_task", tools::echo, mcp::TaskSupport::required},
      {"asks_then_works", features::asks_then_works, mcp::TaskSupport::optional, true},
  };
  for (auto const& row : rows) {
    auto tool = tools::make(row.name, kNone, row.handler);
    tool.tasks = row.tasks;
    tool.starts_task_itself = row.starts_task_itself;
    EXPECT_TRUE(server.add_tool(std::move(tool))) << row.name;
  }
  auto routed = tools::make(
      "routed",
      R"({"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"}}})",
      tools::echo
  );
  routed.definition.title = "Routed";
  routed.definition.icons = {{"https://icons.example/r.png", "image/png", {"48x48"}, "dark"}};
  EXPECT_TRUE(server.add_tool(std::move(routed)));
}

inline void add_feature_resources(mcp::Server& server) {
  mcp::Resource text{{"test://text", "text"}, features::text};
  text.definition.title = "Text";
  text.definition.description = "Some text.";
  text.definition.mime_type = "text/plain";
  text.definition.size = 8;
  text.definition.annotations = {.for_assistant = true, .last_modified = "2026-01-02T03:04:05Z"};
  text.definition.icons = {{"https://icons.example/t.png"}};
  EXPECT_TRUE(server.add_resource(std::move(text)));
  EXPECT_TRUE(server.add_resource({{"test://directory", "directory"}, features::directory}));
  EXPECT_TRUE(server.add_resource({{"test://asks", "asks"}, features::asks_for_roots}));
  struct Row {
    const char* name;
    ErrorKind kind;
  };
  Row const rows[] = {
      {"gone", ErrorKind::not_found},
      {"broken", ErrorKind::internal},
      {"busy", ErrorKind::unavailable},
      {"closed", ErrorKind::cancelled},
  };
  for (auto const& row : rows) {
    auto const fails = [kind = row.kind](mcp::Context, std::string) {
      return features::fails_with(kind);
    };
    auto const uri = std::string("test://") + row.name;
    EXPECT_TRUE(server.add_resource({{uri, row.name}, fails}));
  }
  mcp::ResourceTemplate item{"test://items/{id}", "item"};
  item.title = "Item";
  item.mime_type = "text/plain";
  item.handler = features::item;
  item.completers["id"] = features::numbers;
  EXPECT_TRUE(server.add_template(std::move(item)));
  mcp::ResourceTemplate second{"test://{+rest}", "rest"};
  second.handler = [](mcp::Context context, std::string uri, features::Variables) {
    return features::text(std::move(context), std::move(uri));
  };
  EXPECT_TRUE(server.add_template(std::move(second)));
  server.allow_subscriptions();
}

inline void add_feature_prompts(mcp::Server& server) {
  mcp::Prompt greet{"greet", "Greet", "Greets somebody."};
  greet.arguments.push_back({"who", "Who", "Whom to greet.", true, {}});
  greet.arguments.push_back({"style", "", "How.", false, features::styles});
  greet.arguments.push_back({"asking", "", "", false, features::asking_completer});
  greet.handler = features::greet;
  EXPECT_TRUE(server.add_prompt(std::move(greet)));
  EXPECT_TRUE(server.add_prompt({"asks", "", "Asks first.", {}, {}, features::asks_context}));
  EXPECT_TRUE(server.add_prompt({"breaks", "", "", {}, {}, features::breaks}));
}

inline mcp::Server make_feature_server() {
  mcp::Server server({{"features", "1.2.3", "All features"}, "Use it for tests."});
  add_feature_tools(server);
  add_feature_resources(server);
  add_feature_prompts(server);
  return server;
}

}  // namespace davit::testing

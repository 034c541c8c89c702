#include "release/gate.h"

#include <gtest/gtest.h>

#include "support/scripted_mcp_server.h"

namespace davit::release {
namespace {

using namespace testing::scripted;

constexpr std::string_view kTools =
    R"("tools":[{"name":"echo","inputSchema":{"type":"object","properties":{"text":{"type":"string"}}}}])";

http::Response page(int status, std::string body) {
  return http::Response::json(status, std::move(body));
}

// Of both eras, with one tool; plain requests are answered, too.
http::Response good(const Asked& asked) {
  if (asked.target == "/health") return page(200, R"({"status":"healthy"})");
  if (asked.http_method == http::Method::del) return status(204);
  if (asked.http_method == http::Method::get) return status(405);
  auto const method = asked.method();
  if (method == "tools/list") return result(asked, kTools);
  if (method == "tools/call") return result(asked, R"("content":[{"type":"text","text":"pong"}])");
  if (method == "server/discover") return modern_only(asked);
  if (method == "initialize") return initialized(asked, "s1", "2025-11-25");
  return status(202);
}

// Its answers name a build.
http::Response of_build(http::Response response, std::string_view release) {
  response.headers.add("Davit-Release", release);
  return response;
}

class Gate : public ::testing::Test {
 protected:
  // Asks a server that answers so, and shows the checks one a line.
  std::string ask(World::Answer answer, std::string release = "") {
    World world(std::move(answer));
    auto const client = http::make_curl_client(world.loop.executor(), {});
    options_.endpoints = {{"s", world.url("/mcp"), world.url("/health"), std::move(release)}};
    options_.timeout = 5s;
    auto gated =
        world.loop.run(run_gate(world.loop.executor(), client.get(), options_, log::Logger()));
    EXPECT_TRUE(gated);
    if (!gated) return gated.error().message();
    report_ = *std::move(gated);
    history_ = world.history();
    std::string text;
    for (auto const& check : report_.checks) {
      auto const outcome = check.outcome == Check::Outcome::ok       ? "ok"
                           : check.outcome == Check::Outcome::failed ? "FAILED"
                                                                     : "skipped";
      text += fmt::format("{} {}: {}\n", outcome, check.name, check.detail);
    }
    return text;
  }
  // A server that is good but for its answers to one method.
  std::string ask_with(
      std::string_view method, const std::function<http::Response(const Asked&)>& answer
  ) {
    return ask([method, answer](const Asked& asked) {
      return asked.method() == method ? answer(asked) : good(asked);
    });
  }
  bool says(std::string_view text) { return report_.reason().find(text) != std::string::npos; }

  GateOptions options_;
  GateReport report_;
  std::string history_;
};

TEST_F(Gate, AServerOfBothErasPasses) {
  options_.calls = {{"", "echo", {{"text", "ping"}}, "pong"}};
  EXPECT_EQ(
      ask(good),
      "ok health: healthy\n"
      "ok server/discover: 2026-07-28, new\n"
      "ok initialize: 2025-11-25, fake 1\n"
      "ok initialize, plain: without Accept, as scripts ask\n"
      "ok tools/list: 1 tool\n"
      "ok tools/list, 2025-11-25: 1 tool\n"
      "ok call echo: answered with 'pong'\n"
  );
  EXPECT_TRUE(report_.passed());
  EXPECT_EQ(report_.reason(), "");
  EXPECT_EQ(report_.tools.at("s").size(), 1U);
  EXPECT_NE(history_.find("DELETE"), std::string::npos) << "its sessions are ended";
}

TEST_F(Gate, AServerOfTheLegacyEraPassesWithoutTheOther) {
  auto const text = ask([](const Asked& asked) {
    return asked.target == "/health" ? page(200, "fine") : legacy_only(asked);
  });
  EXPECT_TRUE(report_.passed()) << text;
  EXPECT_NE(text.find("skipped server/discover: does not speak MCP 2026-07-28"), std::string::npos);
  EXPECT_NE(text.find("ok initialize: 2025-11-25"), std::string::npos);
}

TEST_F(Gate, AServerOfTheModernEraPassesWithoutTheOther) {
  auto const text = ask([](const Asked& asked) {
    if (asked.target == "/health") return status(200);
    return asked.method() == "tools/list" ? result(asked, kTools) : modern_only(asked);
  });
  EXPECT_TRUE(report_.passed()) << text;
  EXPECT_NE(
      text.find("skipped initialize: does not speak MCP 2025-11-25 or older"), std::string::npos
  );
}

TEST_F(Gate, WhatSpeaksNoMcpFails) {
  auto const text =
      ask([](const Asked& asked) { return asked.target == "/health" ? status(200) : status(404); });
  EXPECT_FALSE(report_.passed()) << text;
  EXPECT_TRUE(says("server/discover: it answered 404")) << report_.reason();
}

TEST_F(Gate, HtmlInPlaceOfMcpIsNamed) {
  ask([](const Asked&) {
    return http::Response::text(200, "text/html", "<html>\n<body>Welcome</body>");
  });
  EXPECT_TRUE(says("it answered 200 with text/html and no MCP message: <html>"))
      << report_.reason();
}

TEST_F(Gate, AnAnswerThatNeverEndsFailsInTime) {
  World* self = nullptr;
  World world([&self](const Asked& asked) {
    return asked.method() == "tools/list" ? self->streaming(self->open_stream()) : good(asked);
  });
  self = &world;
  auto const client = http::make_curl_client(world.loop.executor(), {});
  options_.endpoints = {{"s", world.url("/mcp"), "", ""}};
  options_.timeout = 200ms;
  auto gated =
      world.loop.run(run_gate(world.loop.executor(), client.get(), options_, log::Logger()));
  ASSERT_TRUE(gated);
  report_ = *std::move(gated);
  EXPECT_TRUE(says("tools/list:")) << report_.reason();
  EXPECT_TRUE(says("within 200 ms")) << report_.reason();
}

TEST_F(Gate, JsonThatIsCutOffIsNamed) {
  ask_with("tools/list", [](const Asked&) {
    return page(200, R"({"jsonrpc":"2.0","id":1,"resu)");
  });
  EXPECT_TRUE(says("tools/list: it answered with JSON that is cut off or wrong"))
      << report_.reason();
}

TEST_F(Gate, TheWrongIdIsNamed) {
  ask_with("server/discover", [](const Asked&) {
    return page(200, R"({"jsonrpc":"2.0","id":99,"result":{"supportedVersions":["2026-07-28"]}})");
  });
  EXPECT_TRUE(says("server/discover: it answered with the id 99, and was asked with 1"))
      << report_.reason();
}

TEST_F(Gate, AnErrorOnInitializeFailsThoughTheOtherEraWorks) {
  ask_with("initialize", [](const Asked& asked) { return error(asked, 200, -32603); });
  EXPECT_TRUE(says("initialize: the server answered error -32603: no")) << report_.reason();
}

TEST_F(Gate, AListWithoutAnEndFails) {
  ask_with("tools/list", [](const Asked& asked) {
    return result(asked, R"("tools":[],"nextCursor":"more")");
  });
  EXPECT_TRUE(says("tools/list: the server's list does not end")) << report_.reason();
}

TEST_F(Gate, AServerOfOursAnswersPlainScripts) {
  auto const picky = [](const Asked& asked) {
    auto const is_plain =
        asked.method() == "initialize" && asked.text("params.clientInfo.name") == "smoke-test";
    EXPECT_TRUE(!is_plain || !asked.headers.get("Accept").value_or("").starts_with("application"));
    return of_build(is_plain ? status(406) : good(asked), "v2");
  };
  auto const text = ask(picky);
  EXPECT_TRUE(report_.passed()) << text;
  EXPECT_NE(text.find("skipped initialize, plain: wants an Accept header"), std::string::npos);
  ask(picky, "v2");
  EXPECT_TRUE(says("initialize, plain: it answered 406")) << report_.reason();
}

TEST_F(Gate, EveryAnswerHasToComeFromTheBuild) {
  auto text = ask([](const Asked& asked) { return of_build(good(asked), "v2"); }, "v2");
  EXPECT_TRUE(report_.passed()) << text;
  EXPECT_NE(text.find("ok build: v2, in "), std::string::npos) << text;

  // The health page comes from the new one, the rest from the one before.
  ask([](const Asked& asked
      ) { return of_build(good(asked), asked.target == "/health" ? "v2" : "v1"); },
      "v2");
  EXPECT_TRUE(
      says("build: the answer to server/discover came from the build 'v1', and not from 'v2'")
  ) << report_.reason();

  ask(good, "v2");
  EXPECT_TRUE(says("build: the answer to GET /health came without a Davit-Release header"))
      << report_.reason();
}

TEST_F(Gate, CallsFailForWhatTheyAnswer) {
  auto const failing = [](const Asked& asked) {
    return asked.method() == "tools/call"
               ? result(
                     asked, R"("content":[{"type":"text","text":"no such project"}],"isError":true)"
                 )
               : good(asked);
  };
  options_.calls = {{"", "echo", {}, ""}};
  ask(failing);
  EXPECT_TRUE(says("call echo: the tool failed: no such project")) << report_.reason();
  options_.calls = {{"", "echo", {}, "ping"}};
  ask(good);
  EXPECT_TRUE(says("call echo: the answer does not have 'ping': pong")) << report_.reason();
  options_.calls = {{"", "other", {}, ""}};
  ask(good);
  EXPECT_TRUE(says("call other: no server has such a tool")) << report_.reason();
  options_.calls = {{"billing", "echo", {}, ""}};
  ask(good);
  EXPECT_TRUE(says("billing: call echo: there is no server 'billing'")) << report_.reason();
}

TEST_F(Gate, ABrokenContractFailsUnlessItIsAllowed) {
  auto const before = json::parse(R"([{"name":"echo"},{"name":"gone"}])");
  options_.before["s"] = before->get_array();
  ask(good);
  EXPECT_TRUE(says("tool contract: 1 breaking")) << report_.reason();
  EXPECT_TRUE(says("gone: the tool is gone")) << report_.reason();
  EXPECT_TRUE(is_breaking(report_.changes.at("s")));
  options_.allows_breaking = true;
  ask(good);
  EXPECT_TRUE(report_.passed()) << report_.reason();
}

TEST_F(Gate, ServersAreAskedApart) {
  World world(good);
  auto const client = http::make_curl_client(world.loop.executor(), {});
  options_.endpoints = {
      {"good", world.url("/mcp"), world.url("/health"), ""},
      {"down", "http://127.0.0.1:1/mcp", "http://127.0.0.1:1/health", ""},
  };
  auto const gated =
      world.loop.run(run_gate(world.loop.executor(), client.get(), options_, log::Logger()));
  ASSERT_TRUE(gated);
  EXPECT_EQ(gated->reason().substr(0, 13), "down: health:");
  EXPECT_TRUE(gated->tools.contains("good"));
  EXPECT_EQ(json::find_bool(to_json(*gated), "passed"), false);
}

TEST_F(Gate, CancellingEndsIt) {
  World world(good);
  auto const client = http::make_curl_client(world.loop.executor(), {});
  options_.endpoints = {{"s", world.url("/mcp"), "", ""}};
  auto gated = std::optional<Result<GateReport>>();
  struct Into {
    static Async<> run(Async<GateReport> gate, std::optional<Result<GateReport>>* out) {
      out->emplace(co_await std::move(gate));
      co_return Result<>();
    }
  };
  auto task = world.scope.spawn(
      "gate",
      Into::run(run_gate(world.loop.executor(), client.get(), options_, log::Logger()), &gated)
  );
  task.cancel();
  ASSERT_TRUE(world.wait_until([&] { return gated.has_value(); }));
  ASSERT_FALSE(*gated);
  EXPECT_EQ(gated->error().kind(), ErrorKind::cancelled);
}

}  // namespace
}  // namespace davit::release

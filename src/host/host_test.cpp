#include "host/host.h"

#include <gtest/gtest.h>

#include "async/loop.h"
#include "auth/api_keys.h"
#include "base/strings.h"
#include "mcp/store/memory.h"
#include "support/mcp_tools.h"

namespace davit::host {
namespace {

constexpr std::string_view kPing = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";

class Lines final : public log::Sink {
 public:
  void write(log::Level, std::string_view line) override { text += line; }
  std::string text;
};

class StillClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override {
    return std::chrono::system_clock::time_point(std::chrono::seconds(1'800'000'000));
  }
  std::chrono::steady_clock::time_point steady_now() const override { return steady; }
  std::chrono::steady_clock::time_point steady{std::chrono::hours(1)};
};

// A host with the test server mounted under the given names.
class World {
 public:
  explicit World(
      HostOptions options = {},
      std::vector<std::string> names = {"gitlab"},
      std::unique_ptr<auth::Authenticator> authenticator = auth::make_anonymous()
  )
      : callers(std::move(authenticator)),
        host(
            std::move(options),
            *callers,
            clock,
            counters,
            log::Logger(log::Level::info, lines, clock)
        ) {
    for (auto& name : names) host.mount(std::move(name), endpoint);
  }

  http::Response ask(http::Request request) {
    if (!request.headers.get("Host")) request.headers.add("Host", "localhost:8080");
    auto response = loop.run(host.handle(std::move(request)));
    EXPECT_TRUE(response);
    return response ? *std::move(response) : http::Response();
  }
  http::Response get(std::string target, http::Headers headers = {}) {
    http::Request request;
    request.target = std::move(target);
    request.headers = std::move(headers);
    return ask(std::move(request));
  }
  // 400 is the answer of the MCP server: the ping names no session.
  int post(std::string target, http::Headers headers = {}) {
    return post_for_answer(std::move(target), std::move(headers)).status;
  }
  http::Response post_for_answer(std::string target, http::Headers headers = {}) {
    http::Request request;
    request.method = http::Method::post;
    request.target = std::move(target);
    request.headers = std::move(headers);
    request.headers.set("Content-Type", "application/json");
    request.peer = "192.0.2.7";
    request.body = kPing;
    return ask(std::move(request));
  }

  std::int64_t rejected(std::string_view reason) {
    return counters.at("davit_http_rejected_total", make_label("reason", reason)).value();
  }
  std::size_t lines_with(std::string_view text) const {
    auto const all = split(lines.text, '\n');
    return static_cast<std::size_t>(std::ranges::count_if(all, [&](std::string_view line) {
      return line.find(text) != std::string_view::npos;
    }));
  }

  Loop loop;
  StillClock clock;
  Lines lines;
  Counters counters;
  KeyRing ring = KeyRing::random();
  testing::Notes notes;
  mcp::Server server = testing::make_test_server(notes);
  std::unique_ptr<mcp::Store> store = mcp::make_memory_store(loop.executor(), clock);
  mcp::Endpoint core{
      server, {loop.executor(), ring, clock, *store, {"", "test"}, counters, log::Logger()}, {}
  };
  mcp::transport::StreamableHttp endpoint{core, {}};
  std::unique_ptr<auth::Authenticator> callers;
  Host host;
};

TEST(Paths, OneServerIsFoundInEveryForm) {
  World world;
  for (auto const* path :
       {"/gitlab/mcp",
        "/gitlab/mcp/",
        "/gitlab",
        "/gitlab/",
        "/mcp/gitlab",
        "/mcp/gitlab/",
        "/mcp",
        "/mcp/",
        "/gitlab/mcp?x=/health",
        "/gitlab/mcp//"}) {
    EXPECT_EQ(world.post(path), 400) << path;
  }
  for (auto const* path :
       {"/",
        "/Gitlab/mcp",
        "/gitlab/mc",
        "/gitlabs",
        "/gitlab/mcp/mcp",
        "/mcp/gitlab/mcp",
        "//gitlab/mcp",
        "/x/gitlab/mcp",
        "/gitlab%2Fmcp",
        "/gitlab/../gitlab/mcp",
        "/mcp/x"}) {
    EXPECT_EQ(world.post(path), 404) << path;
  }
}

TEST(Paths, TheShortFormNeedsASingleServer) {
  World world({}, {"gitlab", "jira"});
  EXPECT_EQ(world.post("/jira/mcp"), 400);
  EXPECT_EQ(world.post("/mcp/gitlab"), 400);
  EXPECT_EQ(world.post("/mcp"), 404);
  auto const body = world.get("/mcp").body;
  EXPECT_NE(body.find("/gitlab/mcp, /jira/mcp"), std::string::npos) << body;
}

TEST(Paths, ABasePathIsTakenOff) {
  World world({.base_path = "/prod"});
  EXPECT_EQ(world.post("/prod/gitlab/mcp"), 400);
  EXPECT_EQ(world.post("/prod/mcp"), 400);
  EXPECT_EQ(world.post("/gitlab/mcp"), 400);  // a gateway may have taken it off
  EXPECT_EQ(world.post("/production/gitlab/mcp"), 404);
  EXPECT_EQ(world.post("/prod"), 404);
  EXPECT_EQ(world.get("/prod/health").status, 200);
  EXPECT_EQ(world.get("/prod/gitlab/health").status, 200);
}

TEST(Paths, ASlashBehindTheBasePathDoesNotCount) {
  for (auto const* base : {"/prod/", "/prod//", "/"}) {
    World world({.base_path = base});
    EXPECT_EQ(world.post("/gitlab/mcp"), 400) << base;
    EXPECT_EQ(world.post("/prod/gitlab/mcp"), base == std::string_view("/") ? 404 : 400) << base;
    EXPECT_EQ(world.get("/health").status, 200) << base;
  }
}

TEST(Paths, WhatIsNotThereIsSaidAsJsonRpc) {
  World world;
  auto const answer = world.get("/nothing");
  EXPECT_EQ(answer.status, 404);
  auto const body = json::parse(answer.body);
  ASSERT_TRUE(body);
  EXPECT_EQ(json::find_int(*body, "error.code"), -32600);
  EXPECT_FALSE(body->get_object().contains("id"));
}

TEST(Health, SaysWhichServersWork) {
  World world({.release = "r7"}, {"gitlab"});
  world.host.mount_broken("jira", "env:JIRA_TOKEN is not set");
  auto const page = world.get("/health");
  EXPECT_EQ(page.status, 200);
  auto const body = json::parse(page.body);
  ASSERT_TRUE(body);
  EXPECT_EQ(json::find_string(*body, "status"), "healthy");
  EXPECT_EQ(json::find_string(*body, "release"), "r7");
  EXPECT_EQ(json::find_string(*body, "version"), DAVIT_VERSION);
  EXPECT_EQ(json::find_string(*body, "servers.gitlab.status"), "healthy");
  EXPECT_EQ(json::find_string(*body, "servers.jira.status"), "broken");
  EXPECT_EQ(json::find_string(*body, "servers.jira.error"), "env:JIRA_TOKEN is not set");
  EXPECT_EQ(world.get("/gitlab/health").status, 200);
  EXPECT_EQ(world.get("/jira/health").status, 503);
  EXPECT_EQ(world.get("/other/health").status, 404);
  EXPECT_EQ(world.post("/jira/mcp"), 503);
  EXPECT_EQ(world.post("/gitlab/mcp"), 400);
}

TEST(Health, IsAnsweredUnderEveryNameOfTheHost) {
  World world;
  EXPECT_EQ(world.get("/health", {{"Host", "10.0.0.7"}}).status, 200);
  EXPECT_EQ(world.get("/ready", {{"Host", "target.internal"}}).status, 200);
}

TEST(Health, ReadinessEndsWithDraining) {
  World world;
  EXPECT_EQ(world.get("/ready").status, 200);
  world.host.drain();
  EXPECT_EQ(world.get("/ready").status, 503);
  EXPECT_EQ(world.get("/health").status, 200);
  EXPECT_EQ(world.post("/gitlab/mcp"), 400);  // what still comes is served
}

TEST(Access, OnlyKnownHostsAreServed) {
  World world({.access = {.allowed_hosts = {"mcp.example.com", "other.example.com:8443"}}});
  for (auto const* host :
       {"localhost",
        "LOCALHOST:1",
        "127.0.0.1",
        "127.0.0.1:8080",
        "[::1]",
        "[::1]:8080",
        "mcp.example.com",
        "MCP.example.com:443",
        "other.example.com:8443"}) {
    EXPECT_EQ(world.post("/mcp", {{"Host", host}}), 400) << host;
  }
  for (auto const* host :
       {"evil.example.com",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.2",
        "",
        "other.example.com",
        "mcp.example.com.evil.example",
        "user@localhost",
        "::1",
        "[::2]"}) {
    EXPECT_EQ(world.post("/mcp", {{"Host", host}}), 403) << host;
  }
  EXPECT_EQ(world.rejected("access"), 10);
  EXPECT_NE(world.lines.text.find("127.0.0.1.evil.example"), std::string::npos);
}

TEST(Access, AStarTakesEveryHost) {
  World world({.access = {.allowed_hosts = {"*"}}});
  EXPECT_EQ(world.post("/mcp", {{"Host", "whatever.example"}}), 400);
  EXPECT_EQ(
      world.post("/mcp", {{"Host", "whatever.example"}, {"Origin", "http://whatever.example"}}), 403
  );
}

TEST(Access, OnlyKnownOriginsAreServed) {
  World world({.access = {.allowed_origins = {"https://app.example.com"}}});
  for (auto const* origin :
       {"http://localhost",
        "http://localhost:3000",
        "https://127.0.0.1:9",
        "http://[::1]:3000",
        "https://app.example.com",
        "https://APP.example.com"}) {
    EXPECT_EQ(world.post("/mcp", {{"Origin", origin}}), 400) << origin;
  }
  for (auto const* origin :
       {"null",
        "",
        "https://evil.example.com",
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://app.example.com.evil.example",
        "http://localhost.evil.example",
        "http://localhost@evil.example",
        "file://",
        "localhost",
        "http://localhost/path",
        "\xFF"}) {
    EXPECT_EQ(world.post("/mcp", {{"Origin", origin}}), 403) << origin;
  }
  EXPECT_EQ(
      world.post("/mcp", {{"Origin", "http://localhost"}, {"Origin", "https://evil.example"}}), 403
  );
}

// Knows one key.
std::unique_ptr<auth::Authenticator> one_key() {
  auto keys = std::make_unique<auth::ApiKeys>();
  EXPECT_TRUE(keys->add(
      "alice:sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  // "abc"
  ));
  return keys;
}

TEST(Callers, AreAskedForAKey) {
  World world({.access = {.allowed_origins = {"https://app.example.com"}}}, {"gitlab"}, one_key());
  EXPECT_EQ(world.post("/mcp", {{"Authorization", "Bearer abc"}}), 400);
  EXPECT_EQ(world.post("/mcp", {{"X-API-Key", "abc"}}), 400);
  auto const without = world.post_for_answer("/mcp");
  EXPECT_EQ(without.status, 401);
  EXPECT_EQ(without.headers.get("WWW-Authenticate"), R"(Bearer realm="mcp")");
  auto const body = json::parse(without.body);
  ASSERT_TRUE(body);
  EXPECT_EQ(json::find_int(*body, "error.code"), -32600);
  auto const wrong = world.post_for_answer("/mcp", {{"Authorization", "Bearer hunter2"}});
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.headers.get("WWW-Authenticate"), R"(Bearer realm="mcp", error="invalid_token")");
  // Who has no key does not learn what is served.
  EXPECT_EQ(world.post("/nothing"), 401);
  // The web page is checked first, and a preflight has no key yet.
  EXPECT_EQ(world.post("/mcp", {{"Origin", "https://evil.example"}}), 403);
  auto const page = world.post_for_answer("/mcp", {{"Origin", "https://app.example.com"}});
  EXPECT_EQ(page.headers.get("Access-Control-Allow-Origin"), "https://app.example.com");
  http::Request preflight;
  preflight.method = http::Method::options;
  preflight.target = "/mcp";
  EXPECT_EQ(world.ask(std::move(preflight)).status, 204);
  EXPECT_EQ(world.get("/health").status, 200);
  EXPECT_EQ(world.get("/gitlab/health").status, 200);
  EXPECT_EQ(world.rejected("unauthenticated"), 4);
  EXPECT_EQ(world.lines_with("192.0.2.7"), 5U);
  EXPECT_EQ(world.lines_with("hunter2"), 0U);
}

TEST(Refusals, LeaveALineEach) {
  World world;
  world.host.mount_broken("jira", "env:JIRA_TOKEN is not set");
  world.post("/nothing?token=hunter2", {{"X-Request-Id", "r-1"}});
  world.post("/jira/mcp");
  EXPECT_EQ(world.rejected("no_such_server"), 1);
  EXPECT_EQ(world.rejected("broken_server"), 1);
  EXPECT_EQ(world.lines_with(R"("status":503)"), 1U);
  EXPECT_EQ(
      world.lines.text.substr(0, world.lines.text.find(R"(,"error")")),
      R"({"ts":"2027-01-15T08:00:00.000Z","level":"info","msg":"request refused")"
      R"(,"request_id":"r-1","peer":"192.0.2.7","method":"POST","path":"/nothing","status":404)"
      R"(,"outcome":"refused","reason":"no_such_server")"
  );
}

TEST(Refusals, AreNotLoggedWithoutEnd) {
  World world({}, {"gitlab"}, one_key());
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(world.post("/mcp", {{"X-API-Key", "x"}}), 401);
  EXPECT_EQ(world.lines_with("unauthenticated"), Refusals::kLinesPerWindow);
  world.clock.steady += Refusals::kWindow;
  world.post("/mcp");
  EXPECT_EQ(world.lines_with("unauthenticated"), Refusals::kLinesPerWindow + 1);
  EXPECT_EQ(world.lines_with(R"("left_out":980)"), 1U);
  EXPECT_EQ(world.rejected("unauthenticated"), 1001);
}

http::Response ask_from(World& world, http::Method method, std::string target, const char* origin) {
  http::Request request;
  request.method = method;
  request.target = std::move(target);
  request.headers.add("Origin", origin);
  return world.ask(std::move(request));
}

TEST(Cors, AnAllowedPageMayReadTheAnswer) {
  World world;
  auto const answer = ask_from(world, http::Method::get, "/mcp", "http://localhost:3000");
  EXPECT_EQ(answer.headers.get("Access-Control-Allow-Origin"), "http://localhost:3000");
  EXPECT_TRUE(answer.headers.has_token("Access-Control-Expose-Headers", "Mcp-Session-Id"));
  EXPECT_EQ(answer.headers.get("Vary"), "Origin");
  auto const asked = ask_from(world, http::Method::options, "/mcp", "http://localhost:3000");
  EXPECT_EQ(asked.status, 204);
  EXPECT_EQ(asked.headers.get("Access-Control-Allow-Origin"), "http://localhost:3000");
  for (auto const* name :
       {"Mcp-Session-Id",
        "MCP-Protocol-Version",
        "Mcp-Method",
        "Mcp-Name",
        "Authorization",
        "Last-Event-ID",
        "Content-Type"}) {
    EXPECT_TRUE(asked.headers.has_token("Access-Control-Allow-Headers", name)) << name;
  }
  for (auto const* name : {"POST", "DELETE"}) {
    EXPECT_TRUE(asked.headers.has_token("Access-Control-Allow-Methods", name)) << name;
  }
  EXPECT_EQ(world.get("/mcp").headers.count("Access-Control-Allow-Origin"), 0u);
}

// MCP 2026-07-28: tools may have arguments repeated in the head.
TEST(Cors, APageMayRepeatArgumentsInTheHead) {
  World world;
  http::Request request;
  request.method = http::Method::options;
  request.target = "/mcp";
  request.headers.add("Origin", "http://localhost:3000");
  request.headers.add(
      "Access-Control-Request-Headers",
      "content-type,mcp-param-region, MCP-Param-Tenant,x-evil"
      ",mcp-param-,mcp-param-a b"
  );
  auto const asked = world.ask(std::move(request));
  for (auto const* name : {"Mcp-Param-Region", "mcp-param-tenant", "Mcp-Method"}) {
    EXPECT_TRUE(asked.headers.has_token("Access-Control-Allow-Headers", name)) << name;
  }
  for (auto const* name : {"x-evil", "mcp-param-", "mcp-param-a b", "mcp-param-other"}) {
    EXPECT_FALSE(asked.headers.has_token("Access-Control-Allow-Headers", name)) << name;
  }
}

TEST(Cors, ARefusedPageLearnsNothing) {
  World world;
  for (auto const method : {http::Method::get, http::Method::post, http::Method::options}) {
    for (auto const* target : {"/mcp", "/nothing", "/health", "/gitlab/health", "/ready"}) {
      auto const answer = ask_from(world, method, target, "https://evil.example.com");
      for (std::size_t i = 0; i < answer.headers.size(); ++i) {
        EXPECT_FALSE(answer.headers.name(i).starts_with("Access-Control")) << target;
      }
    }
  }
}

TEST(RequestId, IsKeptWhenItIsHarmlessAndElseMade) {
  World world;
  EXPECT_EQ(
      world.get("/mcp", {{"X-Request-Id", "a-B_1.2"}}).headers.get("X-Request-Id"), "a-B_1.2"
  );
  std::string const longest(64, 'a');
  EXPECT_EQ(world.get("/mcp", {{"X-Request-Id", longest}}).headers.get("X-Request-Id"), longest);
  std::vector<std::string> made;
  for (std::string const given : {"", "two words", "a\"b", "caf\xC3\xA9"}) {
    made.emplace_back(*world.get("/mcp", {{"X-Request-Id", given}}).headers.get("X-Request-Id"));
    EXPECT_NE(made.back(), given);
  }
  made.emplace_back(
      *world.get("/mcp", {{"X-Request-Id", longest + "a"}}).headers.get("X-Request-Id")
  );
  made.emplace_back(*world.get("/health").headers.get("X-Request-Id"));
  for (auto const& id : made) {
    EXPECT_FALSE(id.empty());
    EXPECT_EQ(std::ranges::count(made, id), 1) << id;
  }
}

TEST(Release, IsSaidInEveryAnswer) {
  World world({.release = "2026-11-21.3"});
  for (auto const* target : {"/mcp", "/health", "/nothing"}) {
    EXPECT_EQ(world.get(target).headers.get("Davit-Release"), "2026-11-21.3") << target;
  }
  auto const refused = world.get("/mcp", {{"Host", "evil.example"}});
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.headers.get("Davit-Release"), "2026-11-21.3");
  EXPECT_EQ(World().get("/health").headers.count("Davit-Release"), 0u);
}

}  // namespace
}  // namespace davit::host

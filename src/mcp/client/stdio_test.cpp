// Commands that speak MCP on their standard input and output, of both eras and of every make.
#include <csignal>

#include "mcp/client/client.h"
#include "support/scripted_mcp_server.h"

namespace davit::mcp::client {
namespace {

using namespace davit::testing::scripted;

// What the scripts have in common: `say` writes a line, `reply` a result, and `fail` an error.
constexpr std::string_view kPrelude = R"(
import json, os, sys, time
def line(text): sys.stdout.write(text + "\n"); sys.stdout.flush()
def say(**message): line(json.dumps({"jsonrpc": "2.0", **message}))
def reply(m, **result): say(id=m["id"], result=result)
def fail(m, code): say(id=m["id"], error={"code": code, "message": "no"})
def messages():
    for text in sys.stdin: yield json.loads(text)
def handshake(m):
    if m["method"] != "initialize": return False
    reply(m, protocolVersion=m["params"]["protocolVersion"], capabilities={},
          serverInfo={"name": "fake", "version": "1"})
    return True
)";

constexpr std::string_view kLegacy = R"(
for m in messages():
    if "id" not in m or handshake(m): continue
    if m["method"] == "tools/call": reply(m, content=[], pid=os.getpid())
    else: fail(m, -32601)
)";

constexpr std::string_view kModern = R"(
for m in messages():
    if "id" not in m: continue
    if m["method"] == "server/discover":
        reply(m, resultType="complete", supportedVersions=["2026-07-28"], capabilities={})
    elif "io.modelcontextprotocol/protocolVersion" in m["params"]["_meta"]:
        reply(m, resultType="complete", content=[], pid=os.getpid())
)";

class Command {
 public:
  explicit Command(std::string_view script, const World::Change& change = {}) {
    std::signal(SIGPIPE, SIG_IGN);
    Options options;
    options.command.command = {"python3", "-c", std::string(kPrelude) + std::string(script)};
    options.timeout = 10s;
    if (change) change(options);
    client = std::make_unique<Client>(loop.executor(), *http_, std::move(options), log::Logger());
  }
  ~Command() {
    (void)loop.run(scope.stop(Duration::zero()));
    (void)loop.run(client->close());
  }

  Result<> connect() { return loop.run(client->connect()); }
  Result<json::Object> call(Events events = {}) {
    return loop.run(client->call_tool("t", {}, std::move(events)));
  }

  Loop loop;
  TaskScope scope{loop.executor(), log::Logger()};

 private:
  std::unique_ptr<http::Client> http_ = http::make_curl_client(loop.executor(), {});

 public:
  std::unique_ptr<Client> client;
};

void legacy(Options& options) { options.era = Era::legacy; }

TEST(Stdio, SpeaksToServersOfBothEras) {
  Command old(kLegacy);
  ASSERT_TRUE(old.connect());
  EXPECT_EQ(old.client->revision(), Revision::v2025_11_25);
  EXPECT_EQ(old.client->server_info().at("name"), "fake");
  EXPECT_TRUE(old.call());
  EXPECT_TRUE(old.call());
  Command modern(kModern);
  ASSERT_TRUE(modern.connect());
  EXPECT_EQ(modern.client->revision(), Revision::v2026_07_28);
  EXPECT_TRUE(modern.call());
}

TEST(Stdio, TakesSilenceAndDeathUponTheProbeForAnOldServer) {
  auto const short_probe = [](Options& options) { options.probe_timeout = 300ms; };
  auto const silent = R"(
for m in messages():
    if "id" not in m or handshake(m): continue
    if m["method"] == "tools/call": reply(m, content=[])
)";
  Command quiet(silent, short_probe);
  ASSERT_TRUE(quiet.connect());
  EXPECT_TRUE(quiet.call());
  auto const fragile = std::string(R"(
def messages():
    for text in sys.stdin:
        m = json.loads(text)
        if m["method"] == "server/discover": sys.exit(1)
        yield m
)") + std::string(kLegacy);
  Command mortal(fragile);
  ASSERT_TRUE(mortal.connect());
  EXPECT_TRUE(mortal.call());
}

TEST(Stdio, ReadsPastBannersAndGarbage) {
  auto const script = std::string(R"(
line("Welcome to my server!")
line("")
line("[1, {}, null")
line('{"jsonrpc":"2.0","id":99,"result":{}}')
sys.stdout.buffer.write(b"\xff\xfe\x00\n")
)") + std::string(kLegacy);
  Command noisy(script, legacy);
  ASSERT_TRUE(noisy.connect());
  EXPECT_TRUE(noisy.call());
}

Async<json::Object> agree(std::string method, json::Object) {
  json::Object answer{{"answer", method}};
  co_return answer;
}

TEST(Stdio, AnswersWhatTheServerAsks) {
  auto const script = R"(
calls = {}
for m in messages():
    if "method" not in m:
        calls["got"].append(m.get("result", m.get("error")))
        if len(calls["got"]) == 3: reply(calls["m"], got=calls["got"])
    elif "id" in m and not handshake(m):
        calls = {"m": m, "got": []}
        say(id="p", method="ping")
        say(method="notifications/progress", params={"progressToken": m["id"], "progress": 7})
        say(id="e", method="elicitation/create", params={"message": "?"})
        say(id="s", method="sampling/createMessage", params={})
)";
  Command asking(script, [](Options& options) {
    options.era = Era::legacy;
    options.on_ask = agree;
    options.capabilities.bits = ClientCapabilities::elicitation_form;
  });
  ASSERT_TRUE(asking.connect());
  double progress = 0;
  Events events;
  events.on_progress = [&](double done, std::optional<double>, std::string_view) {
    progress = done;
  };
  auto const called = asking.call(events);
  ASSERT_TRUE(called);
  EXPECT_EQ(progress, 7);
  auto const got = json::to_text(called->at("got"));
  EXPECT_NE(got.find(R"({"answer":"elicitation/create"})"), std::string::npos) << got;
  EXPECT_NE(got.find("-32601"), std::string::npos) << got;
}

TEST(Stdio, CancellationIsToldToServersOfBothEras) {
  auto const waits = std::string(R"(
def messages():
    for text in sys.stdin:
        m = json.loads(text)
        if m["method"] == "notifications/cancelled": cancelled.append(m["params"]["requestId"])
        elif m["method"] == "tools/call" and not waiting: waiting.append(m["id"])
        elif m["method"] == "prompts/get": reply(m, cancelled=cancelled, waiting=waiting)
        else: yield m
cancelled, waiting = [], []
)");
  for (auto const& script : {kLegacy, kModern}) {
    Command command(waits + std::string(script), [](Options& options) {
      options.timeout = 1500ms;
    });
    ASSERT_TRUE(command.connect());
    std::optional<Result<json::Object>> outcome;
    auto task = command.scope.spawn("call", call_into(*command.client, outcome));
    ASSERT_TRUE(command.loop.run(sleep_for(20ms)));
    task.cancel();
    ASSERT_TRUE(command.loop.run(command.scope.join()));
    EXPECT_TRUE(outcome && outcome->error().kind() == ErrorKind::cancelled);
    auto const seen = command.loop.run(command.client->request("prompts/get", {}));
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->at("cancelled"), seen->at("waiting"));
    EXPECT_EQ(seen->at("cancelled").get_array().size(), 1u);
  }
}

TEST(Stdio, ACommandThatEndsIsStartedAgainByTheNextRequest) {
  auto const dies_once = std::string(R"(
def messages():
    for text in sys.stdin:
        m = json.loads(text)
        if m["method"] == "prompts/get": sys.exit(7)
        yield m
)");
  for (auto const& script : {kLegacy, kModern}) {
    Command command(dies_once + std::string(script));
    ASSERT_TRUE(command.connect());
    auto const first = command.call();
    ASSERT_TRUE(first);
    auto const died = command.loop.run(command.client->request("prompts/get", {}));
    ASSERT_FALSE(died);
    EXPECT_EQ(died.error().kind(), ErrorKind::unavailable);
    EXPECT_NE(died.error().message().find("exit code 7"), std::string::npos)
        << died.error().message();
    auto const second = command.call();
    ASSERT_TRUE(second);
    EXPECT_NE(first->at("pid"), second->at("pid"));
  }
}

TEST(Stdio, ListensOnTheStreamThatAllRequestsShare) {
  auto const script = R"(
for m in messages():
    if "id" not in m: continue
    if m["method"] == "subscriptions/listen":
        meta = {"io.modelcontextprotocol/subscriptionId": m["id"]}
        say(method="notifications/subscriptions/acknowledged", params={"_meta": meta})
        say(method="notifications/tools/list_changed", params={"_meta": meta})
        say(method="notifications/prompts/list_changed", params={})
    else:
        reply(m, resultType="complete", supportedVersions=["2026-07-28"], capabilities={})
)";
  std::vector<std::string> unasked;
  Command command(script, [&unasked](Options& options) {
    options.on_notification = [&unasked](std::string_view method, const json::Object&) {
      unasked.emplace_back(method);
    };
  });
  ASSERT_TRUE(command.connect());
  std::vector<std::string> told;
  auto const on_notification = [&told](std::string_view method, const json::Object&) {
    told.emplace_back(method);
  };
  auto task = command.scope.spawn("listen", command.client->listen({}, on_notification));
  for (int i = 0; i < 1000 && unasked.empty(); ++i) (void)command.loop.run(sleep_for(5ms));
  task.cancel();
  ASSERT_TRUE(command.loop.run(command.scope.join()));
  EXPECT_EQ(
      told,
      (std::vector<std::string>{
          "notifications/subscriptions/acknowledged", "notifications/tools/list_changed"
      })
  );
  EXPECT_EQ(unasked, std::vector<std::string>{"notifications/prompts/list_changed"});
}

TEST(Stdio, ALineThatIsTooLongFailsTheRequestItAnswers) {
  auto const script = std::string(R"(
def messages():
    for text in sys.stdin:
        m = json.loads(text)
        if m["method"] == "prompts/get": reply(m, text="x" * 200000)
        else: yield m
)") + std::string(kLegacy);
  Command command(script, [](Options& options) {
    options.era = Era::legacy;
    options.limits.message_bytes = 100'000;
  });
  ASSERT_TRUE(command.connect());
  auto const got = command.loop.run(command.client->request("prompts/get", {}));
  EXPECT_EQ(got.error().kind(), ErrorKind::protocol);
  EXPECT_TRUE(command.call());
}

TEST(Stdio, ACommandThatDoesNotReadIsNoReasonToGrowOrToWaitForEver) {
  Command command(
      R"(
m = json.loads(sys.stdin.readline())
handshake(m)
time.sleep(100)
)",
      [](Options& options) {
        options.era = Era::legacy;
        options.timeout = 1500ms;
        options.limits.queue_bytes = 300'000;
      }
  );
  ASSERT_TRUE(command.connect());
  json::Object const large{{"x", std::string(200'000, 'x')}};
  bool refused = false;
  std::vector<std::optional<Result<json::Object>>> outcomes(4);
  for (int i = 0; i < 4; ++i) {
    auto const called = command.loop.run(command.client->call_tool("t", large));
    ASSERT_FALSE(called);
    refused = refused || called.error().kind() == ErrorKind::rate_limited;
  }
  EXPECT_TRUE(refused);
}

TEST(Stdio, SaysWhyACommandCannotBeStartedAndWhatItIs) {
  Command missing("", [](Options& options) { options.command.command = {"no-such-server"}; });
  EXPECT_EQ(missing.connect().error().kind(), ErrorKind::not_found);
  Command talker("line('hello')");
  auto const connected = talker.connect();
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().kind(), ErrorKind::unavailable);
  Command both("", [](Options& options) { options.url = "http://127.0.0.1:1/"; });
  EXPECT_EQ(both.connect().error().kind(), ErrorKind::invalid_input);
}

}  // namespace
}  // namespace davit::mcp::client

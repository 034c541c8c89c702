// Channels that carry messages both ways: the Duplex itself, stdio over pipes, and HTTP+SSE.
#include "mcp/transport/duplex.h"

#include <algorithm>
#include <csignal>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/lines.h"
#include "async/loop.h"
#include "base/strings.h"
#include "http/event_stream.h"
#include "http/sse.h"
#include "mcp/store/memory.h"
#include "mcp/transport/http_sse.h"
#include "mcp/transport/stdio.h"
#include "support/mcp_tools.h"

namespace davit::mcp::transport {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

Async<ToolResult> greet(Context context, json::Object) {
  json::Object const schema{{"name", json::Object{{"type", "string"}}}};
  std::vector<InputRequest> questions;
  questions.push_back(elicit("who", "Your name?", schema));
  DAVIT_CO_TRY(auto const answers, context.ask(std::move(questions)));
  co_return ToolResult::text("Hello, " + answers.text("who", "name") + "!");
}

std::string request(int id, std::string_view method, std::string_view params = "{}") {
  return fmt::format(
      R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":{}}})", id, method, params
  );
}
std::string notification(std::string_view method, std::string_view params = "{}") {
  return fmt::format(R"({{"jsonrpc":"2.0","method":"{}","params":{}}})", method, params);
}
std::string initialize(std::string_view version, std::string_view capabilities = "{}") {
  return request(
      0,
      "initialize",
      fmt::format(
          R"({{"protocolVersion":"{}","capabilities":{},"clientInfo":{{"name":"c","version":"1"}}}})",
          version,
          capabilities
      )
  );
}
std::string call(int id, std::string_view tool, std::string_view arguments = "{}") {
  return request(
      id, "tools/call", fmt::format(R"({{"name":"{}","arguments":{}}})", tool, arguments)
  );
}
std::string modern(int id, std::string_view method, std::string_view params = "") {
  return request(
      id,
      method,
      fmt::format(
          R"({{"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
          R"("io.modelcontextprotocol/clientCapabilities":{{}}}}{}}})",
          params
      )
  );
}

class Channel : public ::testing::Test {
 protected:
  Channel() {
    auto tool = testing::tools::make("greet", R"({"type":"object"})", greet);
    EXPECT_TRUE(server_.add_tool(std::move(tool)));
    EndpointParts parts{
        .executor = loop_.executor(),
        .ring = ring_,
        .clock = clock_,
        .store = *store_,
        .self = {"", "aaaaaa"},
        .counters = counters_,
        .logger = log::Logger(),
    };
    EndpointOptions options;
    options.max_batch = 4;
    endpoint_ = std::make_unique<Endpoint>(server_, parts, options);
  }
  ~Channel() override {
    EXPECT_TRUE(run(endpoint_->stop(0s)));
    EXPECT_EQ(counters_.at("davit_mcp_calls_running").value(), 0);
    endpoint_.reset();
  }

  template <class T>
  Result<T> run(Async<T> op) {
    return loop_.run(with_timeout(std::move(op), 20s));
  }
  void settle() {
    for (auto i = 0; i < 5; ++i) EXPECT_TRUE(run(sleep_for(1ms)));
  }

  Loop loop_;
  SystemClock clock_;
  KeyRing ring_ = KeyRing::random();
  Counters counters_;
  std::unique_ptr<Store> store_ = make_memory_store(loop_.executor(), clock_);
  testing::Notes notes_;
  Server server_ = testing::make_test_server(notes_);
  std::unique_ptr<Endpoint> endpoint_;
};

class DuplexChannel : public Channel {
 protected:
  ~DuplexChannel() override { duplex_.reset(); }

  void open(bool takes_modern = true) {
    duplex_ = std::make_unique<Duplex>(
        *endpoint_,
        DuplexOptions{.request_id = "test", .takes_modern = takes_modern},
        [this](std::string text) { said_.push_back(std::move(text)); }
    );
  }
  Async<> receive(std::string text) {
    if (auto const malformed = duplex_->receive(text))
      said_.push_back(jsonrpc::write_error(malformed->id, malformed->error));
    co_return Result<>();
  }
  // What came of it until now.
  Strings say(const std::string& text) {
    said_.clear();
    EXPECT_TRUE(run(receive(text)));
    settle();
    return std::exchange(said_, {});
  }
  // The one answer to it, without its frame.
  std::string ask(const std::string& text) {
    auto const said = say(text);
    if (said.size() != 1) return fmt::format("{} messages", said.size());
    auto const message = json::parse(said.front());
    EXPECT_EQ(json::find_string(*message, "jsonrpc"), "2.0");
    for (auto const* path : {"result", "error"}) {
      if (auto const* found = json::find(*message, path)) return json::to_text(*found);
    }
    return said.front();
  }
  int code(const std::string& text) {
    auto const error = json::parse(ask(text));
    return error ? static_cast<int>(json::find_int(*error, "code").value_or(0)) : 0;
  }
  std::string handshake(std::string_view version, std::string_view capabilities = "{}") {
    open();
    auto const result = json::parse(ask(initialize(version, capabilities)));
    EXPECT_TRUE(say(notification("notifications/initialized")).empty());
    return std::string(json::find_string(*result, "protocolVersion").value_or("(none)"));
  }

  std::unique_ptr<Duplex> duplex_;
  Strings said_;
};

constexpr std::string_view kEchoed = R"({"content":[{"type":"text","text":"hi"}]})";

TEST_F(DuplexChannel, ALegacyClientHasOneSession) {
  for (std::string_view const version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
    EXPECT_EQ(handshake(version), version);
    EXPECT_EQ(ask(call(1, "echo", R"({"text":"hi"})")), kEchoed);
    EXPECT_EQ(ask(request(2, "ping")), "{}");
    EXPECT_EQ(code(request(3, "resources/nonsense")), -32601);
    EXPECT_EQ(code(initialize(version)), -32600);
  }
  EXPECT_EQ(handshake("2026-07-28"), "2025-11-25");
}

TEST_F(DuplexChannel, BeforeTheHandshakeOnlyPingIsAnswered) {
  open();
  EXPECT_EQ(ask(request(1, "ping")), "{}");
  EXPECT_EQ(code(request(2, "tools/list")), -32600);
  EXPECT_EQ(code(request(3, "server/discover")), -32602);
  EXPECT_EQ(code(request(4, "subscriptions/listen")), -32602);
  EXPECT_EQ(code(request(5, "initialize")), -32602);
  EXPECT_TRUE(say(notification("notifications/cancelled", R"({"requestId":1})")).empty());
  EXPECT_TRUE(say(R"({"jsonrpc":"2.0","id":9,"result":{}})").empty());
  EXPECT_EQ(code(initialize("2025-06-18")), 0);
  EXPECT_EQ(code(request(6, "ping")), 0);
}

TEST_F(DuplexChannel, WhatIsNoMessageIsAnsweredAndTheChannelGoesOn) {
  handshake("2025-11-25");
  EXPECT_EQ(code("{"), -32700);
  EXPECT_EQ(code("17"), -32600);
  EXPECT_EQ(code(R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})"), -32600);
  EXPECT_EQ(say("{").front().find("\"id\""), std::string::npos);
  EXPECT_EQ(ask(request(1, "ping")), "{}");
}

TEST_F(DuplexChannel, ModernRequestsNeedNoHandshakeAndStandBesideOne) {
  open();
  auto const expected = ask(modern(1, "tools/call", R"(,"name":"echo","arguments":{"text":"hi"})"));
  EXPECT_TRUE(expected.find(R"("resultType":"complete")") != std::string::npos) << expected;
  EXPECT_EQ(code(modern(2, "nonsense")), -32601);
  EXPECT_EQ(code(initialize("2025-11-25")), 0);
  EXPECT_EQ(ask(modern(3, "tools/call", R"(,"name":"echo","arguments":{"text":"hi"})")), expected);
  EXPECT_EQ(ask(call(4, "echo", R"({"text":"hi"})")), kEchoed);
}

TEST_F(DuplexChannel, AChannelOfTheOldTransportTakesNoModernRequests) {
  open(/*takes_modern=*/false);
  EXPECT_EQ(code(modern(1, "server/discover")), -32600);
}

TEST_F(DuplexChannel, TheClientIsAskedOnTheChannel) {
  handshake("2025-06-18", R"({"elicitation":{}})");
  auto const asked = say(call(1, "greet"));
  ASSERT_EQ(asked.size(), 1U);
  auto const question = json::parse(asked.front());
  EXPECT_EQ(json::find_string(*question, "method"), "elicitation/create");
  json::Object const reply{
      {"jsonrpc", "2.0"},
      {"id", *json::find(*question, "id")},
      {"result", {{"action", "accept"}, {"content", {{"name", "Ann"}}}}},
  };
  EXPECT_EQ(ask(json::to_text(reply)), R"({"content":[{"type":"text","text":"Hello, Ann!"}]})");
}

TEST_F(DuplexChannel, ProgressComesBeforeTheAnswer) {
  handshake("2025-11-25");
  auto const said = say(
      request(1, "tools/call", R"({"name":"slow","arguments":{},"_meta":{"progressToken":"p"}})")
  );
  ASSERT_GE(said.size(), 2U);
  EXPECT_TRUE(said.front().find("notifications/progress") != std::string::npos);
  EXPECT_TRUE(said.back().find("\"result\"") != std::string::npos);
}

TEST_F(DuplexChannel, CancellingEndsARequestWithoutAnAnswer) {
  handshake("2025-11-25");
  EXPECT_TRUE(say(call(1, "sleeps")).empty());
  EXPECT_TRUE(say(modern(2, "tools/call", R"(,"name":"sleeps","arguments":{})")).empty());
  EXPECT_EQ(code(call(1, "echo")), -32600);
  EXPECT_EQ(code(modern(2, "tools/list")), -32600);
  EXPECT_EQ(duplex_->running(), 2U);
  EXPECT_TRUE(say(notification("notifications/cancelled", R"({"requestId":1})")).empty());
  EXPECT_EQ(duplex_->running(), 1U);
  EXPECT_TRUE(say(notification("notifications/cancelled", R"({"requestId":2})")).empty());
  EXPECT_EQ(duplex_->running(), 0U);
  EXPECT_EQ(std::ranges::count(notes_, "sleeps: cancelled"), 2);
  EXPECT_TRUE(say(notification("notifications/cancelled", R"({"requestId":2})")).empty());
}

TEST_F(DuplexChannel, ListeningEndsWithAnAnswerOrInSilence) {
  open();
  auto const listen = R"(,"notifications":{"toolsListChanged":true})";
  auto const opened = say(modern(7, "subscriptions/listen", listen));
  ASSERT_EQ(opened.size(), 1U);
  EXPECT_TRUE(opened[0].find("notifications/subscriptions/acknowledged") != std::string::npos);
  EXPECT_TRUE(say(notification("notifications/cancelled", R"({"requestId":7})")).empty());

  EXPECT_EQ(say(modern(8, "subscriptions/listen", listen)).size(), 1U);
  duplex_->finish_input();
  ASSERT_EQ(said_.size(), 1U);
  EXPECT_TRUE(said_[0].find(R"("id":8)") != std::string::npos);
  EXPECT_EQ(duplex_->running(), 0U);
}

TEST_F(DuplexChannel, ABatchIsAnsweredByABatch) {
  for (std::string_view const version : {"2024-11-05", "2025-03-26"}) {
    handshake(version);
    auto const said =
        say('[' + call(1, "echo", R"({"text":"hi"})") + ',' + notification("notifications/x") +
            ',' + request(2, "nonsense") + ']');
    ASSERT_EQ(said.size(), 1U);
    auto const answers = json::parse(said.front());
    ASSERT_EQ(answers->as_array().size(), 2U);
    EXPECT_EQ(json::find_int(*answers, "0.id"), 1);
    EXPECT_EQ(json::find_int(*answers, "1.error.code"), -32601);
    EXPECT_TRUE(say('[' + notification("notifications/x") + ']').empty());
    EXPECT_EQ(code("[]"), -32600);
    EXPECT_EQ(code("[1]"), -32600);
    EXPECT_EQ(code("[1,2,3,4,5]"), -32600);
    EXPECT_EQ(code('[' + initialize(version) + ']'), -32600);

    // A slow one keeps the others; a cancelled one is left out.
    EXPECT_TRUE(say('[' + request(3, "ping") + ',' + call(4, "sleeps") + ']').empty());
    auto const rest = say(notification("notifications/cancelled", R"({"requestId":4})"));
    EXPECT_EQ(rest, (Strings{R"([{"jsonrpc":"2.0","id":3,"result":{}}])"}));
  }
}

TEST_F(DuplexChannel, NewerRevisionsHaveNoBatches) {
  for (std::string_view const version : {"2025-06-18", "2025-11-25"}) {
    handshake(version);
    EXPECT_EQ(code('[' + request(1, "ping") + ']'), -32600);
  }
  open();
  EXPECT_EQ(code('[' + request(1, "ping") + ']'), -32600);
}

TEST_F(DuplexChannel, ClosingCancelsWhatRunsAndSaysNothing) {
  handshake("2025-11-25");
  EXPECT_TRUE(say(call(1, "sleeps")).empty());
  duplex_->close();
  settle();
  EXPECT_TRUE(said_.empty());
  EXPECT_EQ(notes_, (Strings{"sleeps: started", "sleeps: cancelled"}));
}

TEST_F(DuplexChannel, NewsOfTheServerComesUnasked) {
  handshake("2025-11-25");
  said_.clear();
  auto tool = testing::tools::make("late", R"({"type":"object"})", greet);
  ASSERT_TRUE(server_.add_tool(std::move(tool)));
  settle();
  ASSERT_EQ(said_.size(), 1U);
  EXPECT_TRUE(said_[0].find("notifications/tools/list_changed") != std::string::npos);
}

// ------------------------------------------------------------------------------------------------

class StdioChannel : public Channel {
 protected:
  StdioChannel() : scope_(loop_.executor(), log::Logger()) {
    std::signal(SIGPIPE, SIG_IGN);
    int pair[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    ours_ = pair[0];
    theirs_ = pair[1];
    reader_.emplace(loop_.executor(), theirs_, 1 << 20);
  }
  ~StdioChannel() override {
    EXPECT_TRUE(run(scope_.stop(5s)));
    reader_.reset();
    ::close(ours_);
    if (theirs_ >= 0) ::close(theirs_);
  }

  void start(StdioOptions options = {}) {
    stdio_ = std::make_unique<Stdio>(*endpoint_, ours_, ours_, options);
    serving_ = scope_.spawn("stdio", serve());
  }
  void write(const std::string& text) {
    EXPECT_EQ(::write(theirs_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  std::string read() {
    auto const line = run(reader_->read());
    return line && *line ? (*line)->text : "(end)";
  }
  bool ends() {
    for (auto i = 0; i < 2'000 && !ended_; ++i) EXPECT_TRUE(run(sleep_for(1ms)));
    return ended_.has_value();
  }
  Async<> serve() {
    ended_ = co_await stdio_->serve();
    co_return Result<>();
  }

  TaskScope scope_;
  int ours_ = -1;
  int theirs_ = -1;
  std::optional<LineReader> reader_;
  std::unique_ptr<Stdio> stdio_;
  Task serving_;
  std::optional<Result<>> ended_;
};

TEST_F(StdioChannel, LinesAreMessagesBothWays) {
  start({.max_message_bytes = 1'000});
  write(initialize("2025-11-25") + "\r\n\n  \n");
  EXPECT_TRUE(read().find(R"("protocolVersion":"2025-11-25")") != std::string::npos);
  write("nonsense\n" + std::string(2'000, 'x') + "\n" + request(1, "ping") + "\n");
  EXPECT_TRUE(read().find("-32700") != std::string::npos);
  EXPECT_TRUE(read().find("a message has at most 1000 bytes") != std::string::npos);
  EXPECT_EQ(read(), R"({"jsonrpc":"2.0","id":1,"result":{}})");
  ::shutdown(theirs_, SHUT_WR);
  ASSERT_TRUE(ends());
  EXPECT_TRUE(*ended_);
}

TEST_F(StdioChannel, CallsThatRunAreAnsweredAfterTheEndOfTheInput) {
  start();
  write(initialize("2025-11-25") + '\n' + call(1, "sleeps", R"({"ms":20})"));  // the last has no LF
  ::shutdown(theirs_, SHUT_WR);
  read();
  EXPECT_TRUE(read().find(R"("text":"slept")") != std::string::npos);
  ASSERT_TRUE(ends());
}

TEST_F(StdioChannel, TheyDoNotHoldItUpForLong) {
  start({.grace = 20ms});
  write(initialize("2025-11-25") + '\n' + call(1, "sleeps") + '\n');
  ::shutdown(theirs_, SHUT_WR);
  ASSERT_TRUE(ends());
  settle();
  EXPECT_EQ(notes_, (Strings{"sleeps: started", "sleeps: cancelled"}));
}

TEST_F(StdioChannel, AClientThatHasGoneEndsIt) {
  start({.grace = 20ms});
  write(initialize("2025-11-25") + '\n' + call(1, "sleeps") + '\n');
  read();
  reader_.reset();
  ::close(std::exchange(theirs_, -1));
  ASSERT_TRUE(ends());
}

TEST_F(StdioChannel, AClientThatNeverReadsIsCutOff) {
  start({.max_queued_bytes = 100'000, .grace = 20ms});
  write(initialize("2025-11-25") + '\n');
  for (auto i = 1; i <= 20; ++i) {
    write(call(i, "echo", R"({"text":")" + std::string(50'000, 'x') + "\"}") + '\n');
    settle();
    if (ended_) break;
  }
  ASSERT_TRUE(ends());
}

TEST_F(StdioChannel, ItCanBeCancelled) {
  start();
  write(initialize("2025-11-25") + '\n' + call(1, "sleeps") + '\n');
  read();
  serving_.cancel();
  ASSERT_TRUE(ends());
  EXPECT_EQ(ended_->error().kind(), ErrorKind::cancelled);
  settle();
  EXPECT_EQ(notes_.back(), "sleeps: cancelled");
}

// ------------------------------------------------------------------------------------------------

class HttpSseChannel : public Channel {
 protected:
  ~HttpSseChannel() override { sse_.close(); }

  http::Response get(std::string principal = "ann") {
    http::Request request;
    request.target = "/stage/test/sse?x=1";
    request.headers.add("Accept", "text/event-stream");
    return sse_.open(request, {.request_id = "r", .principal = {principal}});
  }
  int post(std::string query, std::string body, std::string principal = "ann") {
    http::Request request;
    request.method = http::Method::post;
    request.target = "/stage/test/sse?" + query;
    request.headers.add("Content-Type", "application/json; charset=utf-8");
    request.body = std::move(body);
    status_ = 0;
    EXPECT_TRUE(run(post_on_loop(std::move(request), {.principal = {principal}})));
    settle();
    return status_;
  }
  Async<> post_on_loop(http::Request request, RequestInfo info) {
    status_ = sse_.post(request, info).status;
    co_return Result<>();
  }
  static std::vector<http::sse::Event> take(const http::Response& response) {
    std::vector<http::sse::Event> events;
    http::sse::Reader reader(1 << 20);
    EXPECT_TRUE(reader.feed(response.events->take(), [&](http::sse::Event event) {
      events.push_back(std::move(event));
    }));
    return events;
  }
  // The query of the address that the stream names.
  static std::string query_of(const http::Response& response) {
    auto const events = take(response);
    EXPECT_EQ(events.size(), 1U);
    EXPECT_EQ(events.at(0).name, "endpoint");
    EXPECT_TRUE(events.at(0).data.starts_with("/stage/test/sse?sessionId="));
    return events.at(0).data.substr(std::string("/stage/test/sse?").size());
  }

  HttpSse sse_{*endpoint_, {.max_streams = 3, .max_streams_per_principal = 2}};
  int status_ = 0;
};

TEST_F(HttpSseChannel, AnswersComeOnTheStream) {
  auto const stream = get();
  EXPECT_EQ(stream.headers.get("Content-Type"), "text/event-stream");
  auto const query = query_of(stream);
  EXPECT_EQ(post(query, initialize("2024-11-05")), 202);
  auto const events = take(stream);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].name, "message");
  EXPECT_EQ(events[0].id, "");
  EXPECT_TRUE(events[0].data.find(R"("protocolVersion":"2024-11-05")") != std::string::npos);
  EXPECT_EQ(post(query, notification("notifications/initialized")), 202);
  EXPECT_EQ(post("x=1&" + query, call(1, "echo", R"({"text":"hi"})")), 202);
  EXPECT_EQ(
      take(stream).at(0).data, fmt::format(R"({{"jsonrpc":"2.0","id":1,"result":{}}})", kEchoed)
  );
}

TEST_F(HttpSseChannel, WhatIsWrongWithAPostIsItsStatus) {
  auto const stream = get();
  auto const query = query_of(stream);
  EXPECT_EQ(post(query, "{"), 400);
  EXPECT_EQ(post(query, "[]"), 400);
  EXPECT_EQ(post("", request(1, "ping")), 404);
  EXPECT_EQ(post("sessionId=nonsense", request(1, "ping")), 404);
  EXPECT_EQ(post(query, request(1, "ping"), "mallory"), 404);
  EXPECT_TRUE(take(stream).empty());
  http::Request plain;
  plain.target = "/stage/test/sse?" + query;
  EXPECT_EQ(sse_.post(plain, {.principal = {"ann"}}).status, 415);
  http::Request json_only;
  json_only.headers.add("Accept", "application/json");
  EXPECT_EQ(sse_.open(json_only, {}).status, 406);
}

TEST_F(HttpSseChannel, ItsSessionEndsWithTheStream) {
  auto const stream = get();
  auto const query = query_of(stream);
  post(query, initialize("2024-11-05"));
  EXPECT_EQ(post(query, call(1, "sleeps")), 202);
  stream.events->abandon();
  settle();
  EXPECT_EQ(notes_, (Strings{"sleeps: started", "sleeps: cancelled"}));
  EXPECT_EQ(post(query, request(2, "ping")), 404);
  EXPECT_EQ(sse_.size(), 0U);

  auto const other = get();
  auto const other_query = query_of(other);
  sse_.close();
  EXPECT_FALSE(other.events->is_open());
  EXPECT_EQ(post(other_query, request(2, "ping")), 404);
}

TEST_F(HttpSseChannel, AReaderThatIsTooSlowLosesItsStream) {
  auto const stream = get();
  auto const query = query_of(stream);
  post(query, initialize("2024-11-05"));
  auto const text = R"({"text":")" + std::string(400'000, 'x') + "\"}";
  for (auto i = 1; i <= 3; ++i) post(query, call(i, "echo", text));
  EXPECT_EQ(sse_.size(), 0U);
  EXPECT_FALSE(stream.events->is_open());
}

TEST_F(HttpSseChannel, AHandshakeThatItsOwnAnswerCutsLeavesNothing) {
  auto const stream = get();
  auto const query = query_of(stream);
  auto message = *json::parse(initialize("2024-11-05"));
  message.as_object()["id"] = std::string(1'100'000, 'x');
  post(query, json::to_text(message));
  EXPECT_FALSE(stream.events->is_open());
  EXPECT_EQ(sse_.size(), 0U);
  EXPECT_EQ(counters_.at("davit_mcp_live_sessions").value(), 0);
}

TEST_F(HttpSseChannel, ASessionNamesItsReplica) {
  auto const query = query_of(get());
  auto const session = std::string_view(query).substr(query.find('=') + 1);
  EXPECT_EQ(sse_.home_of(session), endpoint_->parts().self);
  EXPECT_FALSE(sse_.home_of("nonsense"));
}

TEST_F(HttpSseChannel, NoneBeginsDuringADrain) {
  endpoint_->drain();
  auto const refused = get();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.get("Retry-After"), "1");
}

TEST_F(HttpSseChannel, StreamsAreBounded) {
  auto const first = get();
  auto const second = get();
  EXPECT_EQ(get().status, 429);
  auto const other = get("bob");
  EXPECT_EQ(get("eve").status, 429);
  EXPECT_EQ(counters_.at("davit_mcp_rejected_total", "reason=\"too_many_streams\"").value(), 2);
  first.events->abandon();
  EXPECT_EQ(get("eve").status, 200);
  EXPECT_EQ(counters_.at("davit_mcp_sse_sessions").value(), 3);
}

}  // namespace
}  // namespace davit::mcp::transport

// An MCP server that says what a test tells it to, over HTTP on loopback, and a client for it.
#pragma once

#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/loop.h"
#include "async/task_scope.h"
#include "http/event_stream.h"
#include "http/server.h"
#include "http/sse.h"
#include "mcp/client/client.h"

namespace davit::testing::scripted {

using namespace std::chrono_literals;
using namespace mcp;
using mcp::client::Client;
using mcp::client::Events;
using mcp::client::Options;

// One message that came, as a server sees it.
struct Asked {
  http::Method http_method;
  http::Headers headers;
  json::Value message;  // null when there is no body
  std::string target;

  std::string method() const {
    return std::string(json::find_string(message, "method").value_or(""));
  }
  std::string id() const {
    auto const* id = json::find(message, "id");
    return id == nullptr ? "" : json::to_text(*id);
  }
  std::string_view text(std::string_view path) const {
    return json::find_string(message, path).value_or("");
  }
};

inline std::string result_text(const Asked& asked, std::string_view members) {
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{{{}}}}})", asked.id(), members);
}

inline http::Response result(const Asked& asked, std::string_view members) {
  return http::Response::json(200, result_text(asked, members));
}

inline http::Response error(const Asked& asked, int status, int code, std::string_view more = "") {
  return http::Response::json(
      status,
      fmt::format(
          R"({{"jsonrpc":"2.0","id":{},"error":{{"code":{},"message":"no"{}}}}})",
          asked.id(),
          code,
          more
      )
  );
}

inline http::Response stream(const std::vector<std::string>& messages) {
  std::string body;
  for (auto const& message : messages) body += http::sse::message(message);
  return http::Response::text(200, "text/event-stream", std::move(body));
}

inline http::Response status(int code) { return http::Response{.status = code}; }

inline std::string initialized_text(const Asked& asked, std::string_view version) {
  return result_text(
      asked,
      fmt::format(
          R"("protocolVersion":"{}","capabilities":{{"tools":{{}}}},)"
          R"("serverInfo":{{"name":"fake","version":"1"}})",
          version
      )
  );
}

inline http::Response initialized(
    const Asked& asked, std::string_view session, std::string_view version
) {
  auto response = http::Response::json(200, initialized_text(asked, version));
  if (!session.empty()) response.headers.add("Mcp-Session-Id", session);
  return response;
}

// A server that knows 2025-11-25 and sessions only.
inline http::Response legacy_only(const Asked& asked) {
  if (asked.method() == "initialize") return initialized(asked, "s1", "2025-11-25");
  if (asked.http_method == http::Method::del) return status(204);
  if (asked.http_method == http::Method::get) return status(405);
  if (asked.headers.get("Mcp-Session-Id") != "s1") return error(asked, 400, -32000);
  if (asked.id().empty() || asked.method().empty()) return status(202);
  return result(asked, R"("tools":[],"content":[])");
}

// One of 2026-07-28 only.
inline http::Response modern_only(const Asked& asked) {
  if (asked.headers.get("MCP-Protocol-Version") != "2026-07-28") return error(asked, 400, -32020);
  if (asked.method() != asked.headers.get("Mcp-Method")) return error(asked, 400, -32020);
  if (asked.method() == "server/discover") {
    return result(
        asked,
        R"("supportedVersions":["2026-07-28"],"capabilities":{},"instructions":"Be kind.",)"
        R"("_meta":{"io.modelcontextprotocol/serverInfo":{"name":"new"}})"
    );
  }
  return result(asked, R"("content":[])");
}

class World final : public http::Handler {
 public:
  using Answer = std::function<http::Response(const Asked&)>;
  using Change = std::function<void(Options&)>;

  explicit World(Answer answer, const Change& change = {}) : answer_(std::move(answer)) {
    ::setenv("no_proxy", "*", 1);
    EXPECT_TRUE(server_.start());
    Options options;
    options.url = url("/mcp");
    options.timeout = 10s;
    options.limits.first_wait = 1ms;
    options.headers.add("X-Mine", "1");
    if (change) change(options);
    client = std::make_unique<Client>(loop.executor(), *http_, std::move(options), log::Logger());
  }
  World(Answer answer, Era era)
      : World(std::move(answer), [era](Options& options) { options.era = era; }) {}
  ~World() override {
    (void)loop.run(scope.stop(Duration::zero()));
    (void)loop.run(client->close());
    EXPECT_TRUE(loop.run(server_.stop(Duration::zero())));
  }

  Async<http::Response> handle(http::Request request) override {
    Asked one{request.method, request.headers, {}, request.target};
    if (auto message = json::parse(request.body)) one.message = *std::move(message);
    asked.push_back(one);
    co_return answer_(one);
  }

  std::string url(std::string_view path) const {
    return fmt::format("http://127.0.0.1:{}{}", server_.port(), path);
  }

  // What was asked for, in order, separated by blanks; a reply to the server is "reply".
  std::string history() const {
    std::string text;
    for (auto const& one : asked) {
      if (!text.empty()) text += ' ';
      if (one.http_method == http::Method::post) {
        text += one.method().empty() ? "reply" : one.method();
      } else {
        text += to_string(one.http_method);
      }
    }
    return text;
  }
  int count(std::string_view method) const {
    int n = 0;
    for (auto const& one : asked) n += one.method() == method ? 1 : 0;
    return n;
  }
  // The replies to the server, one a line.
  std::string replies() const {
    std::string text;
    for (auto const& one : asked) {
      if (one.method().empty() && !one.message.is_null()) text += json::to_text(one.message) + '\n';
    }
    return text;
  }

  void connect() { ASSERT_TRUE(loop.run(client->connect())); }
  Result<json::Object> call(Events events = {}) {
    return loop.run(client->call_tool("t", json::Object{{"a", 1}}, std::move(events)));
  }
  // Runs the loop until `condition` holds, and says whether it does.
  bool wait_until(const std::function<bool()>& condition) {
    for (int i = 0; i < 2000 && !condition(); ++i) (void)loop.run(sleep_for(5ms));
    return condition();
  }
  // A stream that stays open until somebody closes it.
  std::shared_ptr<http::EventStream> open_stream() {
    streams.push_back(std::make_shared<http::EventStream>(loop.executor(), 1'000'000));
    return streams.back();
  }
  http::Response streaming(std::shared_ptr<http::EventStream> events) {
    http::Response response;
    response.headers.add("Content-Type", "text/event-stream");
    response.events = std::move(events);
    return response;
  }

  Loop loop;
  std::vector<Asked> asked;
  std::vector<std::shared_ptr<http::EventStream>> streams;
  TaskScope scope{loop.executor(), log::Logger()};

 private:
  Answer answer_;
  SystemClock clock_;
  Counters counters_;
  http::Server server_{loop.executor(), {}, *this, counters_, log::Logger()};
  std::unique_ptr<http::Client> http_ = http::make_curl_client(loop.executor(), {});

 public:
  std::unique_ptr<Client> client;
};

// For TaskScope: what a call gave, when it has ended.
inline Async<> call_into(Client& client, std::optional<Result<json::Object>>& into) {
  auto called = co_await client.call_tool("t", {});
  into.emplace(std::move(called));
  co_return Result<>();
}

}  // namespace davit::testing::scripted

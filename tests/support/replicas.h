// Several replicas of one deployment in one process: each has an endpoint of its own and listens
// for its peers on loopback. A client talks to whichever it likes.
#pragma once

#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/loop.h"
#include "async/task_scope.h"
#include "http/client.h"
#include "http/event_stream.h"
#include "http/server.h"
#include "http/sse.h"
#include "mcp/store/memory.h"
#include "mcp/transport/streamable_http.h"
#include "support/mcp_features.h"

namespace davit::mcp::transport {

// The time, and then as far ahead as a test wants it.
class ShiftedClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override {
    return std::chrono::system_clock::now() + ahead;
  }
  std::chrono::steady_clock::time_point steady_now() const override {
    return std::chrono::steady_clock::now() + ahead;
  }
  std::chrono::seconds ahead{0};
};

// One process of the deployment.
class Replica {
 public:
  struct Parts {
    Loop& loop;
    const KeyRing& ring;
    const Clock& clock;
    std::unique_ptr<Store> store;  // null pointer: one in memory
    HttpOptions http = {};
    EndpointOptions endpoint = {};
  };

  Replica(std::string instance, Parts parts)
      : loop_(parts.loop),
        store_(std::move(parts.store)),
        handler_(parts.ring, parts.clock, instance, counters),
        listener_(loop_.executor(), {}, handler_, counters, log::Logger()) {
    testing::add_feature_tools(server);
    testing::add_feature_resources(server);
    EXPECT_TRUE(listener_.start());
    self = {fmt::format("127.0.0.1:{}", listener_.port()), std::move(instance)};
    if (!store_) store_ = make_memory_store(loop_.executor(), parts.clock);
    http::ClientOptions client;
    client.connect_timeout = std::chrono::milliseconds(200);
    client_ = http::make_curl_client(loop_.executor(), client);
    PeerOptions const options{.self = self};
    peers_ = std::make_unique<Peers>(
        loop_.executor(), *client_, parts.ring, parts.clock, options, counters, log::Logger()
    );
    EndpointParts const endpoint_parts{
        .executor = loop_.executor(),
        .ring = parts.ring,
        .clock = parts.clock,
        .store = *store_,
        .self = self,
        .counters = counters,
        .logger = log::Logger(),
    };
    core = std::make_unique<Endpoint>(server, endpoint_parts, parts.endpoint);
    http = std::make_unique<StreamableHttp>(*core, parts.http, peers_.get());
    handler_.add(core->name(), *http);
  }
  ~Replica() { end(); }
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;

  // Its listener closes and whatever is open breaks; the process itself goes on.
  void become_unreachable() { EXPECT_TRUE(loop_.run(listener_.stop(Duration::zero()))); }

  // What it does at once when it is told to stop.
  void drain() {
    core->drain();
    peers_->drain();
  }

  // The process is gone from one moment to the next: nothing more reaches its peers or its store.
  void end() {
    if (!core) return;
    EXPECT_TRUE(loop_.run(store_->close()));
    become_unreachable();
    EXPECT_TRUE(loop_.run(core->stop(Duration::zero())));
    EXPECT_TRUE(loop_.run(http->stop()));
    EXPECT_TRUE(loop_.run(peers_->stop(Duration::zero())));
    http.reset();
    core.reset();
  }

  // How many messages it passed on: "ok", "declined" or "failed".
  std::int64_t forwarded(std::string_view outcome) {
    return counters.at("davit_peer_forwarded_total", fmt::format("outcome=\"{}\"", outcome))
        .value();
  }
  // How many calls it carried out or tried to.
  std::int64_t started(std::string_view tool) const {
    return std::ranges::count(notes, fmt::format("{}: started", tool));
  }
  PeerHandler& handler() { return handler_; }

  Counters counters;
  testing::Notes notes;
  Server server = testing::make_test_server(notes);
  ReplicaId self;
  std::unique_ptr<Endpoint> core;
  std::unique_ptr<StreamableHttp> http;

 private:
  Loop& loop_;
  std::unique_ptr<Store> store_;
  PeerHandler handler_;
  http::Server listener_;
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<Peers> peers_;
};

// A request of the client, under way or answered.
struct Asked {
  Task task;
  bool done = false;
  std::optional<http::Response> response;
  std::vector<http::sse::Event> events;  // of a stream, with data

  int status() const { return response ? response->status : 0; }
  bool is_stream() const { return response && response->events; }
  // The answer: the body, or the last event.
  std::string text() const {
    if (is_stream()) return events.empty() ? "" : events.back().data;
    return response ? response->body : "";
  }
  // Everything that a stream carried.
  std::string all() const {
    std::string text;
    for (auto const& event : events) text += event.data + '\n';
    return text;
  }
};
using AskedPtr = std::shared_ptr<Asked>;

class ReplicasTest : public ::testing::Test {
 protected:
  ReplicasTest() { ::setenv("no_proxy", "*", 1); }
  ~ReplicasTest() override {
    EXPECT_TRUE(loop.run(clients_.stop(Duration::zero())));
    for (auto& replica : replicas_) replica->end();
  }

  Replica& add(std::string instance, std::unique_ptr<Store> store = nullptr) {
    Replica::Parts parts{loop, ring, clock, std::move(store), http_options, endpoint_options};
    replicas_.push_back(std::make_unique<Replica>(std::move(instance), std::move(parts)));
    return *replicas_.back();
  }

  // The client ------------------------------------------------------------------------------------

  // A session that is at home at this replica. Its token and revision go with what follows.
  void open(Replica& at, std::string_view of = "2025-11-25") {
    version = of;
    session.clear();
    auto const params = fmt::format(
        R"({{"protocolVersion":"{}","capabilities":{{"elicitation":{{}},"roots":{{}}}},)"
        R"("clientInfo":{{"name":"c","version":"1"}}}})",
        of
    );
    auto const asked = post(at, request(0, "initialize", params));
    ASSERT_EQ(asked->status(), 200) << asked->text();
    session = *asked->response->headers.get("Mcp-Session-Id");
  }

  static std::string request(int id, std::string_view method, std::string_view params = "{}") {
    return fmt::format(
        R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":{}}})", id, method, params
    );
  }
  static std::string notification(std::string_view method, std::string_view params) {
    return fmt::format(R"({{"jsonrpc":"2.0","method":"{}","params":{}}})", method, params);
  }
  // With a progress token, and more members of params.
  static std::string call(
      int id, std::string_view tool, std::string_view arguments = "{}", std::string_view more = ""
  ) {
    return request(
        id,
        "tools/call",
        fmt::format(
            R"({{"name":"{}","arguments":{},"_meta":{{"progressToken":"p{}"}}{}}})",
            tool,
            arguments,
            id,
            more
        )
    );
  }

  // The request as a client of the session would send it.
  http::Request make_request(http::Method method, std::string body = {}) const {
    http::Request request;
    request.method = method;
    request.body = std::move(body);
    if (method == http::Method::post) request.headers.add("Content-Type", "application/json");
    if (!accept.empty()) request.headers.add("Accept", accept);
    if (!version.empty()) request.headers.add("MCP-Protocol-Version", version);
    if (!session.empty()) request.headers.add("Mcp-Session-Id", session);
    return request;
  }

  AskedPtr begin(Replica& at, http::Request request) {
    auto asked = std::make_shared<Asked>();
    auto served = at.http->serve(std::move(request), {"request-1", "", {principal}});
    asked->task = clients_.spawn("client", carry(asked, std::move(served)));
    return asked;
  }
  AskedPtr begin_post(Replica& at, std::string body) {
    return begin(at, make_request(http::Method::post, std::move(body)));
  }
  AskedPtr begin_get(Replica& at, std::string_view last_event_id = {}) {
    auto request = make_request(http::Method::get);
    if (!last_event_id.empty()) request.headers.add("Last-Event-ID", last_event_id);
    return begin(at, std::move(request));
  }
  AskedPtr post(Replica& at, std::string body) { return end(begin_post(at, std::move(body))); }

  AskedPtr end(AskedPtr asked) {
    EXPECT_TRUE(wait_until([&] { return asked->done; }));
    return asked;
  }
  // The client closes the connection.
  void leave(const AskedPtr& asked) {
    if (asked->is_stream()) {
      asked->response->events->abandon();
    } else {
      asked->task.cancel();
    }
    EXPECT_TRUE(wait_until([&] { return asked->done; }));
  }

  bool wait_until(const std::function<bool()>& condition) {
    for (int i = 0; i < 7'000 && !condition(); ++i)
      (void)loop.run(sleep_for(std::chrono::milliseconds(i < 20 ? 1 : 2)));
    return condition();
  }

  Loop loop;
  ShiftedClock clock;
  KeyRing ring = KeyRing::random();
  HttpOptions http_options;
  EndpointOptions endpoint_options;
  std::string session;
  std::string version;
  std::string accept = "application/json, text/event-stream";
  std::string principal = "anonymous";

 private:
  // The part of the HTTP connection.
  static Async<> carry(AskedPtr asked, Async<http::Response> served) {
    auto response = co_await std::move(served);
    if (response) asked->response = *std::move(response);
    if (asked->is_stream()) {
      auto& events = *asked->response->events;
      http::sse::Reader reader(1 << 20);
      for (;;) {
        auto const is_over = !events.is_open();
        auto const fed = reader.feed(events.take(), [&](const http::sse::Event& event) {
          asked->events.push_back(event);
        });
        EXPECT_TRUE(fed);
        if (is_over) break;
        auto const woken = co_await events.wait_for(std::chrono::seconds(1));
        if (!woken) break;
      }
    }
    asked->done = true;
    co_return Result<>();
  }

  std::vector<std::unique_ptr<Replica>> replicas_;
  TaskScope clients_{loop.executor(), log::Logger()};
};

}  // namespace davit::mcp::transport

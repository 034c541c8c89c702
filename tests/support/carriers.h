// Carriers: a client's end of each transport, in one process with the endpoint, so that the same
// conversation can be held over all of them.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "async/lines.h"
#include "async/loop.h"
#include "async/task_scope.h"
#include "http/event_stream.h"
#include "http/sse.h"
#include "mcp/transport/duplex.h"
#include "mcp/transport/stdio.h"
#include "mcp/transport/streamable_http.h"

namespace davit::testing {

class Carrier {
 public:
  using Take = std::function<void(std::string message)>;

  explicit Carrier(Take take) : take_(std::move(take)) {}
  virtual ~Carrier() = default;
  // Carries a message or a batch of the client, as JSON.
  virtual Async<> send(std::string text) = 0;
  // To be awaited before the carrier and the endpoint go.
  virtual Async<> close() = 0;

 protected:
  Take take_;
};

// No bytes at all.
class MemoryCarrier final : public Carrier {
 public:
  MemoryCarrier(mcp::Endpoint& endpoint, Take take)
      : Carrier(std::move(take)),
        duplex_(endpoint, {.request_id = "memory"}, [this](std::string text) { take_(text); }) {}

  Async<> send(std::string text) override {
    if (auto const malformed = duplex_.receive(text))
      take_(jsonrpc::write_error(malformed->id, malformed->error));
    co_return Result<>();
  }
  Async<> close() override {
    duplex_.close();
    co_return Result<>();
  }

 private:
  mcp::transport::Duplex duplex_;
};

// Lines over a pair of sockets.
class StdioCarrier final : public Carrier {
 public:
  StdioCarrier(mcp::Endpoint& endpoint, Take take)
      : Carrier(std::move(take)),
        reader_(endpoint.parts().executor, pair_.client, 1 << 20),
        stdio_(endpoint, pair_.server, pair_.server, {}),
        server_(endpoint.parts().executor, log::Logger()),
        client_(endpoint.parts().executor, log::Logger()) {
    server_.spawn("server", stdio_.serve());
    client_.spawn("client", read());
  }
  Async<> send(std::string text) override {
    text += '\n';
    EXPECT_EQ(::write(pair_.client, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    co_return Result<>();
  }
  Async<> close() override {
    ::shutdown(pair_.client, SHUT_WR);
    DAVIT_CO_CHECK(co_await server_.stop(std::chrono::seconds(1)));
    co_return co_await client_.stop(Duration::zero());
  }

 private:
  struct Pair {
    Pair() {
      int ends[2];
      EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
      client = ends[0];
      server = ends[1];
    }
    ~Pair() {
      ::close(client);
      ::close(server);
    }
    int client;
    int server;
  };
  Async<> read() {
    for (;;) {
      DAVIT_CO_TRY(auto line, co_await reader_.read());
      if (!line) co_return Result<>();
      take_(std::move(line->text));
    }
  }

  Pair pair_;
  LineReader reader_;
  mcp::transport::Stdio stdio_;
  TaskScope server_;
  TaskScope client_;
};

// What the two that go over HTTP have in common.
class HttpCarrier : public Carrier {
 public:
  HttpCarrier(mcp::Endpoint& endpoint, Take take)
      : Carrier(std::move(take)),
        http_(endpoint, {}),
        scope_(endpoint.parts().executor, log::Logger()) {}

  Async<> close() override {
    DAVIT_CO_CHECK(co_await scope_.stop(Duration::zero()));
    http_.close_http_sse();
    co_return co_await http_.stop();
  }

 protected:
  using Fields = std::map<std::string, std::string>;

  void request(http::Method method, std::string target, const Fields& fields, std::string body) {
    http::Request request;
    request.method = method;
    request.target = std::move(target);
    for (auto const& [name, value] : fields) request.headers.add(name, value);
    request.body = std::move(body);
    scope_.spawn("request", exchange(std::move(request)));
  }
  virtual void take_response(const http::Response& response) = 0;
  virtual void take_event(http::sse::Event event) {
    if (!event.data.empty()) take_(std::move(event.data));
  }

 private:
  Async<> exchange(http::Request request) {
    mcp::transport::RequestInfo info{.request_id = "http", .principal = {"anonymous"}};
    DAVIT_CO_TRY(auto const response, co_await http_.serve(std::move(request), std::move(info)));
    take_response(response);
    if (!response.events) co_return Result<>();
    http::sse::Reader reader(1 << 20);
    while (response.events->is_open() || response.events->has_text()) {
      EXPECT_TRUE(reader.feed(response.events->take(), [&](http::sse::Event event) {
        take_event(std::move(event));
      }));
      if (!response.events->is_open() && !response.events->has_text()) break;
      DAVIT_CO_CHECK(co_await response.events->wait_for(std::chrono::seconds(1)));
    }
    co_return Result<>();
  }

  mcp::transport::StreamableHttp http_;
  TaskScope scope_;
};

class StreamableHttpCarrier final : public HttpCarrier {
 public:
  using HttpCarrier::HttpCarrier;

  Async<> send(std::string text) override {
    auto const message = json::parse(text).value_or(json::Value());
    auto const method = json::find_string(message, "method").value_or("");
    Fields fields{
        {"Accept", "application/json, text/event-stream"}, {"Content-Type", "application/json"}
    };
    auto const* meta = json::find(message, "params._meta");
    auto const* modern = meta == nullptr || !meta->is_object()
                             ? nullptr
                             : meta->get_object().if_contains(mcp::kMetaVersion);
    if (modern != nullptr) {
      fields["MCP-Protocol-Version"] = json::view(modern->as_string());
      fields["Mcp-Method"] = method;
      for (auto const* path : {"params.name", "params.uri", "params.taskId"}) {
        if (auto const name = json::find_string(message, path)) fields["Mcp-Name"] = *name;
      }
    } else if (!session_.empty()) {
      fields["MCP-Protocol-Version"] = version_;
      fields["Mcp-Session-Id"] = session_;
    }
    auto const begins = method == "notifications/initialized";
    request(http::Method::post, "/mcp", fields, std::move(text));
    if (begins) {
      fields.erase("Content-Type");
      request(http::Method::get, "/mcp", fields, "");
    }
    co_return Result<>();
  }

 private:
  void take_response(const http::Response& response) override {
    if (auto const session = response.headers.get("Mcp-Session-Id")) {
      session_ = *session;
      version_ =
          json::find_string(*json::parse(response.body), "result.protocolVersion").value_or("");
    }
    if (!response.events && !response.body.empty()) take_(response.body);
  }

  std::string session_;
  std::string version_;
};

class HttpSseCarrier final : public HttpCarrier {
 public:
  HttpSseCarrier(mcp::Endpoint& endpoint, Take take) : HttpCarrier(endpoint, std::move(take)) {
    request(http::Method::get, "/sse", {{"Accept", "text/event-stream"}}, "");
  }

  Async<> send(std::string text) override {
    while (target_.empty()) DAVIT_CO_CHECK(co_await sleep_for(std::chrono::milliseconds(1)));
    request(http::Method::post, target_, {{"Content-Type", "application/json"}}, std::move(text));
    co_return Result<>();
  }

 private:
  void take_response(const http::Response& response) override {
    if (!response.body.empty()) take_(response.body);
  }
  void take_event(http::sse::Event event) override {
    if (event.name == "endpoint") {
      target_ = std::move(event.data);
    } else {
      HttpCarrier::take_event(std::move(event));
    }
  }

  std::string target_;
};

inline std::unique_ptr<Carrier> make_carrier(
    std::string_view name, mcp::Endpoint& endpoint, Carrier::Take take
) {
  if (name == "memory") return std::make_unique<MemoryCarrier>(endpoint, std::move(take));
  if (name == "stdio") return std::make_unique<StdioCarrier>(endpoint, std::move(take));
  if (name == "sse") return std::make_unique<HttpSseCarrier>(endpoint, std::move(take));
  return std::make_unique<StreamableHttpCarrier>(endpoint, std::move(take));
}

}  // namespace davit::testing

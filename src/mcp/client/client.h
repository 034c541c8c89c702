// A client for MCP servers over Streamable HTTP, of either era and of any make: for the command
// line, for gates before traffic moves, and for tests.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "async/task_scope.h"
#include "http/client.h"
#include "json/json.h"
#include "jsonrpc/message.h"
#include "mcp/protocol.h"

namespace davit::mcp::client {

struct Options {
  std::string url;
  http::Headers headers;  // sent with every request: authorization, for example
  std::chrono::milliseconds timeout{60'000};
  Implementation implementation{"davit", DAVIT_VERSION, "Davit"};
  std::optional<Era> era;  // unset: the modern one when the server speaks it
};

// What a server says while a request runs. All optional.
struct Events {
  std::function<void(double done, std::optional<double> total, std::string_view message)>
      on_progress;
  std::function<void(std::string_view level, const json::Value& data)> on_log;
};

// Use from the loop thread. No request may be in flight when it is destroyed: `close` it first.
class Client {
 public:
  // `http` and what the logger writes to must outlive the client.
  Client(Executor executor, http::Client& http, Options options, log::Logger logger);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Finds out the era, and in the legacy one opens a session. Errors: those of http::Client;
  // unauthenticated, forbidden; protocol, when what answers is no MCP server.
  Async<> connect();

  // After `connect`. The result of one request. An error of the server is `invalid_input` (-32602),
  // `not_found` (-32601) or `protocol` with its code and message.
  Async<json::Object> request(std::string method, json::Object params, Events events = {});

  // Every tool, from all pages.
  Async<json::Array> list_tools();
  // The result as the server gave it: look at `isError`.
  Async<json::Object> call_tool(std::string name, json::Object arguments, Events events = {});

  // Ends the session, if there is one.
  Async<> close();

  // After `connect`.
  Revision revision() const;
  const json::Object& server_info() const;
  const std::string& instructions() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace davit::mcp::client

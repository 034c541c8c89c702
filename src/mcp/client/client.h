// A client for MCP servers of every revision and make, over Streamable HTTP, HTTP+SSE and stdio:
// for the command line, for gates before traffic moves, for bridges and for tests.
#pragma once

#include <memory>
#include <string>

#include "async/async.h"
#include "base/log.h"
#include "http/client.h"
#include "json/json.h"
#include "mcp/client/options.h"
#include "mcp/protocol.h"

namespace davit::mcp::client {

class Core;

// Use from the loop thread. No request may be in flight when it is destroyed: `close` it first.
//
// Cancelling a coroutine that waits here tells the server. A session that the server has forgotten,
// or a command that has ended, is started again with the next request; a request that was under way
// is repeated only when the server said that it never accepted it.
class Client {
 public:
  // `http` and what the logger writes to must outlive the client.
  Client(Executor executor, http::Client& http, Options options, log::Logger logger);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Finds out the transport and the era, and in the legacy one opens a session. Errors: those of
  // http::Client and ChildProcess; unauthenticated, forbidden; protocol, when what answers is no
  // MCP server; conflict, when it does not speak the revision of the options.
  Async<> connect();

  // What follows, after `connect`.

  // The result of one request, after all questions of the server and the task it may have made of
  // it. An error of the server is `invalid_input` (-32602), `not_found` (-32601) or `protocol` with
  // its code and message. Errors: also timeout, unavailable, protocol, cancelled; conflict, when
  // the server cancelled the task; and those of `on_ask`.
  Async<json::Object> request(std::string method, json::Object params, Events events = {});

  Async<> notify(std::string method, json::Object params);

  // The items at `member` from all pages: list_all("prompts/list", "prompts").
  Async<json::Array> list_all(std::string method, std::string member);
  // Every tool; over modern HTTP without those that mark parameters in forbidden ways.
  Async<json::Array> list_tools();
  // The result as the server gave it: look at `isError`.
  Async<json::Object> call_tool(std::string name, json::Object arguments, Events events = {});

  // 2026-07-28: subscribes and stays so until it is cancelled, across servers that come and go.
  // Each subscription begins with `notifications/subscriptions/acknowledged`: what happened before
  // it was missed, so fetch again. `filter` is the specification's `notifications`. Errors: what
  // the server answers to the first attempt; invalid_input on a legacy server.
  Async<> listen(json::Object filter, OnNotification on_notification);

  // Ends the session, and the command.
  Async<> close();

  Revision revision() const;
  const json::Object& server_info() const;
  const json::Object& server_capabilities() const;
  const std::string& instructions() const;

 private:
  std::unique_ptr<Core> core_;
};

}  // namespace davit::mcp::client

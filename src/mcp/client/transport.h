// Transport: the way to one server, seen from the client. It carries requests and brings their
// responses back; everything else that comes it hands over. Inside the client only.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "async/async.h"
#include "base/log.h"
#include "http/client.h"
#include "json/json.h"
#include "jsonrpc/message.h"
#include "mcp/client/options.h"

namespace davit::mcp::client {

// Longer than any stream lives.
inline constexpr std::chrono::milliseconds kForever = std::chrono::hours(24 * 30);

// One request to send.
struct Call {
  jsonrpc::Id id;
  std::string method;
  json::Object params;
  http::Headers headers;  // of the modern era, for transports that have headers
  std::chrono::milliseconds timeout{};
};

struct Reply {
  int status = 200;                    // of HTTP; always 200 elsewhere
  std::optional<json::Value> message;  // the response, an object; not there when none came
};

// Takes a request or notification of the server. `during` is the request of ours on whose stream it
// came, where the transport can tell.
using OnMessage = std::function<void(json::Value message, std::optional<jsonrpc::Id> during)>;

class Transport {
 public:
  virtual ~Transport() = default;

  // Makes the way ready, for the first time or after it was lost. Errors: as `request`.
  virtual Async<> open() = 0;

  // Sends a request and waits for its response. Cancelling it takes note of nothing that comes
  // later; over HTTP it closes the stream. Errors: timeout, cancelled, unavailable, protocol (what
  // came is too large, or no MCP), not_found and forbidden (command).
  virtual Async<Reply> request(Call call) = 0;

  // Sends a notification, or a response to the server, already written.
  virtual Async<> send(std::string message) = 0;

  // After the handshake of the legacy era.
  virtual void negotiated(Revision revision) = 0;

  // The other end has gone, or has forgotten us: `open` and a new handshake are due, and what was
  // refused meanwhile with status 404 was not accepted.
  virtual bool is_lost() const = 0;

  // True when a request is cancelled by closing its stream, and not by a notification.
  virtual bool has_stream_per_request() const = 0;

  // Ends the session, or the command. Requests must have ended.
  virtual Async<> close() = 0;
};

// What every transport is made of; all of it outlives the transport.
struct TransportContext {
  Executor executor;
  http::Client& http;
  const Options& options;
  log::Logger logger;
  OnMessage on_message;
};

std::unique_ptr<Transport> make_streamable_http(TransportContext context);
std::unique_ptr<Transport> make_http_sse(TransportContext context);
std::unique_ptr<Transport> make_stdio(TransportContext context);

}  // namespace davit::mcp::client

// HTTP+SSE, the transport of 2024-11-05: a GET opens the stream on which everything is said, and
// tells where messages are to be posted. MCP 2024-11-05, basic/transports, "HTTP with SSE".
//
// The stream is the session: it lives in this replica, and ends with its connection. Newer legacy
// revisions may be negotiated over it.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "http/event_stream.h"
#include "http/server.h"
#include "mcp/endpoint.h"
#include "mcp/transport/peers.h"

namespace davit::mcp::transport {

struct HttpSseOptions {
  std::size_t max_streams = 1'000;
  std::size_t max_streams_per_principal = 100;
  std::size_t max_stream_bytes = 1024 * 1024;  // waiting to be written, per stream
};

// Use from the loop thread.
class HttpSse {
 public:
  // The endpoint must outlive this and its streams.
  HttpSse(Endpoint& endpoint, HttpSseOptions options);
  // Closes.
  ~HttpSse();
  HttpSse(const HttpSse&) = delete;
  HttpSse& operator=(const HttpSse&) = delete;

  // GET: the stream. `messages` is the path for `post` as the client has to write it, without a
  // query.
  http::Response open(const http::Request& request, RequestInfo info, std::string_view messages);
  // POST: one message; its answer comes on the stream.
  http::Response post(const http::Request& request, const RequestInfo& info);

  // Ends all streams. When a server drains, they are the last to go, for their sessions end with
  // them.
  void close();
  std::size_t size() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace davit::mcp::transport

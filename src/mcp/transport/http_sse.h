// HTTP+SSE, the transport of 2024-11-05: a GET opens the stream on which everything is said, and
// tells where messages are to be posted: here to the same path, with the session in the query. MCP
// 2024-11-05, basic/transports, "HTTP with SSE".
//
// The stream is the session: it lives in this replica, and ends with its connection. Newer legacy
// revisions may be negotiated over it. Its id is sealed and names the replica, so that any other
// knows where a message belongs.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "http/message.h"
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

  // GET: the stream.
  http::Response open(const http::Request& request, RequestInfo info);

  static constexpr std::string_view kSessionKey = "sessionId=";
  // The session that a POST names; empty for a message of another transport.
  static std::string_view session_of(const http::Request& request);
  // Which replica has its stream; nothing for what is no session of this deployment.
  std::optional<ReplicaId> home_of(std::string_view session) const;
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

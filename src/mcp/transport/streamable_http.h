// Streamable HTTP: one MCP endpoint on one HTTP path, for clients of both eras at once, and for
// those of the transport before it (http_sse.h).
//
// A POST is classified (era.h): a modern one climbs the ladder of header checks, a legacy one
// brings its sealed session. Both end in the same Exchange, which the endpoint serves. A message
// for something that another replica holds is passed on to it (peers.h).
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "http/server.h"
#include "mcp/endpoint.h"
#include "mcp/transport/http_sse.h"
#include "mcp/transport/peers.h"
#include "mcp/transport/session_streams.h"

namespace davit::mcp::transport {

struct HttpOptions {
  // A call without an answer by then goes on as an event stream, whose heartbeats keep every proxy
  // on the way patient.
  std::chrono::milliseconds json_patience{10'000};
  std::size_t max_stream_bytes = 1024 * 1024;  // waiting to be written, per stream
  HistoryLimits history;
  HttpSseOptions sse;
};

class StreamableHttp {
 public:
  // `peers` may be a null pointer: then this is the only replica. Both must outlive this and its
  // calls.
  StreamableHttp(Endpoint& endpoint, HttpOptions options, Peers* peers = nullptr);
  ~StreamableHttp();
  StreamableHttp(const StreamableHttp&) = delete;
  StreamableHttp& operator=(const StreamableHttp&) = delete;

  // Errors: cancelled, when the client has gone.
  Async<http::Response> serve(http::Request request, RequestInfo info);

  Endpoint& endpoint();

  // For a server that drains, before the endpoint is stopped: waits up to five seconds for the
  // readers of session streams, whom it has sent away, to find another replica, and keeps for them
  // what is said meanwhile. At once where there is no other. `limit` may be shorter. Errors:
  // cancelled.
  Async<> wait_for_readers(Duration limit);

  // Ends the sessions of HTTP+SSE. When a server drains they go last, for they end with their
  // streams.
  void close_http_sse();

  // Ends what runs beside the endpoint's calls. The endpoint is stopped before.
  Async<> stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace davit::mcp::transport

// Streamable HTTP: one MCP server on one HTTP endpoint, for clients of both eras at once.
//
// A POST is classified (era.h), a modern one climbs the ladder of header checks, a legacy one
// brings its sealed session. Both end in the same Call, which the dispatcher serves in a task of
// its own. The answer is plain JSON, unless the handler sends something before it is done, or takes
// long: then it becomes an event stream. When the client goes away a modern call is cancelled, and
// a legacy one is not: the two eras demand the opposite.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/seal.h"
#include "http/server.h"
#include "mcp/dispatch.h"
#include "mcp/session.h"
#include "mcp/transport/era.h"

namespace davit::mcp::transport {

struct Options {
  // Longest run of a tool that does not say otherwise. Below the drain and balancer limits behind
  // it.
  std::chrono::milliseconds call_timeout{25'000};
  // A call without an answer by then goes on as an event stream, whose heartbeats keep every proxy
  // on the way patient.
  std::chrono::milliseconds json_patience{10'000};
  std::size_t max_calls = 512;  // running at once, of all clients
  std::size_t max_calls_per_principal = 128;
  std::size_t max_stream_bytes = 1024 * 1024;  // waiting to be written, per stream
  SessionLimits sessions;
};

// What was found out about a request before it came here.
struct RequestInfo {
  std::string request_id;
  std::string trace_id;  // W3C; may be empty
  Principal principal;
};

class StreamableHttp {
 public:
  // Everything passed by reference must outlive this and its calls.
  StreamableHttp(
      Executor executor,
      const Server& server,
      const KeyRing& ring,
      const Clock& clock,
      Options options,
      Counters& counters,
      log::Logger logger
  );
  ~StreamableHttp();
  StreamableHttp(const StreamableHttp&) = delete;
  StreamableHttp& operator=(const StreamableHttp&) = delete;

  // Errors: cancelled, when the client has gone.
  Async<http::Response> serve(http::Request request, RequestInfo info);

  // Waits up to `grace` for the calls that run, then cancels them.
  Async<> stop(Duration grace);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace davit::mcp::transport

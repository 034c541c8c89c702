// http::Server: HTTP/1.1 for one listening socket, with every phase limited in time and size.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "async/async.h"
#include "base/counters.h"
#include "base/log.h"
#include "http/message.h"

namespace davit::http {

// Answers requests. Many calls of `handle` may be in flight on the loop thread.
class Handler {
 public:
  virtual ~Handler() = default;

  // Called for every well-framed request. An error becomes its status (`to_status`) with the
  // message as JSON. When the client goes away before there is an answer, what the coroutine awaits
  // is cancelled.
  virtual Async<Response> handle(Request request) = 0;
};

struct TlsFiles {
  std::string certificate_chain;  // PEM, the server's own certificate first
  std::string private_key;        // PEM
};

struct ServerOptions {
  std::string host = "127.0.0.1";  // a numeric address
  std::uint16_t port = 0;          // 0 takes a free one
  std::optional<TlsFiles> tls;

  // From the first byte of a request to the end of its head; answers 408.
  std::chrono::milliseconds header_timeout{10'000};
  // From the head to the end of the body; answers 408.
  std::chrono::milliseconds body_timeout{30'000};
  // Without any progress of a write.
  std::chrono::milliseconds write_timeout{30'000};
  // Between two requests of a connection. Longer than a load balancer's own idle time-out (AWS: at
  // most 4000 s, by default 60 s), so that it is always the balancer that closes.
  std::chrono::milliseconds keep_alive_timeout{3'660'000};
  // Longest silence on an event stream before a comment is sent.
  std::chrono::milliseconds heartbeat{15'000};

  std::size_t max_header_bytes = 32 * 1024;      // 431
  std::size_t max_body_bytes = 4 * 1024 * 1024;  // 413
  std::size_t max_connections = 10'000;          // 503
};

// Counts `davit_http_requests_total`; `davit_http_rejected_total` by reason;
// `davit_http_streams_dropped_total` by reason; `davit_http_idle_closed_total`, the connections
// that were idle too long; `davit_http_drained_total`, the answers that sent their connection away;
// and as levels `davit_http_connections`, `davit_http_streams` and
// `davit_http_stream_queue_bytes`, what waits in the queues of event streams as of the last tick.
class Server {
 public:
  // The handler, the counters and what the logger writes to must outlive the server.
  Server(
      Executor executor,
      ServerOptions options,
      Handler& handler,
      Counters& counters,
      log::Logger logger
  );
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds and starts to accept. Errors: invalid_input (address, certificate), conflict (port in
  // use), unavailable.
  Result<> start();

  // The port that is listened on, after `start`.
  std::uint16_t port() const;

  // From now on every answer says `Connection: close` and ends its connection, so that new work
  // goes elsewhere. The socket stays open, for a balancer needs a moment to see that we are not
  // ready; and an idle connection stays until its next answer, for closing it could cross a
  // request. Streams that are open go on. From the loop thread; `stop` is still needed.
  void drain();

  // Closes the listening socket and idle connections, answers what is in flight with `Connection:
  // close`, and after `grace` cuts what is left. Returns when no connection remains. It must have
  // ended before the server is destroyed, unless the loop does not run any more.
  Async<> stop(Duration grace);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace davit::http

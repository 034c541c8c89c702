// Connection: one accepted connection and the requests on it, one after the other. Inside the
// server only. The coroutine `run` says what happens in which order; `tick` enforces every time
// limit, so that a request costs no timer.
//
// A client that closes its sending half while a handler waits counts as gone: TCP shows the same
// FIN for close(), which MCP 2026-07-28 makes a cancellation, and the two differ only once we have
// sent bytes. An answer that the handler has, or makes all the same, is still written.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "async/task_scope.h"
#include "base/counters.h"
#include "http/event_stream.h"
#include "http/input_buffer.h"
#include "http/request_parser.h"
#include "http/server.h"
#include "http/stream.h"

namespace davit::http {

using Instant = std::chrono::steady_clock::time_point;

// What all connections of a server share.
struct ServerContext {
  Executor executor;
  ServerOptions options;
  Handler& handler;
  Counters& counters;
  log::Logger logger;
  Counter& requests;
  Counter& streams;
  Counter& slow_readers;
  Counter& drained;
  Instant now;            // as of the last tick
  std::string date;       // the Date field, as of the last tick
  bool draining = false;  // every answer closes its connection
  bool stopping = false;  // no new connection is let in
};

// One step of a connection: true to go on. What fails on a socket ends the connection and interests
// nobody else, so it is no Error.
using Step = boost::asio::awaitable<bool>;

class Connection {
 public:
  Connection(ServerContext& server, std::unique_ptr<Stream> stream, std::string peer);

  // Serves requests until either side closes.
  Async<> run();

  // Called a few times a second.
  void tick();
  // No further request after the one in flight. Who has never asked anything may be about to, and
  // is heard for a moment.
  void finish();
  // What waits in the queue of its event stream.
  std::size_t queued_bytes() const { return events_ ? events_->queued_bytes() : 0; }
  // Ends it now. `task` is what runs `run`.
  void set_task(Task task) { task_ = std::move(task); }
  void abort();

 private:
  enum class Phase { idle, header, body, handling, writing, streaming, closing };

  void enter(Phase phase, std::chrono::milliseconds limit);
  bool peer_has_gone();

  boost::asio::awaitable<IoResult> fill();
  bool got(const IoResult& read);
  Step read_request();
  Step send_continue();
  Async<Response> handle();
  Step answer();
  std::optional<Response> to_response(Result<Response> handled);
  void compose(const Response& response, bool is_head, bool is_http11, bool keep_alive);
  Step write_output(std::size_t from);
  Step write(std::string_view bytes);
  bool append_events(bool chunked);
  // Carries `events_`.
  Step write_stream(bool chunked);
  boost::asio::awaitable<void> reject(Rejection rejection);
  boost::asio::awaitable<void> close();

  ServerContext& server_;
  std::unique_ptr<Stream> stream_;
  std::string peer_;
  Task task_;

  InputBuffer input_;  // bytes read and not yet used
  std::optional<RequestParser> parser_;
  std::string output_;
  std::shared_ptr<EventStream> events_;

  Phase phase_ = Phase::idle;
  Instant deadline_;
  bool timed_out_ = false;
  bool finishing_ = false;
  bool was_asked_ = false;  // it has had a request
  bool aborted_ = false;
  int ticks_ = 0;
};

}  // namespace davit::http

// Connection: one accepted connection and the requests on it, one after the other. Inside the
// server only. The coroutine `run` says what happens in which order; `tick` enforces every time
// limit, so that a request costs no timer.
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
  Instant now;       // as of the last tick
  std::string date;  // the Date field, as of the last tick
  bool stopping = false;
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
  // No further request after the one in flight.
  void drain();
  // Ends it now. `task` is what runs `run`.
  void set_task(Task task) { task_ = std::move(task); }
  void abort();

 private:
  enum class Phase { idle, header, body, handling, writing, streaming, closing };

  void enter(Phase phase, std::chrono::milliseconds limit);
  bool peer_has_gone();

  Step fill();
  Step read_request();
  Step send_continue();
  Step answer(Request request);
  Step write(std::string_view bytes);
  // `response` belongs to the coroutine that waits for this one.
  Step write_response(const Response* response, bool is_head, bool keep_alive);
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
  bool draining_ = false;
  bool aborted_ = false;
  int ticks_ = 0;
};

}  // namespace davit::http

// HttpExchange: one request over Streamable HTTP. Its answer is plain JSON, unless something is
// said before it is done, or it takes long: then it becomes an event stream.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "async/event.h"
#include "http/message.h"
#include "mcp/transport/session_streams.h"

namespace davit::mcp::transport {

// Which forms of an answer the client takes.
struct Accepts {
  bool json = false;
  bool stream = false;
};
Accepts read_accept(const http::Headers& headers);

// The head of an answer that is an event stream.
http::Response stream_response(std::shared_ptr<http::EventStream> events);

// What exchanges of one endpoint share.
struct HttpContext {
  Endpoint& endpoint;
  SessionStreams& streams;
  std::chrono::milliseconds json_patience;
  std::size_t max_stream_bytes;
};

// What a request is, beside its id: 32 bytes.
std::string digest_of(const jsonrpc::Message& message);

class HttpExchange final : public Exchange {
 public:
  static std::shared_ptr<HttpExchange> make(HttpContext& context, Accepts accepts);
  // For `make`.
  HttpExchange(HttpContext& context, Accepts accepts) : context_(context), accepts_(accepts) {
    can_send = accepts.stream;
  }

  void send(std::string message) override;
  void finished() override;

  // Waits until it is known in which form the request, which has been started, is answered, and
  // gives the answer. Errors: cancelled, when the client has gone.
  Async<http::Response> respond();
  // The answer when that is known; most calls end while they are started.
  std::optional<http::Response> answer_at_once();

  Accepts accepts() const { return accepts_; }

  // Lets the handler let go of the connection: for clients that come back, from 2025-11-25 on.
  void allow_release();

  // True while the client of a legacy call has no connection to it: when it sends the request
  // again, that joins this one.
  bool is_left() const { return is_legacy() && (stream_ ? !stream_->is_attached() : abandoned_); }
  // Another connection of the client waits for the answer now: `respond` for it.
  void take_over(Accepts accepts);

 private:
  std::shared_ptr<HttpExchange> self() {
    return std::static_pointer_cast<HttpExchange>(shared_from_this());
  }
  bool is_stream() const { return stream_ || events_; }
  void open_stream();
  void leave();

  HttpContext& context_;
  Accepts accepts_;
  bool abandoned_ = false;
  std::shared_ptr<SessionStream> stream_;      // legacy, once it is one
  std::shared_ptr<http::EventStream> events_;  // what the connection carries, once it is a stream
  std::optional<Event> changed_;               // set when somebody waits
};

}  // namespace davit::mcp::transport

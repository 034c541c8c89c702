#include "http/connection.h"

#include <algorithm>
#include <poll.h>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "base/strings.h"
#include "http/sse.h"

namespace davit::http {
namespace {

// From the handshake of a connection to its first bytes.
constexpr std::chrono::milliseconds kFirstRequest{100};
constexpr std::size_t kReadBytes = 4 * 1024;
constexpr std::size_t kBodyReadBytes = 64 * 1024;
// How much of an unwanted body is read and dropped, so that the answer is not lost to a reset.
constexpr std::size_t kLingerBytes = 512 * 1024;
constexpr std::chrono::milliseconds kLinger{2'000};
// A stream is asked for a gone peer on every so many ticks, a running handler on each.
constexpr int kStreamTicks = 4;

bool has_no_body(int status) { return status == 204 || status == 304 || status < 200; }

// What follows the head.
enum class Framing { none, by_length, chunked };

void append_head(
    std::string& out,
    const Response& response,
    std::string_view date,
    Framing framing,
    bool keep_alive
) {
  out.append("HTTP/1.1 ").append(fmt::format_int(response.status).c_str()).append(" ");
  out.append(reason_of(response.status)).append("\r\n");
  for (std::size_t i = 0; i < response.headers.size(); ++i) {
    out.append(response.headers.name(i))
        .append(": ")
        .append(response.headers.value(i))
        .append("\r\n");
  }
  out.append("Date: ").append(date).append("\r\n");
  if (framing == Framing::by_length) {
    out.append("Content-Length: ").append(fmt::format_int(response.body.size()).c_str());
    out.append("\r\n");
  }
  if (framing == Framing::chunked) out.append("Transfer-Encoding: chunked\r\n");
  out.append(keep_alive ? "\r\n" : "Connection: close\r\n\r\n");
}

// Of an event stream: a chunk, where the client knows those.
void append_piece(std::string& out, std::string_view text, bool chunked) {
  if (chunked) fmt::format_to(std::back_inserter(out), "{:x}\r\n", text.size());
  out += text;
  if (chunked) out += "\r\n";
}

Error thrown(const std::exception& e) {
  return Error(ErrorKind::internal, "the handler threw an exception").with_detail(e.what());
}

std::string error_body(std::string_view message) {
  return fmt::format(R"({{"error":{}}})", boost::json::serialize(to_utf8(message)));
}

}  // namespace

Connection::Connection(ServerContext& server, std::unique_ptr<Stream> stream, std::string peer)
    : server_(server), stream_(std::move(stream)), peer_(std::move(peer)) {
  enter(Phase::idle, server_.options.header_timeout);
}

void Connection::enter(Phase phase, std::chrono::milliseconds limit) {
  phase_ = phase;
  timed_out_ = false;
  deadline_ = server_.now + limit;
}

void Connection::tick() {
  ++ticks_;
  if (aborted_) {
    task_.cancel();  // the first one is lost when what it should end had just ended by itself
    return;
  }
  if (phase_ == Phase::handling || (phase_ == Phase::streaming && ticks_ % kStreamTicks == 0)) {
    if (!peer_has_gone()) return;
    if (events_) events_->abandon();
    if (phase_ == Phase::handling) task_.cancel();
    return;
  }
  // Nothing more is to come of a stream that has gone over its bound.
  auto const is_lost = events_ && events_->overflowed();
  if (phase_ == Phase::streaming || (server_.now < deadline_ && !is_lost)) return;
  timed_out_ = true;
  boost::system::error_code ignored;
  stream_->socket().cancel(ignored);
}

void Connection::finish() {
  finishing_ = true;
  if (phase_ != Phase::idle) return;
  if (!was_asked_) return enter(Phase::idle, kFirstRequest);
  boost::system::error_code ignored;
  stream_->socket().cancel(ignored);
}

void Connection::abort() {
  aborted_ = true;
  if (events_) events_->abandon();
  task_.cancel();
  boost::system::error_code ignored;
  stream_->socket().close(ignored);
}

bool Connection::peer_has_gone() {
  // POLLRDHUP also shows behind bytes that were not read, such as a pipelined request.
  pollfd state{stream_->socket().native_handle(), POLLRDHUP, 0};
  return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

Async<> Connection::run() {
  enter(Phase::header, server_.options.header_timeout);
  if (co_await stream_->handshake()) {
    server_.counters.at("davit_http_rejected_total", "reason=\"handshake\"").add();
    co_return Result<>();
  }
  enter(Phase::idle, server_.options.keep_alive_timeout);
  bool alive = true;
  while (alive && !finishing_) {
    if (!co_await read_request()) break;
    was_asked_ = true;
    alive = co_await answer();
    parser_.reset();
    input_.release(kReadBytes);
    if (output_.capacity() > kBodyReadBytes) output_ = {};
    if (alive) enter(Phase::idle, server_.options.keep_alive_timeout);
  }
  co_await close();
  co_return Result<>();
}

// Reads more bytes behind `input_`. Not a coroutine, which would be one frame more for every
// request: what it yields goes to `got`.
boost::asio::awaitable<IoResult> Connection::fill() {
  return stream_->read_some(input_.prepare(phase_ == Phase::body ? kBodyReadBytes : kReadBytes));
}

// False at the end of the connection, and when time is up.
bool Connection::got(const IoResult& read) {
  auto const [ec, size] = read;
  input_.commit(size);
  return !ec && size > 0;
}

// True when `parser_` holds a whole request. False when there is none to serve; what had to be said
// to the client has been said.
Step Connection::read_request() {
  auto const& options = server_.options;
  std::size_t scanned = 0;
  HeadScan scan;
  auto may_skip_line = true;
  for (;;) {
    // RFC 9112, 2.2: one empty line before a request is the tail of an old client's body.
    if (may_skip_line && input_.view().starts_with("\r\n")) {
      may_skip_line = false;
      input_.consume(2);
      scanned = 0;
      if (input_.empty()) enter(Phase::idle, options.keep_alive_timeout);
    }
    if (!input_.empty()) {
      if (phase_ == Phase::idle) enter(Phase::header, options.header_timeout);
      scan = scan_head(input_.view(), scanned, options.max_header_bytes);
      if (scan.rejection) {
        co_await reject(*scan.rejection);
        co_return false;
      }
      if (scan.size > 0) break;
      scanned = input_.size();
    }
    if (got(co_await fill())) continue;
    if (timed_out_ && phase_ == Phase::header) {
      co_await reject({408, "slow_head", "the head of the request took too long"});
    } else if (phase_ == Phase::header) {
      server_.counters.at("davit_http_rejected_total", "reason=\"truncated\"").add();
    } else if (timed_out_) {
      server_.counters.at("davit_http_idle_closed_total").add();
    }
    co_return false;
  }

  parser_.emplace(options.max_header_bytes, options.max_body_bytes);
  enter(Phase::body, options.body_timeout);
  bool may_continue = input_.size() == scan.size;  // no byte of the body has come yet
  for (;;) {
    auto const used = parser_->feed(input_.view());
    input_.consume(used);
    if (parser_->rejection()) {
      co_await reject(*parser_->rejection());
      co_return false;
    }
    if (parser_->done()) co_return true;
    if (used > 0 && !input_.empty()) continue;
    // What is left is the beginning of a chunk's head or of the trailers: bounded like the head.
    if (input_.size() > options.max_header_bytes) {
      co_await reject({431, "head_too_large", "a chunk's head or the trailers are too large"});
      co_return false;
    }
    if (std::exchange(may_continue, false) && parser_->expects_continue()) {
      if (!co_await send_continue()) co_return false;
    }
    if (got(co_await fill())) continue;
    if (timed_out_) {
      co_await reject({408, "slow_body", "the body of the request took too long"});
    } else {
      server_.counters.at("davit_http_rejected_total", "reason=\"truncated\"").add();
    }
    co_return false;
  }
}

// Gives the request away. Not a part of `answer`: a frame over 1 KB is not recycled.
[[gnu::noinline]] Async<Response> Connection::handle() {
  auto request = parser_->take();
  request.peer = peer_;
  request.secure = server_.options.tls.has_value();
  return server_.handler.handle(std::move(request));
}

Step Connection::answer() {
  server_.requests.add();
  auto const is_head = parser_->method() == Method::head;
  auto const is_http11 = parser_->is_http11();
  // HTTP/1.0 would have to be told that the connection stays open.
  auto const wants_keep_alive = parser_->keep_alive() && is_http11;
  enter(Phase::handling, {});  // the handler has limits of its own
  std::optional<Response> response;
  try {
    response = to_response(co_await handle());
  } catch (const std::exception& e) {
    response = to_response(thrown(e));
  }
  if (!response) co_return false;
  auto const keep_alive = wants_keep_alive && !server_.draining;
  if (wants_keep_alive && !keep_alive) server_.drained.add();
  compose(*response, is_head, is_http11, keep_alive);
  events_ = std::move(response->events);
  // What a stream has to say by now leaves with the head: of a short one, all.
  auto is_whole = events_ && !is_head && append_events(is_http11);
  // What the socket takes at once needs no coroutine.
  auto const written = stream_->try_write(output_);
  auto const sent = written == output_.size() || co_await write_output(written);
  if (!events_) co_return (sent && keep_alive);

  if (sent && !is_head && !is_whole) {
    server_.streams.add();
    is_whole = co_await write_stream(is_http11);
    server_.streams.add(-1);
  }
  auto const overflowed = events_->overflowed();
  if (overflowed || timed_out_) server_.slow_readers.add();
  events_->abandon();
  events_.reset();
  co_return (sent && is_whole && is_http11 && !overflowed && keep_alive);
}

// Nothing when the client has gone. Not a part of `answer`, whose frame it would double.
std::optional<Response> Connection::to_response(Result<Response> handled) {
  // What a handler copied from elsewhere must not start a field, or an answer, of its own.
  if (handled && handled->headers.has_control_character()) {
    handled = Error(
        ErrorKind::internal,
        "a header of the answer contains a line break or another control character"
    );
  }
  if (handled) return *std::move(handled);
  auto const& error = handled.error();
  if (error.kind() == ErrorKind::cancelled) return std::nullopt;
  auto const is_ours = error.kind() == ErrorKind::internal;
  if (is_ours) {
    server_.logger.error(
        "request failed", {{"error", error.message()}, {"detail", error.detail()}}
    );
  }
  return Response::json(
      to_status(error.kind()), error_body(is_ours ? "internal error" : error.message())
  );
}

// Puts the answer into `output_`, or its head when a stream follows.
void Connection::compose(const Response& response, bool is_head, bool is_http11, bool keep_alive) {
  auto framing = has_no_body(response.status) ? Framing::none : Framing::by_length;
  if (response.events) framing = is_http11 ? Framing::chunked : Framing::none;
  output_.clear();
  output_.reserve(256 + response.body.size());
  append_head(output_, response, server_.date, framing, keep_alive);
  if (!is_head && framing == Framing::by_length) output_ += response.body;
}

// Puts what waits in `events_` behind what stands in `output_`. True when its end is among it.
bool Connection::append_events(bool chunked) {
  if (events_->has_text()) append_piece(output_, events_->take(), chunked);
  if (events_->is_open()) return false;
  if (chunked && !events_->overflowed()) output_ += "0\r\n\r\n";
  return true;
}

// True when the stream came to its own end.
Step Connection::write_stream(bool chunked) {
  input_.release();
  for (auto is_whole = false; !is_whole;) {
    output_ = {};  // a stream that is silent holds no memory for it
    if (!events_->has_text() && events_->is_open()) {
      phase_ = Phase::streaming;
      auto const news = co_await events_->wait_for(server_.options.heartbeat);
      if (!news) co_return false;
      if (!*news) append_piece(output_, sse::kHeartbeat, chunked);
    }
    is_whole = append_events(chunked);
    if (!co_await write_output(0)) co_return false;
  }
  co_return true;
}

// Writes what stands in `output_` from there on.
Step Connection::write_output(std::size_t from) {
  return write(std::string_view(output_).substr(from));
}

Step Connection::write(std::string_view bytes) {
  while (!bytes.empty()) {
    enter(Phase::writing, server_.options.write_timeout);
    auto const [ec, size] = co_await stream_->write_some(bytes);
    if (ec) {
      if (timed_out_ && !(events_ && events_->overflowed()))
        server_.counters.at("davit_http_rejected_total", "reason=\"slow_write\"").add();
      co_return false;
    }
    bytes.remove_prefix(size);
  }
  co_return true;
}

Step Connection::send_continue() {
  auto const sent = co_await write("HTTP/1.1 100 Continue\r\n\r\n");
  enter(Phase::body, server_.options.body_timeout);
  co_return sent;
}

boost::asio::awaitable<void> Connection::reject(Rejection rejection) {
  server_.counters.at("davit_http_rejected_total", fmt::format("reason=\"{}\"", rejection.reason))
      .add();
  server_.logger.debug("request refused", {{"reason", rejection.reason}, {"peer", peer_}});
  compose(
      Response::json(rejection.status, error_body(rejection.message)),
      /*is_head=*/false,
      /*is_http11=*/true,
      /*keep_alive=*/false
  );
  co_await write_output(0);
}

// Says that nothing follows, and reads what is still under way: closing at once would turn unread
// bytes into a reset that can overtake our answer. An idle connection has neither.
boost::asio::awaitable<void> Connection::close() {
  if (!stream_->socket().is_open()) co_return;
  if (phase_ != Phase::idle) {
    stream_->shutdown_send();
    enter(Phase::closing, kLinger);
    std::size_t dropped = 0;
    while (dropped < kLingerBytes) {
      input_.clear();
      if (!got(co_await fill())) break;
      dropped += input_.size();
    }
  }
  boost::system::error_code ignored;
  stream_->socket().close(ignored);
}

}  // namespace davit::http

// RequestParser: turns the bytes of a connection into one request, and refuses every framing on
// which two parsers could disagree. Inside the server only; knows no sockets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace davit::http {

// Why a request is not served. The connection is closed behind the answer, for nobody knows where
// the next request would start.
struct Rejection {
  int status;
  std::string_view reason;  // the label it is counted under
  std::string_view message;
};

// Where the head ends. `size` becomes its length, its empty line included, once it is complete.
struct HeadScan {
  std::optional<Rejection> rejection;
  std::size_t size = 0;
};

// Looks for the end of a head while its bytes arrive, and refuses one that is too large or has a
// bare LF. `scanned` is how far an earlier call has already looked.
HeadScan scan_head(std::string_view bytes, std::size_t scanned, std::size_t max_bytes);

// Refuses what RFC 9112 allows a server to repair, but request smuggling lives from: a bare CR,
// folded lines, blanks before the colon, a missing or second Host, a second Content-Length,
// Content-Length beside Transfer-Encoding, and chunks of more than one spelling.
class RequestParser {
 public:
  RequestParser(std::size_t max_header_bytes, std::size_t max_body_bytes)
      : max_header_bytes_(max_header_bytes), max_body_bytes_(max_body_bytes) {}

  // Takes bytes that `scan_head` has passed, and then what follows; answers how many were used.
  // Zero means that more are needed than `bytes` has.
  std::size_t feed(std::string_view bytes);

  const std::optional<Rejection>& rejection() const { return rejection_; }
  bool done() const { return state_ == State::done; }
  Method method() const { return request_.method; }
  bool keep_alive() const { return !closes_; }
  // HTTP/1.1: chunks may be sent.
  bool is_http11() const { return is_http11_; }
  bool expects_continue() const { return expects_continue_; }

  // After `done`.
  Request take() { return std::move(request_); }

 private:
  enum class State { head, data, chunk_head, chunk_data, chunk_end, trailers, done };
  using Check = std::optional<Rejection>;

  std::size_t step(std::string_view bytes);
  std::size_t refuse(const Rejection& rejection);
  Check read_head(std::string_view head);
  Check read_fields(std::string_view lines, bool is_http10);
  Check read_request_line(std::string_view line);
  Check read_target(std::string_view target);
  Check read_chunk_head(std::string_view line);
  Check read_trailer(std::string_view line);
  std::size_t take_data(std::string_view bytes, State next);
  std::size_t take_line(std::string_view bytes);

  std::size_t max_header_bytes_;
  std::size_t max_body_bytes_;
  Request request_;
  std::optional<Rejection> rejection_;
  State state_ = State::head;
  std::uint64_t left_ = 0;  // of the body or the chunk
  std::size_t trailer_bytes_ = 0;
  bool is_chunked_ = false;
  bool is_http11_ = false;
  bool closes_ = false;
  bool expects_continue_ = false;
};

}  // namespace davit::http

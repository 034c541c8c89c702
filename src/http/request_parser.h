// RequestParser: turns the bytes of a connection into one request, and refuses every framing on
// which two parsers could disagree. Inside the server only; knows no sockets.
#pragma once

#include <memory>
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

// Judges the first bytes of a request while they arrive. `size` becomes the length of the head, its
// empty line included, once that is complete.
struct HeadScan {
  std::optional<Rejection> rejection;
  std::size_t size = 0;
};

// Refuses what RFC 9112 allows a server to repair, but request smuggling lives from: bare CR or LF,
// folded lines, blanks before the colon, a missing or second Host, a second Content-Length, and
// Content-Length beside Transfer-Encoding. `scanned` is how far an earlier call has already looked.
HeadScan scan_head(std::string_view bytes, std::size_t scanned, std::size_t max_bytes);

class RequestParser {
 public:
  RequestParser(std::size_t max_header_bytes, std::size_t max_body_bytes);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Takes bytes that `scan_head` has passed, and then what follows; answers how many were used.
  // Zero means that more are needed than `bytes` has.
  std::size_t feed(std::string_view bytes);

  const std::optional<Rejection>& rejection() const;
  bool done() const;
  bool keep_alive() const;
  // HTTP/1.1: chunks may be sent.
  bool is_http11() const;
  bool expects_continue() const;

  // After `done`.
  Request take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace davit::http

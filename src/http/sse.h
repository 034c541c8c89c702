// Server-sent events: framing and reading. WHATWG HTML, 9.2 "Server-sent events".
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace davit::http::sse {

inline constexpr std::string_view kContentType = "text/event-stream";

// A comment, which every reader ignores: keeps a connection alive.
inline constexpr std::string_view kHeartbeat = ":\n\n";

// One event with the default name "message". `data` must not contain line breaks.
std::string message(std::string_view data, std::string_view id = {});

struct Event {
  std::string name = "message";
  std::string data;
  std::string id;  // the last one seen on the stream, which is what resumption needs
};

// Cuts a stream into events, whatever the pieces it comes in. Lines may end in LF, CR or CRLF.
class Reader {
 public:
  // A line or an event longer than this is an error.
  explicit Reader(std::size_t max_event_bytes) : max_event_bytes_(max_event_bytes) {}

  // Calls `on_event` for every event that `piece` completes. Errors: protocol (too long).
  Result<> feed(std::string_view piece, const std::function<void(Event)>& on_event);

  // What the server asked for with `retry:`.
  std::optional<std::chrono::milliseconds> retry() const { return retry_; }

 private:
  void take_line(std::string_view line, const std::function<void(Event)>& on_event);

  std::size_t max_event_bytes_;
  std::string line_;
  bool after_cr_ = false;
  bool at_start_ = true;
  bool has_data_ = false;
  std::string name_;
  std::string data_;
  std::string id_;
  std::optional<std::chrono::milliseconds> retry_;
};

}  // namespace davit::http::sse

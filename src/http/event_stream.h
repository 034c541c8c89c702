// EventStream: the queue between whoever produces an SSE stream and the connection that carries it.
// Both ends live on the same loop thread.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "async/event.h"

namespace davit::http {

class EventStream {
 public:
  // What waits to be written may take up to `max_queued_bytes`.
  EventStream(Executor executor, std::size_t max_queued_bytes);

  // For the producer -----------------------------------------------------------------------------

  // Adds text that is already framed (sse.h). False when the stream is closed, or when the reader
  // is so slow that the bound is reached: the stream then ends by itself.
  bool push(std::string_view framed);
  // No more text follows; what is queued still goes out. `last` goes with it whatever the bound,
  // for it is what the reader has been waiting for.
  void close(std::string_view last = {});
  bool is_open() const { return !closed_; }
  // What waits for the connection to take it; what it is writing does not count.
  std::size_t queued_bytes() const { return queued_.size(); }
  // Called at most once, when the other end has gone before `close`, or a push went over the bound.
  void on_gone(std::function<void()> callback) { on_gone_ = std::move(callback); }

  // For the connection ---------------------------------------------------------------------------

  // Moves out what is queued.
  std::string take();
  bool has_text() const { return !queued_.empty(); }
  bool overflowed() const { return overflowed_; }
  // True when there may be news, false when `limit` passed. Errors: cancelled.
  Async<bool> wait_for(Duration limit);
  // The other end has gone: nothing will be read any more.
  void abandon();

 private:
  std::size_t max_queued_bytes_;
  std::string queued_;
  bool closed_ = false;
  bool overflowed_ = false;
  std::function<void()> on_gone_;
  Event changed_;
};

}  // namespace davit::http

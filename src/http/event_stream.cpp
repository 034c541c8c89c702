#include "http/event_stream.h"

#include <utility>

namespace davit::http {

EventStream::EventStream(Executor executor, std::size_t max_queued_bytes)
    : max_queued_bytes_(max_queued_bytes), changed_(std::move(executor)) {}

bool EventStream::push(std::string_view framed) {
  if (closed_) return false;
  if (queued_.size() + framed.size() > max_queued_bytes_) {
    overflowed_ = true;
    abandon();
    return false;
  }
  queued_ += framed;
  changed_.notify();
  return true;
}

void EventStream::close(std::string_view last) {
  if (!closed_) queued_ += last;
  closed_ = true;
  on_gone_ = nullptr;
  changed_.notify();
}

std::string EventStream::take() { return std::exchange(queued_, {}); }

Async<bool> EventStream::wait_for(Duration limit) { return changed_.wait_for(limit); }

void EventStream::abandon() {
  if (closed_) return;
  closed_ = true;
  queued_.clear();
  changed_.notify();
  if (auto const callback = std::exchange(on_gone_, nullptr)) callback();
}

}  // namespace davit::http

#include "http/sse.h"

#include <charconv>

namespace davit::http::sse {

std::string message(std::string_view data, std::string_view id) {
  std::string out;
  out.reserve(data.size() + id.size() + 16);
  if (!id.empty()) out.append("id: ").append(id).append("\n");
  return out.append("data: ").append(data).append("\n\n");
}

Result<> Reader::feed(std::string_view piece, const std::function<void(Event)>& on_event) {
  while (!piece.empty()) {
    if (after_cr_ && piece.front() == '\n') {
      after_cr_ = false;
      piece.remove_prefix(1);
      continue;
    }
    after_cr_ = false;
    auto const end = piece.find_first_of("\r\n");
    line_ += piece.substr(0, end);
    if (line_.size() + data_.size() > max_event_bytes_) {
      return Error(ErrorKind::protocol, "the event stream sent an event over the size limit");
    }
    if (end == std::string_view::npos) break;
    after_cr_ = piece[end] == '\r';
    piece.remove_prefix(end + 1);
    auto const line = std::exchange(line_, {});
    take_line(line, on_event);
  }
  return {};
}

void Reader::take_line(std::string_view line, const std::function<void(Event)>& on_event) {
  if (std::exchange(at_start_, false) && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  if (line.empty()) {
    if (has_data_) {
      Event event{name_.empty() ? "message" : name_, std::move(data_), id_};
      on_event(std::move(event));
    }
    has_data_ = false;
    data_.clear();
    name_.clear();
    return;
  }
  auto const colon = line.find(':');
  if (colon == 0) return;
  auto const field = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "data") {
    if (has_data_) data_ += '\n';
    data_ += value;
    has_data_ = true;
  } else if (field == "event") {
    name_ = value;
  } else if (field == "id") {
    if (value.find('\0') == std::string_view::npos) id_ = value;
  } else if (field == "retry") {
    unsigned milliseconds = 0;
    auto const [end, ec] = std::from_chars(value.data(), value.data() + value.size(), milliseconds);
    if (ec == std::errc() && end == value.data() + value.size()) {
      retry_ = std::chrono::milliseconds(milliseconds);
    }
  }
}

}  // namespace davit::http::sse

#include "mcp/client/answer_reader.h"

#include "mcp/client/incoming.h"

namespace davit::mcp::client {

AnswerReader::AnswerReader(
    std::optional<jsonrpc::Id> id, std::size_t max_message_bytes, const OnMessage& on_message
)
    : id_(std::move(id)),
      max_message_bytes_(max_message_bytes),
      on_message_(on_message),
      sse_(max_message_bytes) {}

bool AnswerReader::take(const http::ClientResponse& head, std::string_view piece) {
  auto const type = head.headers.get("Content-Type").value_or("");
  if (type.starts_with(http::sse::kContentType)) {
    auto fed = sse_.feed(piece, [this](const http::sse::Event& event) {
      ++events;
      if (!event.id.empty()) last_event_id = event.id;
      take_text(event.data);
    });
    if (!fed) problem_ = std::move(fed).error();
    return !problem_ && !response;
  }
  body_ += piece;
  if (body_.size() <= max_message_bytes_) return true;
  problem_ = Error(ErrorKind::protocol, "the server's answer is too large");
  return false;
}

Result<> AnswerReader::finish() {
  if (problem_) return *problem_;
  if (sse_.retry()) retry = sse_.retry();
  sse_ = http::sse::Reader(max_message_bytes_);
  if (!response && !body_.empty()) take_text(body_);
  body_.clear();
  return {};
}

void AnswerReader::take_text(std::string_view text) {
  if (text.empty()) return;  // 2025-11-25: an event that only has an id, to resume from
  for (auto& message : read_messages(text)) {
    if (message.get_object().contains("method")) {
      on_message_(std::move(message), id_);
    } else if (is_response(message) && id_ && !response) {
      auto const id = id_of(message);
      // An error may come without the id that the server could not read.
      auto const is_ours = id ? *id == *id_ : message.get_object().contains("error");
      if (is_ours) response = std::move(message);
    }
  }
}

}  // namespace davit::mcp::client

// AnswerReader: reads what a server answers over HTTP while it arrives, one JSON document or a
// stream of events, and sorts the messages in it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "http/client.h"
#include "http/sse.h"
#include "mcp/client/transport.h"

namespace davit::mcp::client {

class AnswerReader {
 public:
  // `id` is that of the request whose response is awaited; without one, nothing ends the stream.
  AnswerReader(
      std::optional<jsonrpc::Id> id, std::size_t max_message_bytes, const OnMessage& on_message
  );

  // For http::ClientRequest::on_body. False when nothing more is wanted.
  bool take(const http::ClientResponse& head, std::string_view piece);
  // After the last piece of one answer; the next may be that of a resumed stream. Errors:
  // protocol (something was larger than the bound).
  Result<> finish();
  // Something was larger than the bound: nothing more is read.
  bool has_failed() const { return problem_.has_value(); }

  std::optional<json::Value> response;
  // Of the event that came last; empty before the first one that has an id.
  std::string last_event_id;
  std::optional<std::chrono::milliseconds> retry;
  std::size_t events = 0;

 private:
  void take_text(std::string_view text);

  std::optional<jsonrpc::Id> id_;
  std::size_t max_message_bytes_;
  const OnMessage& on_message_;
  http::sse::Reader sse_;
  std::string body_;
  std::optional<Error> problem_;
};

}  // namespace davit::mcp::client

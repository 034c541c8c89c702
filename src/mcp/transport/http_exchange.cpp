#include "mcp/transport/http_exchange.h"

#include "base/crypto.h"
#include "base/recycler.h"
#include "base/strings.h"
#include "http/sse.h"

namespace davit::mcp::transport {

using http::Response;

// Quality values are not weighed: both kinds are ours to choose from (MCP 2025-11-25,
// basic/transports, "Sending Messages to the Server").
Accepts read_accept(const http::Headers& headers) {
  Accepts accepts;
  auto is_given = false;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (!iequals(headers.name(i), "Accept")) continue;
    is_given = true;
    for (auto rest = headers.value(i); !rest.empty();) {
      auto const element = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(element.size() + 1, rest.size()));
      auto const type = trim(element.substr(0, element.find(';')));
      if (type == "*/*") return {true, true};
      accepts.json |= iequals(type, "application/json") || iequals(type, "application/*");
      accepts.stream |= iequals(type, http::sse::kContentType) || iequals(type, "text/*");
    }
  }
  return is_given ? accepts : Accepts{true, true};
}

namespace {

Response stream_head() {
  Response response;
  response.headers.add("Content-Type", http::sse::kContentType);
  response.headers.add("Cache-Control", "no-cache");
  response.headers.add("X-Accel-Buffering", "no");
  return response;
}

}  // namespace

Response stream_response(std::shared_ptr<http::EventStream> events) {
  auto response = stream_head();
  response.events = std::move(events);
  return response;
}

std::shared_ptr<HttpExchange> HttpExchange::make(HttpContext& context, Accepts accepts) {
  return std::allocate_shared<HttpExchange>(Recycler<HttpExchange>(), context, accepts);
}

void HttpExchange::open_stream() {
  if (is_stream() || !accepts_.stream) return;
  if (is_legacy()) {
    stream_ = context_.streams.open(*session, *message->id);
    if (!abandoned_) events_ = stream_->attach(0);
  } else {
    events_ = std::make_shared<http::EventStream>(
        context_.endpoint.parts().executor, context_.max_stream_bytes
    );
    // MCP 2026-07-28, basic/patterns/cancellation: who closes the stream cancels the request. The
    // legacy era demands the opposite (2025-11-25, basic/transports).
    events_->on_gone([weak = weak_from_this()] {
      if (auto const gone = weak.lock())
        static_cast<HttpExchange&>(*gone).context_.endpoint.cancel(*gone);
    });
  }
  if (changed_) changed_->notify();
}

void HttpExchange::send(std::string text) {
  open_stream();
  if (stream_) {
    stream_->send(text);
  } else if (events_ && !events_->push(http::sse::message(text))) {
    leave();  // the reader is too slow: its stream has ended
  }
}

void HttpExchange::allow_release() {
  release_stream = [this](std::chrono::milliseconds retry) {
    open_stream();
    if (stream_) stream_->release(retry);
  };
}

std::string digest_of(const jsonrpc::Message& message) {
  auto const* params = message.params();
  auto text = std::string(message.method) + '\n';
  if (params != nullptr) text += json::canonical(*params);
  return sha256(text);
}

void HttpExchange::finished() {
  if (stream_) {
    if (!stream_->is_attached()) stream_->unread_digest = digest_of(*message);
    stream_->finish(answer);
  } else if (events_) {
    events_->close(answer.empty() ? "" : http::sse::message(answer));
  } else if (abandoned_ && !answer.empty()) {
    // Kept as a stream that nobody reads yet, for a client that asks again.
    stream_ = context_.streams.open(*session, *message->id);
    stream_->unread_digest = digest_of(*message);
    stream_->finish(answer);
  }
  if (changed_) changed_->notify();
}

void HttpExchange::leave() {
  if (is_legacy()) {
    abandoned_ = true;
  } else {
    context_.endpoint.cancel(*this);
  }
}

void HttpExchange::take_over(Accepts accepts) {
  accepts_ = accepts;
  abandoned_ = false;
  if (stream_) events_ = stream_->attach(0);
}

Async<Response> HttpExchange::respond() {
  if (!done && !is_stream()) {
    changed_.emplace(context_.endpoint.parts().executor);
    while (!done && !is_stream()) {
      // A client that takes no stream has to wait for the end.
      auto const patience = accepts_.stream ? context_.json_patience : Duration::max();
      auto const woken = co_await changed_->wait_for(patience);
      if (!woken) {  // the client has gone
        leave();
        co_return woken.error();
      }
      if (!*woken && !done) open_stream();
    }
  }
  co_return *answer_at_once();
}

std::optional<Response> HttpExchange::answer_at_once() {
  if (is_stream()) return stream_response(events_);
  if (!done) return std::nullopt;
  if (!answer.empty() && accepts_.json) return Response::json(status, std::move(answer));
  // Nothing is to be answered, or only as a stream.
  if (accepts_.stream) {
    // One of one event, or none: it is all there, and needs no stream to come through.
    auto response = stream_head();
    if (!answer.empty()) response.body = http::sse::message(answer);
    return response;
  }
  return Response::json(
      200, jsonrpc::write_error(message->id, {jsonrpc::kInternalError, "the call was cancelled"})
  );
}

}  // namespace davit::mcp::transport

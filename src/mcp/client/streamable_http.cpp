// Streamable HTTP: a POST for each message, answered by one JSON document or a stream. Sources: MCP
// 2025-03-26 to 2025-11-25, basic/transports; 2026-07-28, basic/transports/streamable-http.
#include <algorithm>

#include "async/task_scope.h"
#include "mcp/client/answer_reader.h"
#include "mcp/client/waits.h"

namespace davit::mcp::client {
namespace {

// 2025-11-25, basic/transports, "Session Management".
bool is_session_id(std::string_view id) {
  return !id.empty() && std::ranges::all_of(id, [](char c) { return c >= 0x21 && c <= 0x7E; });
}

class StreamableHttp final : public Transport {
 public:
  explicit StreamableHttp(TransportContext context)
      : context_(std::move(context)), tasks_(context_.executor, context_.logger) {}

  Async<> open() override {
    follower_.cancel();
    session_.clear();
    revision_.reset();
    lost_ = false;
    co_return Result<>();
  }

  Async<Reply> request(Call call) override {
    AnswerReader reader(call.id, limits().message_bytes, context_.on_message);
    auto const deadline = std::chrono::steady_clock::now() + call.timeout;
    auto const session = session_;
    auto sent = co_await post(&reader, to_request(call), call.method == "initialize");
    if (sent && sent->status == 404 && !session.empty()) lose(session);
    auto const is_legacy = call.headers.size() == 0;
    auto const may_resume =
        is_legacy && !reader.response && !reader.has_failed() && !reader.last_event_id.empty();
    if (may_resume && (sent || is_break(sent.error())))
      sent = co_await resume(&reader, session, deadline);
    if (!sent) co_return std::move(sent).error();
    Reply reply;
    reply.status = sent->status;
    reply.message = std::move(reader.response);
    co_return reply;
  }

  Async<> send(std::string message) override {
    http::ClientRequest request(http::Method::post, context_.options.url);
    request.timeout = context_.options.timeout;
    request.headers = common_headers();
    request.body = std::move(message);
    request.over_limit = http::OverLimit::cut;
    auto const session = session_;
    DAVIT_CO_TRY(auto const response, co_await context_.http.send(std::move(request)));
    if (response.status == 404 && !session.empty()) lose(session);
    if (response.status < 300) co_return Result<>();
    co_return Error(ErrorKind::protocol, "the server did not take a message of ours")
        .with_detail(std::to_string(response.status));
  }

  void negotiated(Revision revision) override {
    revision_ = revision;
    auto const has_streams = revision > Revision::v2024_11_05;
    if (context_.options.follow && has_streams) follower_ = tasks_.spawn("server stream", follow());
  }

  bool is_lost() const override { return lost_; }
  bool has_stream_per_request() const override { return true; }

  Async<> close() override {
    follower_.cancel();
    DAVIT_CO_CHECK(co_await tasks_.stop(Duration::zero()));
    if (session_.empty()) co_return Result<>();
    http::ClientRequest request(http::Method::del, context_.options.url);
    request.headers = common_headers();
    request.over_limit = http::OverLimit::cut;
    session_.clear();
    // A server may refuse to end sessions (405): nothing is lost by that.
    auto sent = co_await context_.http.send(std::move(request));
    if (!sent) co_return std::move(sent).error();
    co_return Result<>();
  }

 private:
  struct Sent {
    int status = 0;
  };

  const Limits& limits() const { return context_.options.limits; }

  // The connection ended too early.
  static bool is_break(const Error& error) {
    return error.kind() == ErrorKind::unavailable || error.kind() == ErrorKind::protocol;
  }

  http::Headers common_headers() const {
    auto headers = context_.options.headers;
    headers.set("Content-Type", "application/json");
    headers.set("Accept", "application/json, text/event-stream");
    if (!session_.empty()) headers.set("Mcp-Session-Id", session_);
    // Also without a session: else the server takes us for a client of 2025-03-26, which does not
    // know the field.
    if (revision_ && *revision_ >= Revision::v2025_06_18)
      headers.set("MCP-Protocol-Version", to_string(*revision_));
    return headers;
  }

  http::ClientRequest to_request(const Call& call) const {
    http::ClientRequest request(http::Method::post, context_.options.url);
    request.timeout = call.timeout;
    request.headers = common_headers();
    for (std::size_t i = 0; i < call.headers.size(); ++i)
      request.headers.set(call.headers.name(i), call.headers.value(i));
    request.body = jsonrpc::write_request(call.id, call.method, call.params);
    return request;
  }

  // `reader` belongs to the caller's coroutine.
  Async<Sent> post(AnswerReader* reader, http::ClientRequest request, bool opens_session) {
    request.on_body = [reader](const http::ClientResponse& head, std::string_view piece) {
      return reader->take(head, piece);
    };
    auto response = co_await context_.http.send(std::move(request));
    DAVIT_CO_CHECK(reader->finish());
    if (!response) co_return std::move(response).error();
    auto const session = response->headers.get("Mcp-Session-Id");
    if (opens_session && session) {
      if (!is_session_id(*session))
        co_return Error(
            ErrorKind::protocol, "the server sent a session id that no header can hold"
        );
      session_ = *session;
    }
    co_return Sent{response->status};
  }

  http::ClientRequest stream_request(const std::string& last_event_id) const {
    http::ClientRequest request(http::Method::get, context_.options.url);
    request.timeout = kForever;
    request.headers = common_headers();
    request.headers.set("Accept", "text/event-stream");
    if (!last_event_id.empty()) request.headers.set("Last-Event-ID", last_event_id);
    return request;
  }

  // The stream of a request ended before its response: goes on where it broke. 2025-11-25,
  // basic/transports, "Resumability and Redelivery".
  Async<Sent> resume(
      AnswerReader* reader, std::string session, std::chrono::steady_clock::time_point deadline
  ) {
    Waits waits(limits());
    while (!reader->response) {
      if (waits.vain() >= limits().resumptions)
        co_return Error(ErrorKind::unavailable, "the answer broke off and cannot be resumed");
      auto const wait = waits.next(reader->retry);
      auto const left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      if (left <= wait) co_return Error(ErrorKind::timeout, "the server did not answer in time");
      DAVIT_CO_CHECK(co_await sleep_for(wait));
      if (session != session_)
        co_return Error(ErrorKind::unavailable, "the session ended before the answer came");
      auto request = stream_request(reader->last_event_id);
      request.timeout = left - wait;
      auto const before = reader->events;
      auto sent = co_await post(reader, std::move(request), false);
      if (reader->response) break;
      if (!sent && (reader->has_failed() || !is_break(sent.error())))
        co_return std::move(sent).error();
      if (sent && sent->status == 404) lose(session);
      if (sent && sent->status >= 400 && sent->status < 500) {
        co_return Error(ErrorKind::unavailable, "the answer broke off and the server keeps no rest")
            .with_detail(std::to_string(sent->status));
      }
      if (reader->events > before) waits.reset();
    }
    co_return Sent{200};
  }

  // The stream for what the server says unasked. A server that has none answers 405.
  Async<> follow() {
    AnswerReader reader({}, limits().message_bytes, context_.on_message);
    Waits waits(limits());
    auto const session = session_;
    while (session == session_ && !lost_) {
      auto const before = reader.events;
      auto const sent = co_await post(&reader, stream_request(reader.last_event_id), false);
      if (!sent && (reader.has_failed() || sent.error().kind() == ErrorKind::cancelled))
        co_return sent.error();
      if (sent && sent->status == 404) {
        // Also what a server answers that has no such stream, when there is no session.
        if (!session.empty()) lose(session);
        co_return Result<>();
      }
      if (sent && sent->status >= 400 && sent->status < 500) co_return Result<>();
      if (reader.events > before) waits.reset();
      DAVIT_CO_CHECK(co_await sleep_for(waits.next(reader.retry)));
    }
    co_return Result<>();
  }

  // The server does not know `session` any more. If it is not ours by now, somebody was faster.
  void lose(const std::string& session) {
    if (session == session_) lost_ = true;
  }

  TransportContext context_;
  TaskScope tasks_;
  Task follower_;
  std::string session_;
  std::optional<Revision> revision_;  // of the legacy era, once it is agreed upon
  bool lost_ = false;
};

}  // namespace

std::unique_ptr<Transport> make_streamable_http(TransportContext context) {
  return std::make_unique<StreamableHttp>(std::move(context));
}

}  // namespace davit::mcp::client

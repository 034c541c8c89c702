#include "mcp/transport/streamable_http.h"

#include <fmt/format.h>

#include "async/task_scope.h"
#include "base/strings.h"
#include "http/event_stream.h"
#include "http/sse.h"
#include "mcp/endpoint_parts.h"
#include "mcp/transport/batch.h"
#include "mcp/transport/era.h"
#include "mcp/transport/http_exchange.h"

namespace davit::mcp::transport {
namespace {

using http::Response;
using jsonrpc::ErrorObject;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kSessionHeader = "Mcp-Session-Id";
constexpr std::chrono::seconds kSweep{10};

bool is_json(const http::Headers& headers) {
  auto const type = headers.get("Content-Type").value_or("");
  return iequals(trim(type.substr(0, type.find(';'))), kJson);
}

Response refusal_response(const std::optional<jsonrpc::Id>& id, const Refusal& refusal) {
  auto response = Response::json(refusal.status, jsonrpc::write_error(id, refusal.error));
  if (refusal.status == 429) response.headers.add("Retry-After", "1");
  return response;
}

Response refusal_response(int status, int code, std::string message) {
  return refusal_response({}, {status, {code, std::move(message)}});
}

Response not_allowed(std::string_view allowed) {
  auto response = refusal_response(
      405,
      jsonrpc::kInvalidRequest,
      fmt::format("this endpoint takes {} from clients of this protocol version", allowed)
  );
  response.headers.add("Allow", allowed);
  return response;
}

Response empty_response(int status) {
  Response response;
  response.status = status;
  return response;
}

// What a call answers whose replica died while it ran.
std::string lost_answer(const jsonrpc::Id& id) {
  return jsonrpc::write_error(
      id,
      {jsonrpc::kInternalError,
       "the replica that ran this request has gone; it may have been carried out"}
  );
}

}  // namespace

struct StreamableHttp::Impl {
  Impl(Endpoint& e, HttpOptions o, Peers* p)
      : endpoint(e),
        peers(p),
        streams(e, o.history, o.max_stream_bytes),
        context{e, streams, o.json_patience, o.max_stream_bytes},
        refused(e.parts().counters.at("davit_mcp_rejected_total", "reason=\"bad_request\"")),
        scope(e.parts().executor, e.parts().logger) {
    scope.spawn("history", sweep());
  }

  Async<> sweep() {
    for (;;) {
      DAVIT_CO_CHECK(co_await sleep_for(kSweep));
      streams.sweep();
    }
  }

  // ---------------------------------------------------------------------------------------------
  // POST

  Async<Response> post(http::Request request, RequestInfo info) {
    if (!is_json(request.headers)) {
      co_return refusal_response(
          415, jsonrpc::kInvalidRequest, "Content-Type must be application/json"
      );
    }
    auto const accepts = read_accept(request.headers);
    if (!accepts.json && !accepts.stream) {
      co_return refusal_response(
          406, jsonrpc::kInvalidRequest, "Accept must allow application/json and text/event-stream"
      );
    }
    auto exchange = std::make_shared<HttpExchange>(context, accepts);
    auto root = json::parse(request.body, &exchange->memory);
    if (!root) co_return refusal_response(400, jsonrpc::kParseError, root.error().message());
    if (root->is_array()) {
      co_return co_await post_batch(std::move(request), std::move(info), *std::move(root));
    }
    auto message = jsonrpc::read(*std::move(root));
    if (!message) co_return refusal_response(message.error().id, {400, message.error().error});
    exchange->message.emplace(*std::move(message));
    exchange->request_id = info.request_id;
    exchange->trace_id = info.trace_id;
    exchange->principal = info.principal;

    if (classify(request.headers, *exchange->message) == Era::modern)
      co_return co_await post_modern(std::move(request), std::move(info), std::move(exchange));
    co_return co_await post_legacy(
        std::move(request), std::move(info), std::move(exchange), accepts
    );
  }

  Async<Response> post_modern(
      http::Request request, RequestInfo info, std::shared_ptr<HttpExchange> exchange
  ) {
    auto const& message = *exchange->message;
    if (message.kind == jsonrpc::Kind::response) {
      co_return refusal_response(
          400, jsonrpc::kInvalidRequest, "this protocol version takes no responses"
      );
    }
    if (message.kind == jsonrpc::Kind::notification) co_return empty_response(202);
    if (auto const refusal = check_modern(request.headers, message, endpoint.dispatcher()))
      co_return refusal_response(message.id, *refusal);
    // Of everything that is modern only a task is held by one replica.
    auto const maker = maker_of(message);
    if (maker && may_forward(*maker, info)) {
      auto answer =
          co_await peers->forward(*maker, endpoint.name(), std::move(request), std::move(info));
      if (!answer) co_return answer.error();
      if (*answer) co_return **std::move(answer);
    }
    if (auto const refusal = endpoint.complete_modern(*exchange))
      co_return refusal_response(message.id, *refusal);
    co_return co_await start(std::move(exchange));
  }

  Async<Response> start(std::shared_ptr<HttpExchange> exchange) {
    if (auto const refusal = endpoint.start(exchange))
      co_return refusal_response(exchange->message->id, *refusal);
    co_return co_await exchange->respond();
  }

  Async<Response> post_legacy(
      http::Request request,
      RequestInfo info,
      std::shared_ptr<HttpExchange> exchange,
      Accepts accepts
  ) {
    auto const& message = *exchange->message;
    auto const is_request = message.kind == jsonrpc::Kind::request;
    if (is_request && message.method == "initialize") {
      co_return initialize(request.headers, *exchange);
    }
    auto found = find_session(request.headers, info);
    if (!found) co_return refusal_response(message.id, found.error());
    auto session = *std::move(found);
    auto const holder = holder_of(session, message);
    if (may_forward(holder, info)) {
      auto answer =
          co_await peers->forward(holder, endpoint.name(), std::move(request), std::move(info));
      if (!answer) co_return answer.error();
      if (*answer) co_return **std::move(answer);
    } else if (info.forwarded && endpoint.is_draining() && is_request && holder == session.home) {
      co_return decline("draining");
    }
    if (session.home != self()) {
      DAVIT_CO_CHECK(co_await endpoint.adopt(session));
      if (endpoint.live().is_revoked(session.id)) co_return refusal_response(message.id, revoked());
    }
    if (message.kind == jsonrpc::Kind::notification) endpoint.notify(message, session);
    if (message.kind == jsonrpc::Kind::response) endpoint.reply(message, session);
    if (!is_request) co_return empty_response(202);
    co_return co_await request_in_session(std::move(exchange), std::move(session), accepts);
  }

  // A request, perhaps one that was sent before: it must not run twice.
  Async<Response> request_in_session(
      std::shared_ptr<HttpExchange> exchange, Session session, Accepts accepts
  ) {
    auto const& id = *exchange->message->id;
    if (auto const running = endpoint.live().find_call(session, id)) {
      auto* const earlier = dynamic_cast<HttpExchange*>(running.get());
      if (earlier != nullptr && earlier->is_left() &&
          digest_of(*earlier->message) == digest_of(*exchange->message)) {
        auto const joined = std::static_pointer_cast<HttpExchange>(running);
        joined->take_over(accepts);
        co_return co_await joined->respond();
      }
    }
    if (auto const unread = streams.find_unread(session, id);
        unread && accepts.stream && unread->unread_digest == digest_of(*exchange->message)) {
      co_return stream_response(unread->attach(0));
    }
    auto& store = endpoint.parts().store;
    if (session.home != self() && store.is_shared()) {
      // Its home has gone: did it take this request with it?
      auto const runner = co_await store.get(call_key(session, id));
      if (!runner && runner.error().kind() == ErrorKind::cancelled) co_return runner.error();
      if (runner && *runner && **runner != self().text())
        co_return Response::json(200, lost_answer(id));
    }
    endpoint.complete_legacy(*exchange, std::move(session));
    if (exchange->can_send && exchange->revision >= Revision::v2025_11_25)
      exchange->allow_release();
    co_return co_await start(std::move(exchange));
  }

  Response initialize(const http::Headers& headers, HttpExchange& exchange) {
    if (headers.count(kSessionHeader) > 0) {
      return refusal_response(
          exchange.message->id,
          {400, {jsonrpc::kInvalidRequest, "initialize must not name a session"}}
      );
    }
    endpoint.initialize(exchange);
    auto response = Response::json(200, std::move(exchange.answer));
    if (exchange.session) {
      response.headers.add(kSessionHeader, seal_session(endpoint.parts().ring, *exchange.session));
    }
    return response;
  }

  // MCP 2025-03-26, basic/index, "Batching".
  Async<Response> post_batch(http::Request request, RequestInfo info, json::Value root) {
    auto const& items = root.get_array();
    auto const refuse = [](std::string why) {
      return refusal_response(400, jsonrpc::kInvalidRequest, std::move(why));
    };
    if (!has_legacy_version(request.headers) || items.empty() ||
        items.size() > endpoint.options().max_batch) {
      co_return refuse(fmt::format(
          "a batch is for protocol version 2025-03-26, with 1 to {} messages",
          endpoint.options().max_batch
      ));
    }
    auto const found = find_session(request.headers, info);
    if (!found) co_return refusal_response({}, found.error());
    auto const session = *found;
    if (!takes_batches(session.revision)) {
      co_return refuse("a batch is not part of this session's protocol version");
    }
    auto const accepts = read_accept(request.headers);
    if (may_forward(session.home, info)) {
      auto answer = co_await peers->forward(
          session.home, endpoint.name(), std::move(request), std::move(info)
      );
      if (!answer) co_return answer.error();
      if (*answer) co_return **std::move(answer);
    }
    if (session.home != self()) DAVIT_CO_CHECK(co_await endpoint.adopt(session));

    // Checked as a whole first: nothing of a broken batch is carried out.
    std::vector<jsonrpc::Message> messages;
    auto requests = 0;
    for (auto const& item : items) {
      auto message = jsonrpc::read(json::Value(item));
      if (!message) co_return refusal_response(message.error().id, {400, message.error().error});
      if (message->method == "initialize") co_return refuse("initialize must stand alone");
      requests += message->kind == jsonrpc::Kind::request ? 1 : 0;
      messages.push_back(*std::move(message));
    }
    std::shared_ptr<Batch> batch;
    if (requests > 0) batch = std::make_shared<Batch>(context, session, accepts);
    for (auto& message : messages) {
      if (message.kind == jsonrpc::Kind::notification) {
        endpoint.notify(message, session);
      } else if (message.kind == jsonrpc::Kind::response) {
        endpoint.reply(message, session);
      } else {
        auto const part = batch->add();
        part->message.emplace(std::move(message));
        part->request_id = info.request_id;
        part->trace_id = info.trace_id;
        part->principal = info.principal;
        endpoint.complete_legacy(*part, session);
        if (auto const refusal = endpoint.start(part)) {
          part->answer = jsonrpc::write_error(part->message->id, refusal->error);
          part->finished();
        }
      }
    }
    if (!batch) co_return empty_response(202);
    co_return co_await batch->respond();
  }

  // ---------------------------------------------------------------------------------------------
  // GET and DELETE

  // The stream of a session, or one that is taken up again.
  Async<Response> get(http::Request request, RequestInfo info) {
    if (!has_legacy_version(request.headers)) co_return not_allowed("POST");
    if (!read_accept(request.headers).stream) {
      co_return refusal_response(
          406, jsonrpc::kInvalidRequest, "Accept must allow text/event-stream"
      );
    }
    auto const found = find_session(request.headers, info);
    if (!found) co_return refusal_response({}, found.error());
    auto const session = *found;
    std::optional<EventId> last;
    if (auto const text = request.headers.get("Last-Event-ID")) {
      last = EventId::parse(endpoint.parts().ring, *text);
      if (!last || last->stream.session != session.id) {
        co_return refusal_response(
            400, jsonrpc::kInvalidRequest, "Last-Event-ID is not one of this session's"
        );
      }
    }
    auto const holder = last ? last->stream.maker : session.home;
    if (may_forward(holder, info)) {
      auto answer =
          co_await peers->forward(holder, endpoint.name(), std::move(request), std::move(info));
      if (!answer) co_return answer.error();
      if (*answer) co_return **std::move(answer);
    }
    if (session.home != self()) {
      DAVIT_CO_CHECK(co_await endpoint.adopt(session));
      if (endpoint.live().is_revoked(session.id)) co_return refusal_response({}, revoked());
    }
    if (last) {
      if (auto const stream = streams.find(last->stream))
        co_return stream_response(stream->attach(last->number));
    }
    if (info.forwarded && endpoint.is_draining()) co_return decline("draining");
    if (last) co_return co_await resume_lost(std::move(session), *std::move(last));
    co_return open_session_stream(session, {});
  }

  // A stream whose maker has gone: what the store kept of it, and then its end, or another stream
  // in its place.
  Async<Response> resume_lost(Session session, EventId last) {
    auto rest = co_await streams.rest_of(last);
    if (!rest) {
      if (rest.error().kind() == ErrorKind::cancelled) co_return rest.error();
      rest = SessionStreams::Rest();
    }
    if (!last.stream.request) co_return open_session_stream(session, rest->framed);
    auto const events = std::make_shared<http::EventStream>(
        endpoint.parts().executor, context.max_stream_bytes + rest->framed.size()
    );
    if (!rest->framed.empty()) events->push(rest->framed);
    events->close(
        rest->ended ? std::string() : http::sse::message(lost_answer(*last.stream.request))
    );
    co_return stream_response(events);
  }

  Response open_session_stream(const Session& session, std::string_view first) {
    auto const stream = streams.open(session, std::nullopt);
    if (!stream->take_session_messages(session)) {
      return refusal_response(
          {}, {429, {jsonrpc::kInternalError, "too many sessions are in use; try again later"}}
      );
    }
    auto const events = stream->attach(0);
    if (!first.empty()) events->push(first);
    return stream_response(events);
  }

  Async<Response> end_session(http::Request request, RequestInfo info) {
    if (!has_legacy_version(request.headers)) co_return not_allowed("POST");
    auto const found = find_session(request.headers, info);
    if (!found) co_return refusal_response({}, found.error());
    auto const session = *found;
    if (may_forward(session.home, info)) {
      auto answer = co_await peers->forward(
          session.home, endpoint.name(), std::move(request), std::move(info)
      );
      if (!answer) co_return answer.error();
      if (*answer) co_return **std::move(answer);
    }
    endpoint.end_session(session);
    co_return empty_response(204);
  }

  // ---------------------------------------------------------------------------------------------
  // Sessions and who holds them

  const ReplicaId& self() const { return endpoint.parts().self; }

  static Refusal revoked() {
    return {404, {jsonrpc::kInvalidRequest, "the session has ended; start again with initialize"}};
  }

  tl::expected<Session, Refusal> find_session(const http::Headers& headers, const RequestInfo& info)
      const {
    auto const token = headers.get(kSessionHeader);
    if (!token) {
      return tl::unexpected(Refusal{
          400,
          {jsonrpc::kInvalidRequest, "the header Mcp-Session-Id is missing; start with initialize"}
      });
    }
    return endpoint.find_session(*token, info.principal);
  }

  // The replica that a message of a session has to meet: the one that made what it is about, else
  // the session's home.
  ReplicaId holder_of(const Session& session, const jsonrpc::Message& message) const {
    return maker_of(message).value_or(session.home);
  }

  std::optional<ReplicaId> maker_of(const jsonrpc::Message& message) const {
    if (message.kind == jsonrpc::Kind::response && message.id)
      return endpoint.maker_of_ask(*message.id);
    if (!message.method.starts_with("tasks/")) return std::nullopt;
    auto const id = json::find_string(message.root, "params.taskId");
    return id ? maker_of_task(endpoint.parts().ring, *id) : std::nullopt;
  }

  bool may_forward(const ReplicaId& holder, const RequestInfo& info) const {
    return peers != nullptr && !info.forwarded && holder != self() && peers->can_reach(holder);
  }

  Endpoint& endpoint;
  Peers* peers;
  SessionStreams streams;
  HttpContext context;
  Counter& refused;
  TaskScope scope;
};

StreamableHttp::StreamableHttp(Endpoint& endpoint, HttpOptions options, Peers* peers)
    : impl_(std::make_shared<Impl>(endpoint, options, peers)) {}
StreamableHttp::~StreamableHttp() = default;

Endpoint& StreamableHttp::endpoint() { return impl_->endpoint; }

Async<Response> StreamableHttp::serve(http::Request request, RequestInfo info) {
  auto const impl = impl_;
  auto const request_id = info.request_id;
  Result<Response> response = Response();
  switch (request.method) {
    case http::Method::post:
      response = co_await impl->post(std::move(request), std::move(info));
      break;
    case http::Method::get:
      response = co_await impl->get(std::move(request), std::move(info));
      break;
    case http::Method::del:
      response = co_await impl->end_session(std::move(request), std::move(info));
      break;
    default: response = not_allowed("POST, GET, DELETE, OPTIONS");
  }
  // What never became a call leaves its line here.
  if (response && response->status >= 400) {
    impl->refused.add();
    impl->endpoint.parts().logger.info(
        "request",
        {{"request_id", request_id}, {"status", response->status}, {"outcome", "refused"}}
    );
  }
  co_return response;
}

Async<> StreamableHttp::stop() { return impl_->scope.stop(Duration::zero()); }

}  // namespace davit::mcp::transport

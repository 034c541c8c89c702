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
std::string lost_answer(const std::optional<jsonrpc::Id>& id) {
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
        http_sse(e, o.sse),
        context{e, streams, o.json_patience, o.max_stream_bytes},
        refused(e.parts().counters.at("davit_mcp_rejected_total", "reason=\"bad_request\"")),
        no_session(e.parts().counters.at("davit_mcp_rejected_total", "reason=\"no_session\"")),
        scope(e.parts().executor, e.parts().logger) {
    scope.spawn("history", sweep());
  }

  Async<> sweep() {
    for (;;) {
      DAVIT_CO_CHECK(co_await sleep_for(kSweep));
      streams.sweep();
    }
  }

  // Who keeps a bound counts what it refuses, and Peers what other replicas do not answer.
  void count_refusal(int status) {
    if (status == 429 || status >= 500) return;
    (status == 404 ? no_session : refused).add();
  }

  // A request as it came. Shared, so that not every coroutine on its way holds a copy: a frame over
  // 1 KB is not recycled.
  struct Incoming {
    http::Request request;
    RequestInfo info;
  };
  using IncomingPtr = std::shared_ptr<Incoming>;
  using ExchangePtr = std::shared_ptr<HttpExchange>;

  static Async<Response> serve(std::shared_ptr<Impl> impl, IncomingPtr in) {
    auto const request_id = in->info.request_id;
    auto response = co_await impl->route(std::move(in));
    // What never became a call leaves its line here.
    if (response && response->status >= 400) {
      impl->count_refusal(response->status);
      impl->endpoint.parts().logger.info(
          "request",
          {{"request_id", request_id}, {"status", response->status}, {"outcome", "refused"}}
      );
    }
    co_return response;
  }

  Async<Response> route(IncomingPtr in) {
    switch (in->request.method) {
      case http::Method::post: return post(std::move(in));
      case http::Method::get: return get(std::move(in->request), std::move(in->info));
      case http::Method::del: return end_session(std::move(in->request), std::move(in->info));
      default: return answered(not_allowed("POST, GET, DELETE, OPTIONS"));
    }
  }

  // For functions that are no coroutine, so that a call is one frame less deep.
  static Async<Response> answered(Response response) { co_return response; }

  // ---------------------------------------------------------------------------------------------
  // POST

  Async<Response> post(IncomingPtr in) {
    auto const& request = in->request;
    if (!request.query().empty() && !HttpSse::session_of(request).empty())
      return post_http_sse(std::move(in->request), std::move(in->info));
    auto const refuse = [](int status, int code, std::string why) {
      return answered(refusal_response(status, code, std::move(why)));
    };
    if (!is_json(request.headers))
      return refuse(415, jsonrpc::kInvalidRequest, "Content-Type must be application/json");
    auto const accepts = read_accept(request.headers);
    if (!accepts.json && !accepts.stream) {
      return refuse(
          406, jsonrpc::kInvalidRequest, "Accept must allow application/json and text/event-stream"
      );
    }
    auto exchange = HttpExchange::make(context, accepts);
    auto root = json::parse(request.body, &exchange->memory);
    if (!root) return refuse(400, jsonrpc::kParseError, root.error().message());
    if (root->is_array())
      return post_batch(std::move(in->request), std::move(in->info), *std::move(root), exchange);
    if (auto const malformed = fill(*exchange, *std::move(root), in->info))
      return answered(refusal_response(malformed->id, {400, malformed->error}));
    auto const era = classify(request.headers, *exchange->message);
    return era == Era::modern ? post_modern(std::move(in), std::move(exchange))
                              : post_legacy(std::move(in), std::move(exchange));
  }

  static std::optional<jsonrpc::Malformed> fill(
      HttpExchange& exchange, json::Value root, const RequestInfo& info
  ) {
    auto message = jsonrpc::read(std::move(root));
    if (!message) return std::move(message).error();
    exchange.message.emplace(*std::move(message));
    exchange.request_id = info.request_id;
    exchange.trace_id = info.trace_id;
    exchange.principal = info.principal;
    return std::nullopt;
  }

  Async<Response> post_modern(IncomingPtr in, ExchangePtr exchange) {
    auto const& message = *exchange->message;
    if (message.kind == jsonrpc::Kind::response) {
      co_return refusal_response(
          400, jsonrpc::kInvalidRequest, "this protocol version takes no responses"
      );
    }
    if (message.kind == jsonrpc::Kind::notification) co_return empty_response(202);
    if (auto const refusal = check_modern(in->request.headers, message, endpoint.dispatcher()))
      co_return refusal_response(message.id, *refusal);
    // Of everything that is modern only tasks are held by one replica.
    auto const maker = maker_of(message);
    if (maker && may_forward(*maker, in->info)) {
      auto answer = co_await forward(*maker, *in);
      if (!answer) co_return answer.error();
      if (*answer) co_return **std::move(answer);
    }
    if (auto const refusal = endpoint.complete_modern(*exchange))
      co_return refusal_response(message.id, *refusal);
    if (auto answer = start(exchange)) co_return *std::move(answer);
    co_return co_await exchange->respond();
  }

  // The answer, when there is one at once.
  std::optional<Response> start(const ExchangePtr& exchange) {
    if (auto const refusal = endpoint.start(exchange))
      return refusal_response(exchange->message->id, *refusal);
    return exchange->answer_at_once();
  }

  // Leaves nothing of what came.
  Async<std::optional<Response>> forward(const ReplicaId& holder, Incoming& in) {
    return peers->forward(holder, endpoint.name(), std::move(in.request), std::move(in.info));
  }

  Async<Response> post_legacy(IncomingPtr in, ExchangePtr exchange) {
    if (auto response = take_session(*in, *exchange)) co_return *std::move(response);
    if (peers != nullptr || in->info.forwarded || exchange->session->home != self()) {
      auto settled = co_await settle(in, exchange);
      if (!settled) co_return settled.error();
      if (*settled) co_return **std::move(settled);
    }
    if (auto response = serve_in_session(exchange)) co_return *std::move(response);
    co_return co_await exchange->respond();
  }

  // Finds the session of a message; answers what has none.
  std::optional<Response> take_session(const Incoming& in, HttpExchange& exchange) {
    auto const& message = *exchange.message;
    if (message.kind == jsonrpc::Kind::request && message.method == "initialize")
      return initialize(in.request.headers, exchange);
    auto found = find_session(in.request.headers, in.info);
    if (!found) return refusal_response(message.id, found.error());
    exchange.session = *std::move(found);
    // Before it goes on to the home: what it cancels may run here since the home drains.
    if (message.kind == jsonrpc::Kind::notification) endpoint.notify(message, *exchange.session);
    return std::nullopt;
  }

  // The answer, when there is one at once; `exchange` is then the one to wait for.
  std::optional<Response> serve_in_session(ExchangePtr& exchange) {
    auto const& message = *exchange->message;
    auto const& session = *exchange->session;
    if (message.kind == jsonrpc::Kind::response) endpoint.reply(message, session);
    if (message.kind != jsonrpc::Kind::request) return empty_response(202);

    // A request, perhaps one that was sent before: it must not run twice.
    if (auto earlier = find_left(*exchange)) {
      exchange = std::move(earlier);
      return exchange->answer_at_once();
    }
    if (auto const unread = streams.find_unread(session, *message.id);
        unread && exchange->accepts().stream && unread->unread_digest == digest_of(message)) {
      return stream_response(unread->attach(0));
    }
    endpoint.complete_legacy(*exchange, *std::move(exchange->session));
    if (exchange->can_send && exchange->revision >= Revision::v2025_11_25)
      exchange->allow_release();
    return start(exchange);
  }

  // What other replicas have to do with a message. Nothing when it is to be served here.
  Async<std::optional<Response>> settle(IncomingPtr in, ExchangePtr exchange) {
    auto const& message = *exchange->message;
    auto const& session = *exchange->session;
    auto holder = maker_of(message).value_or(session.home);
    if (auto const cancelled = cancelled_request(message); cancelled && !in->info.forwarded) {
      // It runs elsewhere when its home has gone, or takes nothing new.
      DAVIT_CO_TRY(auto const runner, co_await runner_of(session, *cancelled));
      if (runner) holder = *runner;
    }
    if (may_forward(holder, in->info)) {
      auto answer = co_await forward(holder, *in);
      if (!answer || *answer) co_return answer;
    } else if (in->info.forwarded && endpoint.is_draining() && is_new_work(session, message)) {
      co_return decline("draining");
    }
    if (session.home == self()) co_return std::nullopt;
    DAVIT_CO_CHECK(co_await endpoint.adopt(session));
    if (endpoint.live().is_revoked(session.id)) co_return refusal_response(message.id, revoked());
    if (message.kind != jsonrpc::Kind::request) co_return std::nullopt;
    // Its home has gone: did it take this request with it?
    DAVIT_CO_TRY(auto const runner, co_await runner_of(session, *message.id));
    if (!runner || *runner == self()) co_return std::nullopt;
    // A replica that its home sent it to, when that began to drain, may still run it.
    if (peers != nullptr && peers->can_reach(*runner))
      co_return refusal_response(message.id, still_running());
    co_return Response::json(200, lost_answer(*message.id));
  }

  // The replica that runs a request, as a shared store knows it. Errors: cancelled.
  Async<std::optional<ReplicaId>> runner_of(Session session, jsonrpc::Id request) {
    std::optional<ReplicaId> nobody;
    auto& store = endpoint.parts().store;
    if (!store.is_shared()) co_return nobody;
    auto const runner = co_await store.get(call_key(session, request));
    if (!runner && runner.error().kind() == ErrorKind::cancelled) co_return runner.error();
    if (!runner || !*runner) co_return nobody;
    co_return std::optional(ReplicaId::parse(**runner));
  }

  // The same request, which still runs and has lost its client: from now on this one is its client.
  ExchangePtr find_left(const HttpExchange& exchange) {
    auto const running = endpoint.live().find_call(*exchange.session, *exchange.message->id);
    auto* const earlier = dynamic_cast<HttpExchange*>(running.get());
    if (earlier == nullptr || !earlier->is_left() ||
        digest_of(*earlier->message) != digest_of(*exchange.message)) {
      return nullptr;
    }
    earlier->take_over(exchange.accepts());
    return std::static_pointer_cast<HttpExchange>(running);
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
  // `memory` is where the root lives.
  Async<Response> post_batch(
      http::Request request, RequestInfo info, json::Value root, ExchangePtr memory
  ) {
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
      auto answer =
          co_await peers->forward(session.home, endpoint.name(), std::move(request), info);
      if (!answer) co_return answer.error();
      if (*answer) co_return **std::move(answer);
    }
    if (session.home != self()) {
      DAVIT_CO_CHECK(co_await endpoint.adopt(session));
      if (endpoint.live().is_revoked(session.id)) co_return refusal_response({}, revoked());
    }

    // Checked as a whole first: nothing of a broken batch is carried out.
    std::vector<jsonrpc::Message> messages;
    std::optional<jsonrpc::Id> first;  // of its requests
    for (auto const& item : items) {
      // With memory of its own: what runs outlives the body.
      auto message = jsonrpc::read(json::Value(item, boost::json::storage_ptr()));
      if (!message) co_return refusal_response(message.error().id, {400, message.error().error});
      if (message->method == "initialize") co_return refuse("initialize must stand alone");
      if (message->kind == jsonrpc::Kind::request && !first) first = message->id;
      messages.push_back(*std::move(message));
    }
    std::shared_ptr<Batch> batch;
    if (first) batch = std::make_shared<Batch>(context, session, *first, accepts);
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

  // The stream of a session, or one that is taken up again. A client that names neither session nor
  // version cannot mean that: it begins a session of HTTP+SSE.
  Async<Response> get(http::Request request, RequestInfo info) {
    if (request.headers.count(kSessionHeader) + request.headers.count(kVersionHeader) == 0)
      co_return http_sse.open(request, std::move(info));
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
    auto const is_resumable = !last || !last->stream.answers;
    if (may_forward(holder, info)) {
      auto answer = co_await peers->forward(
          holder, endpoint.name(), std::move(request), std::move(info), is_resumable
      );
      if (!answer) co_return answer.error();
      if (*answer) co_return **std::move(answer);
    }
    if (session.home != self()) {
      DAVIT_CO_CHECK(co_await endpoint.adopt(session));
      if (endpoint.live().is_revoked(session.id)) co_return refusal_response({}, revoked());
    }
    if (last) {
      // One that only waits for news does so on a replica that stays.
      auto const may_move = info.forwarded && endpoint.is_draining() && !last->stream.answers;
      auto const stream = streams.find(last->stream);
      auto is_kept_elsewhere = may_move;
      if (stream && may_move && stream->has_news(last->number)) {
        DAVIT_CO_TRY(is_kept_elsewhere, co_await endpoint.live().is_written());
      }
      if (stream && !is_kept_elsewhere) {
        // What it was told before may have gone to make room while nobody read it.
        if (!last->stream.answers && !endpoint.live().has_sink(session) &&
            !stream->take_session_messages(session)) {
          co_return too_many_sessions();
        }
        co_return stream_response(stream->attach(last->number));
      }
    }
    if (info.forwarded && endpoint.is_draining()) {
      if (!last || !last->stream.answers) streams.moved_on(session.id);
      co_return decline("draining");
    }
    if (last && last->stream.answers) co_return co_await resume_answer(*std::move(last));
    if (!last) {
      if (auto const left = streams.find_left(session.id))
        co_return stream_response(left->rejoin());
    }
    co_return co_await go_on(session, std::move(last));
  }

  // A new stream for what belongs to no request; perhaps in the place of one whose maker has gone,
  // so that its reader, should it leave again, comes back for the right one.
  Async<Response> go_on(Session session, std::optional<EventId> last) {
    DAVIT_CO_TRY(auto const stream, co_await streams.go_on(session, std::move(last)));
    if (endpoint.live().is_revoked(session.id)) co_return refusal_response({}, revoked());
    co_return stream ? stream_response(stream->attach(0)) : too_many_sessions();
  }

  // What the store kept of an answer whose replica has gone, and then its end.
  Async<Response> resume_answer(EventId last) {
    auto rest = co_await streams.rest_of(last);
    if (!rest) {
      if (rest.error().kind() == ErrorKind::cancelled) co_return rest.error();
      rest = SessionStreams::Rest();
    }
    auto const token = last.stream.seal(endpoint.parts().ring);
    std::string framed;
    for (auto const& event : rest->events)
      framed += http::sse::message(event.text, fmt::format("{}.{}", token, event.sequence));
    if (!rest->ended) framed += http::sse::message(lost_answer(last.stream.request));
    auto const events =
        std::make_shared<http::EventStream>(endpoint.parts().executor, framed.size());
    events->close(framed);
    co_return stream_response(events);
  }

  Async<Response> post_http_sse(http::Request request, RequestInfo info) {
    auto const home = http_sse.home_of(HttpSse::session_of(request));
    if (home && may_forward(*home, info)) {
      auto answer = co_await peers->forward(*home, endpoint.name(), request, info);
      if (!answer) co_return answer.error();
      if (*answer) co_return **std::move(answer);
    }
    co_return http_sse.post(request, info);
  }

  static Response too_many_sessions() {
    return refusal_response(
        {}, {429, {jsonrpc::kInternalError, "too many sessions are in use; try again later"}}
    );
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
    DAVIT_CO_CHECK(co_await endpoint.live().is_written());
    co_return empty_response(204);
  }

  // ---------------------------------------------------------------------------------------------
  // Sessions and who holds them

  const ReplicaId& self() const { return endpoint.parts().self; }

  static Refusal still_running() {
    return {400, {jsonrpc::kInvalidRequest, "a request with this id is still running"}};
  }
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

  // What a draining home leaves to others: requests, but not for what it has begun.
  bool is_new_work(const Session& session, const jsonrpc::Message& message) const {
    return message.kind == jsonrpc::Kind::request && !maker_of(message) &&
           !endpoint.live().find_call(session, *message.id) &&
           !streams.find_unread(session, *message.id);
  }

  std::optional<ReplicaId> maker_of(const jsonrpc::Message& message) const {
    if (message.kind == jsonrpc::Kind::response && message.id)
      return endpoint.maker_of_ask(*message.id);
    // Who listens for tasks does so where the first one runs.
    auto const* path = message.method.starts_with("tasks/")       ? "params.taskId"
                       : message.method == "subscriptions/listen" ? "params.notifications.taskIds.0"
                                                                  : nullptr;
    auto const id = path == nullptr ? std::nullopt : json::find_string(message.root, path);
    return id ? maker_of_task(endpoint.parts().ring, *id) : std::nullopt;
  }

  bool may_forward(const ReplicaId& holder, const RequestInfo& info) const {
    return peers != nullptr && !info.forwarded && holder != self() && peers->can_reach(holder);
  }

  Endpoint& endpoint;
  Peers* peers;
  SessionStreams streams;
  HttpSse http_sse;
  HttpContext context;
  Counter& refused;
  Counter& no_session;
  TaskScope scope;
};

StreamableHttp::StreamableHttp(Endpoint& endpoint, HttpOptions options, Peers* peers)
    : impl_(std::make_shared<Impl>(endpoint, options, peers)) {}
StreamableHttp::~StreamableHttp() = default;

Endpoint& StreamableHttp::endpoint() { return impl_->endpoint; }

Async<Response> StreamableHttp::serve(http::Request request, RequestInfo info) {
  Impl::Incoming in{std::move(request), std::move(info)};
  return Impl::serve(impl_, std::make_shared<Impl::Incoming>(std::move(in)));
}

void StreamableHttp::close_http_sse() { impl_->http_sse.close(); }

Async<> StreamableHttp::wait_for_readers(Duration limit) {
  auto const is_alone = impl_->peers == nullptr && !impl_->endpoint.parts().store.is_shared();
  return impl_->streams.wait_for_readers(is_alone ? Duration::zero() : limit);
}

Async<> StreamableHttp::stop() { return impl_->scope.stop(Duration::zero()); }

}  // namespace davit::mcp::transport

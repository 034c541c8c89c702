#include "mcp/transport/streamable_http.h"

#include <array>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "async/task_scope.h"
#include "base/base64.h"
#include "base/strings.h"
#include "http/event_stream.h"
#include "http/sse.h"
#include "mcp/transport/legacy.h"

namespace davit::mcp::transport {
namespace {

using http::Response;
using jsonrpc::ErrorObject;

constexpr std::string_view kJson = "application/json";
constexpr std::size_t kMaxLoggedBytes = 100;  // of a method, which may be anything

// How a request ended, as the log and the counters name it.
enum class Ending { ok, tool_error, protocol_error, timeout, cancelled };
constexpr std::array<std::string_view, 5> kEndings{
    "ok", "tool_error", "protocol_error", "timeout", "cancelled"
};

struct Accepts {
  bool json = false;
  bool stream = false;
};

// Quality values are not weighed: both kinds are ours to choose from (MCP 2025-11-25,
// basic/transports, "Sending Messages to the Server").
Accepts read_accept(const http::Headers& headers) {
  Accepts accepts;
  auto is_given = false;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (!iequals(headers.name(i), "Accept")) continue;
    is_given = true;
    for (auto const element : split(headers.value(i), ',')) {
      auto const type = trim(element.substr(0, element.find(';')));
      if (type == "*/*") return {true, true};
      accepts.json |= iequals(type, kJson) || iequals(type, "application/*");
      accepts.stream |= iequals(type, http::sse::kContentType) || iequals(type, "text/*");
    }
  }
  return is_given ? accepts : Accepts{true, true};
}

bool is_json(const http::Headers& headers) {
  auto const type = headers.get("Content-Type").value_or("");
  return iequals(trim(type.substr(0, type.find(';'))), kJson);
}

Response refusal_response(const std::optional<jsonrpc::Id>& id, const Refusal& refusal) {
  return Response::json(refusal.status, jsonrpc::write_error(id, refusal.error));
}

Response refusal_response(int status, int code, std::string message) {
  return refusal_response({}, {status, {code, std::move(message)}});
}

Response not_allowed() {
  auto response = refusal_response(
      405, jsonrpc::kInvalidRequest, "this endpoint takes POST, and DELETE to end a session"
  );
  response.headers.add("Allow", "POST, DELETE, OPTIONS");
  return response;
}

}  // namespace

// One request on its way: shared by the HTTP side, which may leave early, and the task that serves
// it.
struct Exchange final : Call, std::enable_shared_from_this<Exchange> {
  std::optional<Session> session;  // legacy only
  bool accepts_json = true;
  bool accepts_stream = true;

  std::chrono::steady_clock::time_point started;
  Task task;
  Task time_limit;
  bool timed_out = false;

  bool done = false;
  int status = 200;
  std::string answer;  // empty when nothing is to be answered
  Ending ending = Ending::ok;

  std::shared_ptr<http::EventStream> events;  // set when the answer goes out as a stream
  std::optional<Event> changed;               // set when somebody waits

  bool is_legacy() const { return session.has_value(); }
};

struct StreamableHttp::Impl {
  using Shared = std::shared_ptr<Exchange>;

  Impl(
      Executor e,
      const Server& server,
      const KeyRing& ring,
      const Clock& c,
      Options o,
      Counters& counters,
      log::Logger l
  )
      : executor(e),
        dispatcher(server),
        clock(c),
        options(o),
        counters(counters),
        logger(std::move(l)),
        legacy(dispatcher, ring, clock, o.sessions, counters),
        running_level(counters.at("davit_mcp_calls_running")),
        refused(counters.at("davit_mcp_rejected_total", "reason=\"bad_request\"")),
        scope(e, logger),
        modern_members(fmt::format(
            R"("resultType":"complete","_meta":{{"{}":{}}})",
            kMetaServer,
            json::to_text(to_json(server.info().implementation))
        )) {
    for (std::size_t i = 0; i < kEndings.size(); ++i) {
      ended[i] =
          &counters.at("davit_mcp_requests_total", fmt::format("outcome=\"{}\"", kEndings[i]));
    }
  }

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
    auto exchange = std::make_shared<Exchange>();
    exchange->accepts_json = accepts.json;
    exchange->accepts_stream = accepts.stream;
    exchange->request_id = std::move(info.request_id);
    exchange->trace_id = std::move(info.trace_id);
    exchange->principal = std::move(info.principal);
    exchange->base_logger = logger;
    exchange->started = clock.steady_now();

    auto root = json::parse(request.body, &exchange->memory);
    if (!root) co_return refusal_response(400, jsonrpc::kParseError, root.error().message());
    auto message = jsonrpc::read(*std::move(root));
    if (!message) co_return refusal_response(message.error().id, {400, message.error().error});
    exchange->message.emplace(*std::move(message));

    auto const era = classify(request.headers, *exchange->message);
    auto const answer = era == Era::modern ? &Impl::post_modern : &Impl::post_legacy;
    co_return co_await (this->*answer)(std::move(request.headers), std::move(exchange));
  }

  // -----------------------------------------------------------------------------------------
  // modern

  Async<Response> post_modern(http::Headers headers, Shared exchange) {
    auto const& message = *exchange->message;
    if (message.kind == jsonrpc::Kind::response) {
      co_return refusal_response(
          400, jsonrpc::kInvalidRequest, "this protocol version takes no responses"
      );
    }
    if (message.kind == jsonrpc::Kind::notification) co_return accepted();
    if (auto const refusal = check_modern(headers, message, dispatcher)) {
      co_return refusal_response(message.id, *refusal);
    }
    exchange->revision = Revision::v2026_07_28;
    auto const& meta = message.params()->at("_meta").get_object();
    exchange->capabilities = read_capabilities(meta.at(kMetaCapabilities).get_object());
    read_progress_token(*exchange);
    if (auto const* level = meta.if_contains(kMetaLogLevel)) {
      exchange->log_level =
          level->is_string() ? parse_log_level(json::view(level->get_string())) : std::nullopt;
      if (!exchange->log_level) {
        co_return refusal_response(
            message.id, {200, {jsonrpc::kInvalidParams, "_meta names an unknown log level"}}
        );
      }
    }
    co_return co_await run(std::move(exchange));
  }

  // -----------------------------------------------------------------------------------------
  // legacy

  Async<Response> post_legacy(http::Headers headers, Shared exchange) {
    auto const& message = *exchange->message;
    if (message.method == "initialize" && message.kind == jsonrpc::Kind::request) {
      co_return initialize(headers, *exchange);
    }
    auto session = legacy.find_session(headers, exchange->principal);
    if (!session) co_return refusal_response(message.id, session.error());
    exchange->session = *std::move(session);
    legacy.complete(*exchange, *exchange->session);
    if (message.kind == jsonrpc::Kind::notification) legacy.notify(*exchange, *exchange->session);
    if (message.kind != jsonrpc::Kind::request) co_return accepted();

    if (auto outcome = legacy.serve(*exchange, *exchange->session)) {
      finish(*exchange, *std::move(outcome));
      co_return Response::json(200, std::move(exchange->answer));
    }
    if (legacy.live().has_call(exchange->session->id, *message.id)) {
      co_return refusal_response(
          message.id, {400, {jsonrpc::kInvalidRequest, "a request with this id is still running"}}
      );
    }
    read_progress_token(*exchange);
    co_return co_await run(std::move(exchange));
  }

  Response initialize(const http::Headers& headers, Exchange& exchange) {
    if (headers.count("Mcp-Session-Id") > 0) {
      return refusal_response(
          exchange.message->id,
          {400, {jsonrpc::kInvalidRequest, "initialize must not name a session"}}
      );
    }
    exchange.revision = kNewestLegacy;
    auto handshake = legacy.initialize(exchange);
    finish(exchange, std::move(handshake.outcome));
    auto response = Response::json(200, std::move(exchange.answer));
    if (!handshake.session_token.empty())
      response.headers.add("Mcp-Session-Id", handshake.session_token);
    return response;
  }

  Response end_session(const http::Headers& headers, const Principal& principal) {
    if (!has_legacy_version(headers)) return not_allowed();
    auto const session = legacy.find_session(headers, principal);
    if (!session) return refusal_response({}, session.error());
    legacy.live().revoke(*session);
    Response response;
    response.status = 204;
    return response;
  }

  // ------------------------------------------------------------------------------------------ a
  // call

  // Serves the request in a task of its own, and answers as soon as it is known in which form.
  Async<Response> run(Shared exchange) {
    auto& principal_calls = calls_of[exchange->principal.id];
    if (calls >= options.max_calls || principal_calls >= options.max_calls_per_principal) {
      if (principal_calls == 0) calls_of.erase(exchange->principal.id);
      counters.at("davit_mcp_rejected_total", "reason=\"too_many_calls\"").add();
      auto response = refusal_response(
          exchange->message->id,
          {429, {jsonrpc::kInternalError, "too many calls are running; try again in a moment"}}
      );
      response.headers.add("Retry-After", "1");
      co_return response;
    }
    ++calls;
    ++principal_calls;
    running_level.set(static_cast<std::int64_t>(calls));
    exchange->notify = [this, at = exchange.get()](std::string text) { send(*at, text); };
    exchange->task = scope.spawn("call", serve_call(exchange));
    // The first things that a tool said may already be more than its stream holds.
    if (exchange->events && !exchange->done && !exchange->events->is_open()) leave(*exchange);
    if (!exchange->done) {
      begin_waiting(exchange);
      while (!exchange->done && !exchange->events) {
        // A client that takes no stream has to wait for the end.
        auto const patience = exchange->accepts_stream ? options.json_patience : Duration::max();
        auto const woken = co_await exchange->changed->wait_for(patience);
        if (!woken) {  // the client has gone
          leave(*exchange);
          co_return woken.error();
        }
        if (!*woken) open_stream(*exchange);
      }
    }
    if (!exchange->events && !exchange->accepts_json) open_stream(*exchange, /*even_if_done=*/true);
    if (!exchange->events && exchange->answer.empty())
      open_stream(*exchange, /*even_if_done=*/true);
    if (exchange->events) {
      Response response;
      response.headers.add("Content-Type", http::sse::kContentType);
      response.headers.add("Cache-Control", "no-cache");
      response.headers.add("X-Accel-Buffering", "no");
      response.events = exchange->events;
      co_return response;
    }
    co_return Response::json(exchange->status, std::move(exchange->answer));
  }

  Async<> serve_call(Shared exchange) {
    auto outcome = co_await guarded_dispatch(exchange);
    --calls;
    running_level.set(static_cast<std::int64_t>(calls));
    auto const counted = calls_of.find(exchange->principal.id);
    if (--counted->second == 0) calls_of.erase(counted);
    exchange->time_limit.cancel();
    if (exchange->is_legacy() && exchange->changed) {
      legacy.live().remove_call(exchange->session->id, *exchange->message->id);
    }
    if (outcome) {
      finish(*exchange, *std::move(outcome));
    } else if (exchange->timed_out) {
      finish(*exchange, timeout_outcome(*exchange));
    } else {
      finish_unanswered(*exchange);
    }
    deliver(*exchange);
    co_return Result<>();
  }

  // A handler that throws has a bug; its client still gets an answer.
  Async<Outcome> guarded_dispatch(Shared exchange) {
    try {
      co_return co_await dispatcher.dispatch(exchange);
    } catch (const std::exception& e) {
      Context(exchange).logger().error("tool threw an exception", {{"error", e.what()}});
    }
    co_return Outcome(tl::unexpected(ErrorObject{jsonrpc::kInternalError, "internal error"}));
  }

  void begin_waiting(const Shared& exchange) {
    exchange->changed.emplace(executor);
    exchange->time_limit = scope.spawn("time limit", enforce_limit(exchange, limit_of(*exchange)));
    if (exchange->is_legacy()) {
      legacy.live().add_call(exchange->session->id, *exchange->message->id, exchange->task);
    }
  }

  std::chrono::milliseconds limit_of(const Exchange& exchange) const {
    auto const* entry = dispatcher.server().find_tool(exchange.tool);
    return entry == nullptr ? options.call_timeout
                            : entry->tool.timeout.value_or(options.call_timeout);
  }

  Async<> enforce_limit(std::weak_ptr<Exchange> weak, std::chrono::milliseconds limit) {
    DAVIT_CO_CHECK(co_await sleep_for(limit));
    if (auto const exchange = weak.lock(); exchange && !exchange->done) {
      exchange->timed_out = true;
      exchange->task.cancel();
    }
    co_return Result<>();
  }

  Outcome timeout_outcome(Exchange& exchange) const {
    exchange.tool_failed = true;
    exchange.ending = Ending::timeout;
    auto const text = fmt::format(
        "The tool did not finish within {:.3g} s and was stopped. Ask for less, or try again "
        "later.",
        std::chrono::duration<double>(limit_of(exchange)).count()
    );
    std::string members = R"("content":[{"type":"text","text":)";
    append_json_string(members, text);
    return Reply{members + R"(}],"isError":true)", {}};
  }

  // The client has gone while nothing was sent yet. MCP 2026-07-28 makes that a cancellation;
  // 2025-11-25 says it is none (basic/transports, "Sending Messages to the Server", 7).
  void leave(Exchange& exchange) {
    if (!exchange.is_legacy()) exchange.task.cancel();
  }

  // Sends a notification of the call, which makes its answer a stream. For a client that takes no
  // stream it is dropped.
  void send(Exchange& exchange, std::string_view notification) {
    if (exchange.done) return;
    open_stream(exchange);
    if (exchange.events) exchange.events->push(http::sse::message(notification));
  }

  void open_stream(Exchange& exchange, bool even_if_done = false) {
    if (exchange.events || !exchange.accepts_stream || (exchange.done && !even_if_done)) return;
    exchange.events = std::make_shared<http::EventStream>(executor, options.max_stream_bytes);
    if (!exchange.is_legacy()) {
      // `task` is looked up then: a tool may speak before its first wait, when there is none yet.
      exchange.events->on_gone([weak = exchange.weak_from_this()] {
        if (auto const gone = weak.lock()) gone->task.cancel();
      });
    }
    if (exchange.done) deliver(exchange);
    if (exchange.changed) exchange.changed->notify();
  }

  // Hands the answer to whoever carries it: the stream, or the request that waits.
  void deliver(Exchange& exchange) {
    if (exchange.events) {
      exchange.events->close(exchange.answer.empty() ? "" : http::sse::message(exchange.answer));
    }
    if (exchange.changed) exchange.changed->notify();
  }

  // Writes the answer, and one line about the request.
  void finish(Exchange& exchange, Outcome outcome) {
    auto const& id = *exchange.message->id;
    if (outcome) {
      if (exchange.ending == Ending::ok && exchange.tool_failed)
        exchange.ending = Ending::tool_error;
      exchange.answer = jsonrpc::write_result(id, in_era(exchange, *std::move(outcome)));
    } else {
      exchange.ending = Ending::protocol_error;
      auto const is_modern = era_of(exchange.revision) == Era::modern;
      if (is_modern && outcome.error().code == kMissingCapability) exchange.status = 400;
      exchange.answer = jsonrpc::write_error(id, outcome.error());
    }
    end(exchange);
  }

  void finish_unanswered(Exchange& exchange) {
    exchange.ending = Ending::cancelled;
    if (!exchange.accepts_stream) {
      exchange.answer = jsonrpc::write_error(
          exchange.message->id, {jsonrpc::kInternalError, "the call was cancelled"}
      );
    }
    end(exchange);
  }

  void end(Exchange& exchange) {
    exchange.done = true;
    auto const took =
        std::chrono::duration<double, std::milli>(clock.steady_now() - exchange.started);
    auto const ending = static_cast<std::size_t>(exchange.ending);
    ended[ending]->add();
    if (!logger.enabled(log::Level::info)) return;
    std::string session;
    if (exchange.session)
      session = base64url_encode(std::string_view(exchange.session->id).substr(0, 6));
    logger.info(
        utf8_prefix(exchange.message->method, kMaxLoggedBytes),
        {{"request_id", exchange.request_id},
         {"trace_id", exchange.trace_id},
         {"session", session},
         {"tool", exchange.tool},
         {"principal", exchange.principal.id},
         {"duration_ms", std::round(took.count() * 1000) / 1000},
         {"outcome", kEndings[ending]},
         {"bytes", exchange.answer.size()}}
    );
  }

  // What 2026-07-28 puts on top of every result: basic/index "Results", server/utilities/caching.
  std::string in_era(const Exchange& exchange, Reply reply) const {
    auto members = std::move(reply.members);
    if (era_of(exchange.revision) == Era::legacy) return members;
    if (!members.empty()) members += ',';
    members += modern_members;
    if (reply.cache) {
      fmt::format_to(
          std::back_inserter(members),
          R"(,"ttlMs":{},"cacheScope":"{}")",
          reply.cache->ttl.count(),
          reply.cache->is_public ? "public" : "private"
      );
    }
    return members;
  }

  static void read_progress_token(Exchange& exchange) {
    auto const* params = exchange.message->params();
    auto const* meta = params == nullptr ? nullptr : params->if_contains("_meta");
    auto const* members = meta == nullptr ? nullptr : meta->if_object();
    auto const* token = members == nullptr ? nullptr : members->if_contains(kMetaProgressToken);
    if (token != nullptr) exchange.progress_token = jsonrpc::to_id(*token);
  }

  static Response accepted() {
    Response response;
    response.status = 202;
    return response;
  }

  Executor executor;
  Dispatcher dispatcher;
  const Clock& clock;
  Options options;
  Counters& counters;
  log::Logger logger;
  LegacyAdapter legacy;
  Counter& running_level;
  Counter& refused;
  std::array<Counter*, kEndings.size()> ended{};
  std::size_t calls = 0;
  std::map<std::string, std::size_t, std::less<>> calls_of;  // by principal
  TaskScope scope;
  std::string modern_members;  // of every result of the modern era
};

StreamableHttp::StreamableHttp(
    Executor executor,
    const Server& server,
    const KeyRing& ring,
    const Clock& clock,
    Options options,
    Counters& counters,
    log::Logger logger
)
    : impl_(std::make_shared<Impl>(
          executor, server, ring, clock, options, counters, std::move(logger)
      )) {}
StreamableHttp::~StreamableHttp() = default;

Async<Response> StreamableHttp::serve(http::Request request, RequestInfo info) {
  auto const impl = impl_;
  auto const request_id = info.request_id;
  Result<Response> response = Response();
  if (request.method == http::Method::post) {
    response = co_await impl->post(std::move(request), std::move(info));
  } else if (request.method == http::Method::del) {
    response = impl->end_session(request.headers, info.principal);
  } else {
    response = not_allowed();
  }
  // What never became a call leaves its line here.
  if (response && response->status >= 400) {
    impl->refused.add();
    impl->logger.info(
        "request",
        {{"request_id", request_id}, {"status", response->status}, {"outcome", "refused"}}
    );
  }
  co_return response;
}

Async<> StreamableHttp::stop(Duration grace) { return impl_->scope.stop(grace); }

}  // namespace davit::mcp::transport

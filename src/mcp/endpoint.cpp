#include "mcp/endpoint.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/strings.h"
#include "mcp/endpoint_parts.h"
#include "mcp/request_state.h"

namespace davit::mcp {
namespace {

using jsonrpc::ErrorObject;

// For what was written behind the last answers. A store that is away says so sooner.
constexpr std::chrono::milliseconds kLastWrites{500};
constexpr std::size_t kKeptPrincipals = 64;   // without a call, for their next one
constexpr std::size_t kEraBytes = 64;         // most that an era adds to a result, but for _meta
constexpr std::size_t kMaxLoggedBytes = 100;  // of a method, which may be anything
// Methods that the dispatcher does not know.
constexpr std::array<std::string_view, 5> kOwnMethods{
    "initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"
};
constexpr std::array<std::string_view, 5> kEndings{
    "ok", "tool_error", "protocol_error", "timeout", "cancelled"
};

void read_progress_token(Call& call) {
  auto const* params = call.message->params();
  auto const* meta = params == nullptr ? nullptr : params->if_contains("_meta");
  auto const* members = meta == nullptr ? nullptr : meta->if_object();
  auto const* token = members == nullptr ? nullptr : members->if_contains(kMetaProgressToken);
  if (token != nullptr) call.progress_token = jsonrpc::to_id(*token);
}

// True for a request of 2025-11-25 that asks to be run as a task.
bool asks_for_task(const Call& call) {
  auto const* params = call.message->params();
  return call.revision == Revision::v2025_11_25 && params != nullptr && params->contains("task");
}

bool is_task_method(std::string_view method) { return method.starts_with("tasks/"); }

// The answer to a call whose handler cannot go on, for a model to read.
Outcome tool_error(Exchange& exchange, std::string_view text) {
  if (exchange.message->method != "tools/call") {
    return tl::unexpected(ErrorObject{jsonrpc::kInternalError, std::string(text)});
  }
  exchange.tool_failed = true;
  std::string members = R"("content":[{"type":"text","text":)";
  append_json_string(members, text);
  return Reply{members + R"(}],"isError":true)", {}};
}

}  // namespace

Endpoint::Endpoint(const Server& server, EndpointParts parts, EndpointOptions options)
    : server_(server),
      parts_(std::move(parts)),
      options_(options),
      name_(session_server_name(server.info().implementation.name)),
      dispatcher_(server, parts_.ring, options.dispatch),
      behind_(parts_.executor, parts_.store, parts_.counters, parts_.logger),
      live_(parts_.clock, behind_, options.sessions, parts_.counters),
      running_level_(parts_.counters.at("davit_mcp_calls_running")),
      listens_level_(parts_.counters.at("davit_mcp_listens")),
      opened_(parts_.counters.at("davit_mcp_sessions_opened_total")),
      closed_of_age_(parts_.counters.at("davit_mcp_streams_closed_total", "reason=\"age\"")),
      closed_to_drain_(parts_.counters.at("davit_mcp_streams_closed_total", "reason=\"drain\"")),
      asks_level_(parts_.counters.at("davit_mcp_asks")),
      unanswered_(parts_.counters.at("davit_mcp_asks_unanswered_total")),
      modern_meta_(fmt::format(
          R"("_meta":{{"{}":{}}})",
          kMetaServer,
          json::to_text(to_json(server.info().implementation, Revision::v2026_07_28))
      )),
      scope_(parts_.executor, parts_.logger),
      background_(parts_.executor, parts_.logger),
      tasks_(
          parts_.executor,
          parts_.clock,
          parts_.ring,
          parts_.self,
          name_,
          parts_.store,
          options.tasks,
          [this](std::shared_ptr<Call> call) { return guarded_dispatch(std::move(call)); },
          parts_.counters,
          parts_.logger
      ) {
  for (std::size_t i = 0; i < kEndings.size(); ++i) {
    ended_[i] =
        &parts_.counters.at("davit_mcp_requests_total", fmt::format("outcome=\"{}\"", kEndings[i]));
  }
  listener_ = server_.add_listener([this](const Change& change) { on_change(change); });
  tasks_.on_change([this](std::string_view id, const std::string& members) {
    on_task_change(id, members);
  });
  if (parts_.store.is_shared()) {
    parts_.store.subscribe(change_channel(name_), [this](std::string_view text) {
      on_published_change(text);
    });
    live_.share(parts_.self, session_channel(name_), [this](auto calls) { cancel_all(calls); });
  }
  background_.spawn("housekeeping", keep_house());
}

Endpoint::~Endpoint() { server_.remove_listener(listener_); }

// -------------------------------------------------------------------------------------------------
// What a request says of itself

std::optional<Refusal> Endpoint::complete_modern(Exchange& exchange) const {
  exchange.revision = Revision::v2026_07_28;
  auto const& meta = exchange.message->params()->at("_meta").get_object();
  exchange.capabilities = read_capabilities(meta.at(kMetaCapabilities).get_object());
  exchange.may_become_task = exchange.capabilities.has(ClientCapabilities::tasks);
  read_progress_token(exchange);
  if (auto const* level = meta.if_contains(kMetaLogLevel)) {
    exchange.log_level =
        level->is_string() ? parse_log_level(json::view(level->get_string())) : std::nullopt;
    if (!exchange.log_level) {
      return Refusal{200, {jsonrpc::kInvalidParams, "_meta names an unknown log level"}};
    }
  }
  auto const read = read_responses(parts_.ring, parts_.clock, name_, exchange);
  if (!read) return Refusal{200, {jsonrpc::kInvalidParams, read.error().message()}};
  return std::nullopt;
}

void Endpoint::complete_legacy(Exchange& exchange, Session session) const {
  exchange.revision = session.revision;
  exchange.capabilities = session.capabilities;
  exchange.client = session.client;
  exchange.log_level = live_.log_level(session);
  exchange.session = std::move(session);
  if (exchange.message->kind != jsonrpc::Kind::request) return;
  exchange.may_become_task = asks_for_task(exchange);
  read_progress_token(exchange);
}

// -------------------------------------------------------------------------------------------------
// A request on its way

std::optional<Refusal> Endpoint::start(const std::shared_ptr<Exchange>& exchange) {
  exchange->started = parts_.clock.steady_now();
  exchange->base_logger = parts_.logger;
  if (exchange->is_legacy()) {
    if (serve_session(exchange)) return std::nullopt;
    if (live_.find_call(*exchange->session, *exchange->message->id) != nullptr) {
      return Refusal{400, {jsonrpc::kInvalidRequest, "a request with this id is still running"}};
    }
  } else if (exchange->message->method == "subscriptions/listen") {
    return listen(exchange);
  }
  if (auto refusal = admit(*exchange)) return refusal;
  if (exchange->can_send) {
    exchange->notify = [at = exchange.get()](std::string text) {
      if (!at->done) at->send(std::move(text));
    };
    if (exchange->is_legacy()) {
      exchange->ask_client = [this, at = exchange.get()](std::vector<InputRequest> requests) {
        return ask_client(at->weak_from_this(), std::move(requests));
      };
    }
  }
  exchange->task = scope_.spawn("call", serve(exchange));
  if (!exchange->done) become_waiting(exchange);
  // A handler may say more than its reader takes before its first wait.
  if (exchange->cancelled) exchange->task.cancel();
  return std::nullopt;
}

std::optional<Refusal> Endpoint::admit(Exchange& exchange) {
  auto& mine = calls_of_[exchange.principal.id];
  if (calls_ >= options_.max_calls || mine >= options_.max_calls_per_principal) {
    if (mine == 0) calls_of_.erase(exchange.principal.id);
    parts_.counters.at("davit_mcp_rejected_total", "reason=\"too_many_calls\"").add();
    return Refusal{
        429, {jsonrpc::kInternalError, "too many calls are running; try again in a moment"}
    };
  }
  ++calls_;
  ++mine;
  exchange.is_counted = true;
  running_level_.set(static_cast<std::int64_t>(calls_));
  return std::nullopt;
}

void Endpoint::release(Exchange& exchange) {
  exchange.time_limit.cancel();
  if (exchange.is_findable) {
    exchange.is_findable = false;
    live_.remove_call(*exchange.session, *exchange.message->id);
    behind_.erase(call_key(*exchange.session, *exchange.message->id));
  }
  if (!exchange.is_counted) return;
  exchange.is_counted = false;
  --calls_;
  running_level_.set(static_cast<std::int64_t>(calls_));
  auto const counted = calls_of_.find(exchange.principal.id);
  if (--counted->second == 0 && calls_of_.size() > kKeptPrincipals) calls_of_.erase(counted);
}

// What most calls never come to: they are done before anybody has to wait for them.
void Endpoint::become_waiting(const std::shared_ptr<Exchange>& exchange) {
  // What a client is asked before that has a limit of its own.
  if (!exchange->is_asking) arm_limit(exchange);
  if (!exchange->is_legacy()) return;
  auto const& id = *exchange->message->id;
  exchange->is_findable = live_.add_call(*exchange->session, id, exchange);
  behind_.put(call_key(*exchange->session, id), parts_.self.text(), 2 * options_.ask_timeout);
}

Async<> Endpoint::serve(std::shared_ptr<Exchange> exchange) {
  auto outcome = co_await first_round(exchange);
  if (outcome && *outcome && (*outcome)->kind != Reply::Kind::complete) {
    auto reply = **std::move(outcome);
    outcome = co_await further_rounds(exchange, std::move(reply));
  }
  release(*exchange);
  if (outcome) {
    finish(*exchange, *std::move(outcome));
  } else if (exchange->timed_out) {
    finish(*exchange, timeout_outcome(*exchange));
  } else {
    finish_unanswered(*exchange);
  }
  co_return Result<>();
}

Async<Outcome> Endpoint::first_round(const std::shared_ptr<Exchange>& exchange) {
  if (is_task_method(exchange->message->method) &&
      dispatcher_.find_method(exchange->message->method, exchange->revision) != nullptr) {
    return tasks_.serve(exchange);
  }
  return guarded_dispatch(exchange);
}

// After a run of the handler that did not complete the call: as long as it asks a legacy client
// something, asks and runs it again.
Async<Outcome> Endpoint::further_rounds(std::shared_ptr<Exchange> exchange, Reply reply) {
  for (std::size_t round = 0;; ++round) {
    if (reply.kind == Reply::Kind::task) co_return tasks_.start(exchange);
    if (reply.kind == Reply::Kind::complete || !exchange->is_legacy()) co_return std::move(reply);
    if (!exchange->ask_client) {
      co_return tool_error(
          *exchange, "The client has to be asked something, and takes no event stream."
      );
    }
    if (round + 1 >= options_.max_rounds) {
      parts_.counters.at("davit_mcp_rejected_total", "reason=\"too_many_rounds\"").add();
      co_return tool_error(*exchange, "The tool asks and asks; it was stopped.");
    }
    exchange->time_limit.cancel();
    auto asked = std::exchange(exchange->asked, {});
    exchange->is_asking = true;
    auto answers = co_await exchange->ask_client(std::move(asked));
    exchange->is_asking = false;
    if (!answers) {
      if (answers.error().kind() == ErrorKind::cancelled) co_return answers.error();
      co_return tool_error(*exchange, answers.error().message());
    }
    for (auto const& [key, answer] : answers->all()) exchange->answers.set(key, answer);
    arm_limit(exchange);
    auto outcome = co_await guarded_dispatch(exchange);
    if (!outcome || !*outcome) co_return outcome;
    reply = **std::move(outcome);
  }
}

// A handler that throws has a bug; its client still gets an answer.
Async<Outcome> Endpoint::guarded_dispatch(std::shared_ptr<Call> call) {
  try {
    co_return co_await dispatcher_.dispatch(call);
  } catch (const std::exception& e) {
    Context(call).logger().error("handler threw an exception", {{"error", e.what()}});
  } catch (...) {
    Context(call).logger().error("handler threw something that is no exception");
  }
  co_return Outcome(tl::unexpected(ErrorObject{jsonrpc::kInternalError, "internal error"}));
}

std::chrono::milliseconds Endpoint::limit_of(const Exchange& exchange) const {
  auto const entry = server_.find_tool(exchange.tool);
  return entry == nullptr ? options_.call_timeout
                          : entry->tool.timeout.value_or(options_.call_timeout);
}

void Endpoint::arm_limit(const std::shared_ptr<Exchange>& exchange) {
  if (exchange->message->method == "tasks/result") return;  // ends with its task, which has a life
  exchange->time_limit =
      background_.spawn("time limit", enforce_limit(exchange, limit_of(*exchange)));
}

Async<> Endpoint::enforce_limit(std::weak_ptr<Exchange> weak, std::chrono::milliseconds limit) {
  DAVIT_CO_CHECK(co_await sleep_for(limit));
  if (auto const exchange = weak.lock(); exchange && !exchange->done) {
    exchange->timed_out = true;
    exchange->task.cancel();
  }
  co_return Result<>();
}

Outcome Endpoint::timeout_outcome(Exchange& exchange) const {
  exchange.ending = Ending::timeout;
  return tool_error(
      exchange,
      fmt::format(
          "The tool did not finish within {:.3g} s and was stopped. Ask for less, or try again "
          "later.",
          std::chrono::duration<double>(limit_of(exchange)).count()
      )
  );
}

void Endpoint::cancel(Exchange& exchange) {
  if (exchange.listen != 0) {
    end_listen(exchange.listen);
  } else if (!exchange.done) {
    exchange.cancelled = true;
    exchange.task.cancel();
  }
}

// -------------------------------------------------------------------------------------------------
// The end of a request

void Endpoint::finish(Exchange& exchange, Outcome outcome) {
  auto const& id = *exchange.message->id;
  if (outcome) {
    if (exchange.ending == Ending::ok && exchange.tool_failed) exchange.ending = Ending::tool_error;
    exchange.answer = jsonrpc::write_result(id, in_era(exchange, *std::move(outcome)));
  } else {
    if (exchange.ending == Ending::ok) exchange.ending = Ending::protocol_error;
    if (!exchange.is_legacy() && outcome.error().code == kMissingCapability) exchange.status = 400;
    exchange.answer = jsonrpc::write_error(id, outcome.error());
  }
  end(exchange);
}

void Endpoint::finish_unanswered(Exchange& exchange) {
  exchange.ending = Ending::cancelled;
  end(exchange);
}

void Endpoint::end(Exchange& exchange) {
  exchange.done = true;
  auto const ending = static_cast<std::size_t>(exchange.ending);
  ended_[ending]->add();
  auto const took =
      std::chrono::duration<double, std::milli>(parts_.clock.steady_now() - exchange.started);
  durations_of(exchange).record(took.count() / 1000);
  if (parts_.logger.enabled(log::Level::info)) {
    std::string session;
    if (exchange.session)
      session = base64url_encode(std::string_view(exchange.session->id).substr(0, 6));
    parts_.logger.info(
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
  exchange.finished();
}

// What is called like no method of ours counts together: a client may make up names for ever.
Histogram& Endpoint::durations_of(const Exchange& exchange) {
  auto const method = exchange.message->method;
  if (auto const place = durations_.find(method); place != durations_.end()) return *place->second;
  auto const is_known = dispatcher_.find_method(method, exchange.revision) != nullptr ||
                        std::ranges::find(kOwnMethods, method) != kOwnMethods.end();
  // OpenTelemetry's `mcp.server.operation.duration`, as Prometheus spells it.
  auto& histogram = parts_.counters.histogram(
      "mcp_server_operation_duration_seconds",
      make_label("mcp_method_name", is_known ? method : "other")
  );
  if (is_known) durations_.emplace(method, &histogram);
  return histogram;
}

// What 2026-07-28 puts on top of every result: basic/index "Results", server/utilities/caching,
// basic/patterns/mrtr.
std::string Endpoint::in_era(const Exchange& exchange, Reply reply) const {
  auto members = std::move(reply.members);
  if (exchange.is_legacy()) return members;
  members.reserve(members.size() + modern_meta_.size() + kEraBytes);
  switch (reply.kind) {
    case Reply::Kind::complete:
      members += members.empty() ? R"("resultType":"complete",)" : R"(,"resultType":"complete",)";
      break;
    case Reply::Kind::task: members += R"(,"resultType":"task",)"; break;
    case Reply::Kind::input_required: {
      json::Object requests;
      for (auto const& request : exchange.asked) {
        requests[request.key] = json::Object{
            {"method", request.method}, {"params", params_for(request, exchange.revision)}
        };
      }
      json::Object const result{
          {"resultType", "input_required"},
          {"inputRequests", std::move(requests)},
          {"requestState", seal_request_state(parts_.ring, parts_.clock, name_, exchange)},
      };
      json::append_members(members, result);
      members += ',';
      break;
    }
  }
  members += modern_meta_;
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

Async<> Endpoint::stop(Duration grace) {
  drain();
  auto const end = parts_.clock.steady_now() + grace;
  DAVIT_CO_CHECK(co_await scope_.stop(grace));
  auto const rest = std::max<Duration>(end - parts_.clock.steady_now(), Duration::zero());
  DAVIT_CO_CHECK(co_await tasks_.stop(rest));
  DAVIT_CO_CHECK(co_await scope_.stop(Duration::zero()));  // who asked for a task meanwhile
  DAVIT_CO_CHECK(co_await behind_.stop(kLastWrites));
  co_return co_await background_.stop(Duration::zero());
}

}  // namespace davit::mcp

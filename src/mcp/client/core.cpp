#include "mcp/client/core.h"

#include <fmt/format.h>

#include "mcp/client/incoming.h"
#include "mcp/client/waits.h"

namespace davit::mcp::client {
namespace {

// 2026-07-28, basic/patterns/mrtr: only these may ask before they answer.
bool may_ask(std::string_view method) {
  return method == "tools/call" || method == "prompts/get" || method == "resources/read";
}

std::string_view result_type(const json::Object& result) {
  auto const* type = result.if_contains("resultType");
  return type != nullptr && type->is_string() ? json::view(type->get_string()) : "complete";
}

json::Object take_object(json::Object& from, std::string_view member) {
  auto* value = from.if_contains(member);
  return value != nullptr && value->is_object() ? std::move(value->get_object()) : json::Object();
}

}  // namespace

Error to_error(const json::Value& error) {
  auto const code = json::find_int(error, "code").value_or(0);
  auto const message = json::find_string(error, "message").value_or("without a message");
  auto const kind = code == jsonrpc::kInvalidParams    ? ErrorKind::invalid_input
                    : code == jsonrpc::kMethodNotFound ? ErrorKind::not_found
                                                       : ErrorKind::protocol;
  return Error(kind, fmt::format("the server answered error {}: {}", code, message));
}

Core::Core(Executor executor, http::Client& http, Options options, log::Logger logger)
    : executor_(executor),
      http_(http),
      options_(std::move(options)),
      logger_(logger),
      replies_(executor, logger) {}

Async<> Core::close() {
  DAVIT_CO_CHECK(co_await replies_.stop(std::chrono::seconds(1)));
  auto const older = co_await end(&older_);
  auto closed = co_await end(&transport_);
  co_return older ? closed : older;
}

// When this coroutine is cancelled, what the transport runs may not have ended: it stays then, for
// another attempt.
Async<> Core::end(std::unique_ptr<Transport>* transport) {
  if (!*transport) co_return Result<>();
  auto closed = co_await (*transport)->close();
  if (closed || closed.error().kind() != ErrorKind::cancelled) transport->reset();
  co_return closed;
}

Async<json::Object> Core::request(std::string method, json::Object params, Listeners listeners) {
  Waits waits(options_.limits);
  for (int round = 0; round < options_.limits.rounds; ++round) {
    DAVIT_CO_TRY(auto result, co_await exchange(method, params, listeners, options_.timeout));
    if (era_of(revision) == Era::legacy) co_return result;
    auto const type = result_type(result);
    if (type == "complete") co_return result;
    if (type == "task" && options_.capabilities.has(ClientCapabilities::tasks))
      co_return co_await follow_task(std::move(result));
    auto const* state = result.if_contains("requestState");
    auto requests = take_object(result, "inputRequests");
    if (type != "input_required" || !may_ask(method) || (state == nullptr && requests.empty())) {
      co_return Error(
          ErrorKind::protocol, fmt::format("the server sent a result of no use here: '{}'", type)
      );
    }
    if (state != nullptr) {
      params["requestState"] = *state;
    } else {
      params.erase("requestState");
    }
    if (requests.empty()) {  // "come back later"
      params.erase("inputResponses");
      DAVIT_CO_CHECK(co_await sleep_for(waits.next(std::chrono::milliseconds(0))));
    } else {
      DAVIT_CO_TRY(auto responses, co_await gather(std::move(requests)));
      params["inputResponses"] = std::move(responses);
    }
  }
  co_return Error(ErrorKind::protocol, "the server asks again and again and gives no result");
}

Async<json::Array> Core::list_all(std::string method, std::string member) {
  json::Array all;
  json::Object params;
  for (int page = 0; page < options_.limits.pages; ++page) {
    DAVIT_CO_TRY(auto result, co_await exchange(method, params, {}, options_.timeout));
    auto* list = result.if_contains(member);
    if (list == nullptr || !list->is_array()) {
      co_return Error(
          ErrorKind::protocol, fmt::format("the server's answer to {} is no list", method)
      );
    }
    for (auto& item : list->get_array()) all.push_back(std::move(item));
    auto* cursor = result.if_contains("nextCursor");
    if (cursor != nullptr && cursor->is_string()) {  // an empty one is one, too
      params["cursor"] = std::move(*cursor);
      continue;
    }
    if (method == "tools/list") learn_tools(all);
    co_return all;
  }
  co_return Error(ErrorKind::protocol, "the server's list does not end");
}

// Notes which arguments a call repeats in its head, and drops the tools that cannot be called so.
void Core::learn_tools(json::Array& tools) {
  tools_listed_ = true;
  repeated_.clear();
  if (era_of(revision) != Era::modern || !transport_->has_stream_per_request()) return;
  json::Array usable;
  for (auto& tool : tools) {
    auto const name = json::find_string(tool, "name").value_or("");
    if (auto const* schema = json::find_object(tool, "inputSchema")) {
      auto params = find_header_params(*schema);
      if (!params) {
        logger_.warn("unusable tool", {{"tool", name}, {"error", params.error().message()}});
        continue;
      }
      if (!params->empty()) repeated_.emplace(name, *std::move(params));
    }
    usable.push_back(std::move(tool));
  }
  tools = std::move(usable);
}

Async<> Core::listen(json::Object filter, OnNotification on_notification) {
  if (era_of(revision) != Era::modern) {
    co_return Error(ErrorKind::invalid_input, "subscriptions need a server of 2026-07-28");
  }
  Waits waits(options_.limits);
  for (;;) {
    bool acknowledged = false;
    Listeners listeners;
    listeners.on_notification = [&](std::string_view method, const json::Object& params) {
      acknowledged = acknowledged || method == "notifications/subscriptions/acknowledged";
      if (acknowledged) on_notification(method, params);
    };
    json::Object params{{"notifications", filter}};
    auto const ended = co_await exchange(
        "subscriptions/listen", std::move(params), std::move(listeners), kForever
    );
    if (acknowledged) waits.reset();
    if (!ended) {
      auto const kind = ended.error().kind();
      auto const is_passing = acknowledged || kind == ErrorKind::unavailable ||
                              kind == ErrorKind::timeout || kind == ErrorKind::rate_limited;
      if (!is_passing || kind == ErrorKind::cancelled) co_return ended.error();
    }
    DAVIT_CO_CHECK(co_await sleep_for(waits.next({})));
  }
}

Async<> Core::notify(std::string method, json::Object params) {
  DAVIT_CO_CHECK(co_await ensure_open());
  co_return co_await transport_->send(jsonrpc::write_notification(method, params));
}

Async<json::Object> Core::exchange(
    std::string method, json::Object params, Listeners listeners, std::chrono::milliseconds timeout
) {
  for (bool again = false;; again = true) {
    DAVIT_CO_CHECK(co_await ensure_open());
    auto const openings = openings_;
    DAVIT_CO_TRY(auto reply, co_await send(method, params, listeners, timeout));
    if (!again) {
      // The session has ended, perhaps noticed by somebody else: this request never ran.
      auto const is_lost = transport_->is_lost() || opening_ || openings != openings_;
      if (reply.status == 404 && is_lost) continue;
      // The server wants arguments repeated, and we have not seen the schema that says which.
      auto const is_mismatch =
          reply.message && json::find_int(*reply.message, "error.code") == kHeaderMismatch;
      if (is_mismatch && method == "tools/call" && !tools_listed_) {
        DAVIT_CO_CHECK(co_await list_all("tools/list", "tools"));
        continue;
      }
    }
    co_return result_of(std::move(reply));
  }
}

Async<Reply> Core::send(
    std::string method, json::Object params, Listeners listeners, std::chrono::milliseconds timeout
) {
  struct Registration {
    std::map<jsonrpc::Id, Listeners>& map;
    jsonrpc::Id id;
    ~Registration() { map.erase(id); }
  };
  jsonrpc::Id const id = ++last_id_;
  complete_meta(params, listeners.events, last_id_);
  listeners_.emplace(id, std::move(listeners));
  Registration const registration{listeners_, id};
  Call call;
  call.id = id;
  call.headers = headers_for(method, params);
  call.method = std::move(method);
  call.params = std::move(params);
  call.timeout = timeout;
  auto reply = co_await transport_->request(std::move(call));
  auto const is_abandoned = !reply && (reply.error().kind() == ErrorKind::timeout ||
                                       reply.error().kind() == ErrorKind::cancelled);
  if (is_abandoned) abandon(id);
  co_return reply;
}

void Core::complete_meta(json::Object& params, const Events& events, std::int64_t id) const {
  auto meta = take_object(params, "_meta");
  if (events.on_progress && !meta.contains(kMetaProgressToken)) meta[kMetaProgressToken] = id;
  if (era_of(revision) == Era::modern) {
    meta[kMetaVersion] = to_string(revision);
    meta[kMetaCapabilities] = declared_capabilities(Era::modern);
    meta[kMetaClient] = to_json(options_.implementation, revision);
    if (events.on_log && !meta.contains(kMetaLogLevel)) meta[kMetaLogLevel] = "info";
  }
  if (meta.empty()) {
    params.erase("_meta");
  } else {
    params["_meta"] = std::move(meta);
  }
}

http::Headers Core::headers_for(const std::string& method, const json::Object& params) const {
  if (era_of(revision) != Era::modern) return {};
  std::vector<HeaderParam> const none;
  auto const* name = params.if_contains("name");
  auto const place = method == "tools/call" && name != nullptr && name->is_string()
                         ? repeated_.find(std::string(json::view(name->get_string())))
                         : repeated_.end();
  return modern_headers(method, params, place == repeated_.end() ? none : place->second);
}

// Nobody waits for the response to `id` any more: the server may stop. 2025-11-25,
// basic/utilities/cancellation; in the modern era over HTTP the closed stream says it.
void Core::abandon(jsonrpc::Id id) {
  auto const is_said = era_of(revision) == Era::modern && transport_->has_stream_per_request();
  if (is_said || !connected_ || transport_->is_lost()) return;
  json::Object const params{{"requestId", jsonrpc::to_json(id)}};
  auto text = jsonrpc::write_notification("notifications/cancelled", params);
  replies_.spawn("cancellation", send_text(std::move(text)));
}

Async<> Core::send_text(std::string text) { co_return co_await transport_->send(std::move(text)); }

Result<json::Object> Core::result_of(Reply reply) const {
  if (!reply.message) return status_error(reply.status, target());
  if (auto const* error = json::find(*reply.message, "error")) {
    if (reply.status == 401 || reply.status == 403) return status_error(reply.status, target());
    return to_error(*error);
  }
  auto* result = reply.message->get_object().if_contains("result");
  if (result == nullptr || !result->is_object()) {
    return Error(ErrorKind::protocol, fmt::format("{} sent a response without a result", target()));
  }
  return std::move(result->get_object());
}

void Core::take(json::Value message, std::optional<jsonrpc::Id> during) {
  auto const method = std::string(json::find_string(message, "method").value_or(""));
  if (method.empty()) return;
  auto const id = id_of(message);
  if (!id) {
    take_notification(method, message, std::move(during));
  } else {
    take_request(*id, method, take_object(message.get_object(), "params"));
  }
}

// A subscription is named in the notification, a request by its progress token or its stream.
Listeners* Core::listeners_of(
    const json::Value& message, const std::optional<jsonrpc::Id>& during
) {
  auto id = during;
  auto const* meta = json::find_object(message, "params._meta");
  auto const* key = meta == nullptr ? nullptr : meta->if_contains(kMetaSubscription);
  if (key == nullptr && !during) key = json::find(message, "params.progressToken");
  if (key != nullptr) id = jsonrpc::to_id(*key);
  auto const place = id ? listeners_.find(*id) : listeners_.end();
  return place == listeners_.end() ? nullptr : &place->second;
}

void Core::take_notification(
    std::string_view method, const json::Value& message, std::optional<jsonrpc::Id> during
) {
  json::Object const none;
  auto const* at = json::find_object(message, "params");
  auto const& params = at == nullptr ? none : *at;
  auto const* listeners = listeners_of(message, during);
  if (listeners != nullptr && listeners->on_notification) {
    // A copy: the subscription may end inside.
    auto const callback = listeners->on_notification;
    callback(method, params);
    return;
  }
  if (method == "notifications/progress") {
    if (listeners == nullptr || !listeners->events.on_progress) return;
    auto const callback = listeners->events.on_progress;
    auto const* done = json::find(message, "params.progress");
    auto const* total = json::find(message, "params.total");
    callback(
        done != nullptr && done->is_number() ? done->to_number<double>() : 0,
        total != nullptr && total->is_number() ? std::optional(total->to_number<double>())
                                               : std::nullopt,
        json::find_string(message, "params.message").value_or("")
    );
    return;
  }
  if (method == "notifications/message" && listeners != nullptr && listeners->events.on_log) {
    auto const callback = listeners->events.on_log;
    auto const* data = json::find(message, "params.data");
    auto const level = json::find_string(message, "params.level").value_or("info");
    callback(level, data == nullptr ? json::Value() : *data);
    return;
  }
  if (method == "notifications/cancelled") {
    auto const* key = json::find(message, "params.requestId");
    auto const id = key == nullptr ? std::nullopt : jsonrpc::to_id(*key);
    auto const place = id ? asks_.find(*id) : asks_.end();
    if (place != asks_.end()) place->second.cancel();
  }
  if (options_.on_notification) options_.on_notification(method, params);
}

}  // namespace davit::mcp::client

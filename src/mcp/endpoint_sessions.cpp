// Endpoint, the part of legacy sessions: handshake, the methods that only a session has, and what
// the server asks of the client.
#include <fmt/format.h>

#include "base/crypto.h"
#include "mcp/endpoint_parts.h"
#include "mcp/packing.h"

namespace davit::mcp {
namespace {

using jsonrpc::ErrorObject;

constexpr std::string_view kAskPurpose = "mcp ask 1";

const json::Value& params_of(const jsonrpc::Message& message) {
  static const json::Value none;
  auto const* params = message.root.get_object().if_contains("params");
  return params == nullptr ? none : *params;
}

Outcome refuse(int code, std::string message) {
  return tl::unexpected(ErrorObject{code, std::move(message)});
}

}  // namespace

// Requests that wait for their replies, of one `ask`.
struct Endpoint::PendingAsk {
  PendingAsk(Executor executor, const Session& s, std::vector<InputRequest> r)
      : session(s), requests(std::move(r)), changed(std::move(executor)) {}

  const Session& session;
  std::vector<InputRequest> requests;
  std::uint64_t first = 0;  // number of the first one; the others follow
  Answers answers;
  std::size_t missing = 0;
  std::string failure;  // the client answered with an error, or with something else
  Event changed;
};

void Endpoint::initialize(Exchange& exchange) {
  exchange.started = parts_.clock.steady_now();
  exchange.revision = kNewestLegacy;
  exchange.session.emplace();  // what is answered is legacy, whatever comes of it
  auto const& params = params_of(*exchange.message);
  auto const wanted = json::find_string(params, "protocolVersion");
  auto const* capabilities = json::find_object(params, "capabilities");
  auto const name = json::find_string(params, "clientInfo.name");
  if (!wanted || capabilities == nullptr || !name) {
    finish(
        exchange,
        refuse(
            jsonrpc::kInvalidParams,
            "initialize needs protocolVersion, capabilities and clientInfo.name"
        )
    );
    exchange.session.reset();
    return;
  }
  auto const* revision = find_revision(*wanted);
  auto const is_offered = revision != nullptr && revision->era == Era::legacy;

  Session session;
  session.id = random_bytes(16);
  session.revision = is_offered ? revision->revision : kNewestLegacy;
  session.capabilities = read_capabilities(*capabilities);
  // An extension of 2026-07-28 means nothing here.
  session.capabilities.bits &= static_cast<std::uint16_t>(~ClientCapabilities::tasks);
  session.client = {
      std::string(*name),
      std::string(json::find_string(params, "clientInfo.version").value_or("")),
      "",
  };
  session.principal = exchange.principal;
  session.server = name_;
  session.home = parts_.self;
  session.expires_at =
      std::chrono::floor<std::chrono::seconds>(parts_.clock.now()) + options_.sessions.lifetime;

  auto const& info = server_.info();
  json::Object result{
      {"protocolVersion", json::String(to_string(session.revision))},
      {"capabilities", dispatcher_.capabilities(session.revision)},
      {"serverInfo", to_json(info.implementation, session.revision)},
  };
  if (!info.instructions.empty()) result["instructions"] = info.instructions;
  exchange.revision = session.revision;
  exchange.client = session.client;
  exchange.session = std::move(session);
  opened_.add();
  finish(exchange, Reply::of(result));
}

tl::expected<Session, Refusal> Endpoint::find_session(
    std::string_view token, const Principal& principal
) const {
  auto session = opened_sessions_.open(parts_.ring, token);
  auto const is_valid = session && session->expires_at > parts_.clock.now() &&
                        session->server == name_ && session->is_of(principal) &&
                        !live_.is_revoked(session->id);
  if (!is_valid) {
    return tl::unexpected(Refusal{
        404,
        {jsonrpc::kInvalidRequest, "the session has ended or never was; start again with initialize"
        }
    });
  }
  return *std::move(session);
}

// The methods that only sessions have. Where replicas share a store, the answer waits until all of
// them can know what it says.
bool Endpoint::serve_session(const std::shared_ptr<Exchange>& exchange) {
  auto outcome = do_for_session(*exchange);
  if (!outcome) return false;
  if (!behind_.is_on() || exchange->message->method == "ping") {
    finish(*exchange, *std::move(outcome));
  } else {
    exchange->task = scope_.spawn("session", finish_confirmed(exchange, *std::move(outcome)));
  }
  return true;
}

Async<> Endpoint::finish_confirmed(std::shared_ptr<Exchange> exchange, Outcome outcome) {
  if (co_await live_.is_written()) {
    finish(*exchange, std::move(outcome));
  } else {
    finish_unanswered(*exchange);
  }
  co_return Result<>();
}

std::optional<Outcome> Endpoint::do_for_session(Exchange& exchange) {
  auto const method = exchange.message->method;
  auto const& session = *exchange.session;
  auto const& params = params_of(*exchange.message);
  auto const unless_full = [](bool has_room) {
    return has_room ? Outcome(Reply{})
                    : refuse(
                          jsonrpc::kInternalError,
                          "the server remembers as much as it may; try again later"
                      );
  };
  if (method == "ping") return Reply{};
  if (method == "logging/setLevel") {
    auto const level = parse_log_level(json::find_string(params, "level").value_or(""));
    if (level) return unless_full(live_.set_log_level(session, *level));
    return refuse(
        jsonrpc::kInvalidParams,
        "params.level must be one of debug, info, notice, warning, error, critical, alert, "
        "emergency"
    );
  }
  auto const subscribes = method == "resources/subscribe";
  if (!server_.is_subscribable() || (!subscribes && method != "resources/unsubscribe"))
    return std::nullopt;
  auto const uri = json::find_string(params, "uri");
  if (!uri) return refuse(jsonrpc::kInvalidParams, "params.uri must be the URI of a resource");
  if (subscribes) return unless_full(live_.subscribe(session, std::string(*uri)));
  live_.unsubscribe(session, std::string(*uri));
  return Reply{};
}

std::optional<jsonrpc::Id> cancelled_request(const jsonrpc::Message& message) {
  if (message.method != "notifications/cancelled") return std::nullopt;
  auto const* id = json::find(params_of(message), "requestId");
  return id == nullptr ? std::nullopt : jsonrpc::to_id(*id);
}

void Endpoint::notify(const jsonrpc::Message& message, const Session& session) {
  auto const request = cancelled_request(message);
  if (!request) return;
  if (auto const call = live_.find_call(session, *request)) cancel(*call);
}

void Endpoint::end_session(const Session& session) { cancel_all(live_.revoke(session)); }

void Endpoint::cancel_all(const LiveSessions::Running& calls) {
  for (auto const& call : calls) {
    call->is_findable = false;  // its session is forgotten
    cancel(*call);
  }
}

// -------------------------------------------------------------------------------------------------
// Requests to the client. Their ids are sealed: they name this replica, which waits for the reply.

Async<Answers> Endpoint::ask_client(
    std::weak_ptr<Exchange> weak, std::vector<InputRequest> requests
) {
  auto const exchange = weak.lock();
  PendingAsk pending(parts_.executor, *exchange->session, std::move(requests));
  pending.first = last_ask_ + 1;
  pending.missing = pending.requests.size();
  std::vector<jsonrpc::Id> ids;
  for (auto const& request : pending.requests) {
    asks_[++last_ask_] = &pending;
    Packer packer;
    packer.number(last_ask_, 8);
    packer.raw(exchange->session->id);
    packer.text(parts_.self.text());
    ids.emplace_back(parts_.ring.seal(kAskPurpose, packer.out()));
    exchange->send(
        jsonrpc::write_request(ids.back(), request.method, params_for(request, exchange->revision))
    );
  }
  asks_level_.set(static_cast<std::int64_t>(asks_.size()));
  auto const deadline = parts_.clock.steady_now() + options_.ask_timeout;
  Result<bool> woken = true;
  while (pending.missing > 0 && pending.failure.empty() && woken && *woken) {
    woken = co_await pending.changed.wait_for(deadline - parts_.clock.steady_now());
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    auto const still_open = asks_.erase(pending.first + i) > 0;
    if (!still_open || exchange->done) continue;
    exchange->send(jsonrpc::write_notification(
        "notifications/cancelled", {{"requestId", jsonrpc::to_json(ids[i])}}
    ));
  }
  asks_level_.set(static_cast<std::int64_t>(asks_.size()));
  if (!woken) co_return woken.error();
  if (!pending.failure.empty()) co_return Error(ErrorKind::invalid_input, pending.failure);
  if (pending.missing > 0) {
    unanswered_.add();
    co_return Error(ErrorKind::timeout, "The client did not answer what it was asked in time.");
  }
  co_return std::move(pending.answers);
}

namespace {

struct AskId {
  std::uint64_t number;
  std::string session;
  ReplicaId maker;
};

std::optional<AskId> open_ask(const KeyRing& ring, const jsonrpc::Id& id) {
  auto const* text = std::get_if<std::string>(&id);
  if (text == nullptr) return std::nullopt;
  auto const plain = ring.open(kAskPurpose, *text);
  if (!plain) return std::nullopt;
  Unpacker unpacker(*plain);
  AskId ask;
  ask.number = unpacker.number(8);
  ask.session = unpacker.raw(16);
  ask.maker = ReplicaId::parse(unpacker.text());
  if (!unpacker.is_clean()) return std::nullopt;
  return ask;
}

}  // namespace

std::optional<ReplicaId> Endpoint::maker_of_ask(const jsonrpc::Id& id) const {
  auto ask = open_ask(parts_.ring, id);
  if (!ask) return std::nullopt;
  return std::move(ask->maker);
}

void Endpoint::reply(const jsonrpc::Message& message, const Session& session) {
  if (!message.id) return;
  auto const ask = open_ask(parts_.ring, *message.id);
  if (!ask || ask->session != session.id || ask->maker != parts_.self) return;
  auto const place = asks_.find(ask->number);
  if (place == asks_.end() || place->second->session.id != session.id) return;
  auto& pending = *place->second;
  auto const& request = pending.requests[ask->number - pending.first];
  asks_.erase(place);
  --pending.missing;
  auto const& root = message.root;
  if (auto const* answer = json::find_object(root, "result")) {
    auto const problem = check_answer(request, *answer);
    if (problem) {
      pending.failure =
          fmt::format("The client's answer to {} is wrong: {}", request.method, *problem);
    } else {
      pending.answers.set(request.key, json::Object(*answer, {}));
    }
  } else {
    // -1 is what a client says when its user refused (2025-11-25, client/sampling).
    pending.failure = fmt::format(
        "The client refused {}: {}",
        request.method,
        json::find_string(root, "error.message").value_or("it gave no reason")
    );
  }
  pending.changed.notify();
}

}  // namespace davit::mcp

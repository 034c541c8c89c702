#include "mcp/transport/legacy.h"

#include "base/crypto.h"
#include "base/strings.h"

namespace davit::mcp::transport {
namespace {

using jsonrpc::ErrorObject;

constexpr std::string_view kSessionHeader = "Mcp-Session-Id";

Outcome refuse(int code, std::string message) {
  return tl::unexpected(ErrorObject{code, std::move(message)});
}

const json::Value& params_of(const Call& call) {
  static const json::Value none;
  auto const* params = call.message->root.get_object().if_contains("params");
  return params == nullptr ? none : *params;
}

}  // namespace

LegacyAdapter::LegacyAdapter(
    const Dispatcher& dispatcher,
    const KeyRing& ring,
    const Clock& clock,
    SessionLimits limits,
    Counters& counters
)
    : dispatcher_(dispatcher),
      ring_(ring),
      clock_(clock),
      limits_(limits),
      opened_(counters.at("davit_mcp_sessions_opened_total")),
      server_name_(utf8_prefix(dispatcher.server().info().implementation.name, 32)),
      home_(random_id(8)),
      live_(clock, limits, counters) {}

LegacyAdapter::Handshake LegacyAdapter::initialize(const Call& call) const {
  auto const& params = params_of(call);
  auto const wanted = json::find_string(params, "protocolVersion");
  auto const* capabilities = json::find_object(params, "capabilities");
  auto const name = json::find_string(params, "clientInfo.name");
  if (!wanted || capabilities == nullptr || !name) {
    return {
        refuse(
            jsonrpc::kInvalidParams,
            "initialize needs protocolVersion, capabilities and clientInfo.name"
        ),
        {},
    };
  }
  auto const* revision = find_revision(*wanted);
  auto const is_offered = revision != nullptr && revision->era == Era::legacy && revision->served;

  Session session;
  session.id = random_bytes(16);
  session.revision = is_offered ? revision->revision : kNewestLegacy;
  session.capabilities = read_capabilities(*capabilities);
  session.client = {
      std::string(*name),
      std::string(json::find_string(params, "clientInfo.version").value_or("")),
      ""
  };
  session.principal = call.principal;
  session.server = server_name_;
  session.home = home_;
  session.expires_at = std::chrono::floor<std::chrono::seconds>(clock_.now()) + limits_.lifetime;

  auto const& info = dispatcher_.server().info();
  json::Object result{
      {"protocolVersion", json::String(to_string(session.revision))},
      {"capabilities", dispatcher_.capabilities()},
      {"serverInfo", to_json(info.implementation)},
  };
  if (!info.instructions.empty()) result["instructions"] = info.instructions;
  opened_.add();
  return {Reply::of(result), seal_session(ring_, session)};
}

tl::expected<Session, Refusal> LegacyAdapter::find_session(
    const http::Headers& headers, const Principal& principal
) const {
  auto const token = headers.get(kSessionHeader);
  auto const refuse_with = [](int status, std::string_view why) {
    return tl::unexpected(Refusal{status, {jsonrpc::kInvalidRequest, std::string(why)}});
  };
  if (!token)
    return refuse_with(400, "the header Mcp-Session-Id is missing; start with initialize");
  auto session = open_session(ring_, *token);
  auto const is_valid = session && session->expires_at > clock_.now() &&
                        session->server == server_name_ && session->principal == principal &&
                        !live_.is_revoked(session->id);
  if (!is_valid)
    return refuse_with(404, "the session has ended or never was; start again with initialize");
  return *std::move(session);
}

void LegacyAdapter::complete(Call& call, const Session& session) const {
  call.revision = session.revision;
  call.capabilities = session.capabilities;
  call.client = session.client;
  call.log_level = live_.log_level(session.id);
}

std::optional<Outcome> LegacyAdapter::serve(const Call& call, const Session& session) {
  auto const method = call.message->method;
  if (method == "ping") return Outcome(Reply{});
  if (method != "logging/setLevel") return std::nullopt;
  auto const level = parse_log_level(json::find_string(params_of(call), "level").value_or(""));
  if (!level)
    return refuse(
        jsonrpc::kInvalidParams,
        "params.level must be one of debug, info, notice, warning, error, critical, alert, "
        "emergency"
    );
  live_.set_log_level(session.id, *level);
  return Outcome(Reply{});
}

void LegacyAdapter::notify(const Call& call, const Session& session) {
  if (call.message->method != "notifications/cancelled") return;
  auto const* id = json::find(params_of(call), "requestId");
  auto const request = id == nullptr ? std::nullopt : jsonrpc::to_id(*id);
  if (request) live_.cancel_call(session.id, *request);
}

}  // namespace davit::mcp::transport

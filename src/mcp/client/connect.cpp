// Finding out what a server speaks, and the handshake of the legacy era.
#include <algorithm>

#include <fmt/format.h>

#include "mcp/client/core.h"

namespace davit::mcp::client {
namespace {

// 2026-07-28, basic/versioning: what only a modern server says, or one that speaks both.
bool is_modern_error(const Reply& reply) {
  if (!reply.message) return false;
  auto const code = json::find_int(*reply.message, "error.code");
  return code == kHeaderMismatch || code == kMissingCapability || code == kUnsupportedVersion;
}

std::string text_at(const json::Value& value, std::string_view path) {
  return std::string(json::find_string(value, path).value_or(""));
}

json::Object object_at(const json::Value& value, std::string_view path) {
  auto const* object = json::find_object(value, path);
  return object == nullptr ? json::Object() : *object;
}

}  // namespace

const std::string& Core::target() const {
  return options_.url.empty() ? options_.command.command.front() : options_.url;
}

TransportContext Core::context() {
  auto take_any = [this](json::Value message, std::optional<jsonrpc::Id> during) {
    take(std::move(message), std::move(during));
  };
  return {executor_, http_, options_, logger_, std::move(take_any)};
}

Async<> Core::connect() {
  auto const is_command = !options_.command.command.empty();
  if (is_command != options_.url.empty()) {
    co_return Error(ErrorKind::invalid_input, "a server is either a URL or a command");
  }
  DAVIT_CO_CHECK(co_await close());
  auto const is_old = !is_command && options_.channel == Channel::http_sse;
  transport_ = is_command ? make_stdio(context())
               : is_old   ? make_http_sse(context())
                          : make_streamable_http(context());
  DAVIT_CO_CHECK(co_await transport_->open());
  auto const era = options_.revision ? era_of(*options_.revision) : options_.era;
  if (era != Era::legacy && !is_old) {
    DAVIT_CO_TRY(connected_, co_await probe_modern());
    if (connected_) co_return Result<>();
    if (era == Era::modern) {
      co_return Error(ErrorKind::protocol, target() + " does not speak MCP 2026-07-28");
    }
    // A command may not have survived the question.
    if (transport_->is_lost()) DAVIT_CO_CHECK(co_await transport_->open());
  }
  DAVIT_CO_CHECK(co_await initialize_by_any_channel());
  connected_ = true;
  co_return Result<>();
}

// True when the server answered as one of 2026-07-28 does.
Async<bool> Core::probe_modern() {
  revision = Revision::v2026_07_28;
  auto const limit = std::min(options_.timeout, options_.probe_timeout);
  auto reply = co_await send("server/discover", {}, {}, limit);
  if (!reply) {
    auto const is_silent = reply.error().kind() == ErrorKind::timeout || transport_->is_lost();
    if (!is_silent) co_return std::move(reply).error();
    co_return false;
  }
  co_return read_discovery(*std::move(reply));
}

Result<bool> Core::read_discovery(Reply reply) {
  if (is_modern_error(reply) || reply.status == 401) return result_of(std::move(reply)).error();
  if (!reply.message || json::find(*reply.message, "error") != nullptr) return false;
  DAVIT_TRY(auto result, result_of(std::move(reply)));
  json::Value const value(std::move(result));
  auto const* versions = json::find_array(value, "supportedVersions");
  auto const is_ours = [](const json::Value& version) {
    return json::find_string(version, "") == to_string(Revision::v2026_07_28);
  };
  if (versions == nullptr || !std::ranges::any_of(*versions, is_ours)) return false;
  instructions = text_at(value, "instructions");
  server_capabilities = object_at(value, "capabilities");
  if (auto const* meta = json::find_object(value, "_meta")) {
    auto const* info = meta->if_contains(kMetaServer);
    if (info != nullptr && info->is_object()) server_info = info->get_object();
  }
  return true;
}

Async<> Core::initialize_by_any_channel() {
  DAVIT_CO_TRY(auto reply, co_await propose());
  // 2025-03-26, basic/transports, "Backwards Compatibility".
  auto const is_refused = reply.status == 400 || reply.status == 404 || reply.status == 405;
  if (is_refused && options_.channel == Channel::any && !is_modern_error(reply)) {
    older_ = make_http_sse(context());
    auto const opened = co_await older_->open();
    if (opened) {
      DAVIT_CO_CHECK(co_await transport_->close());
      transport_ = std::move(older_);
      DAVIT_CO_TRY(auto again, co_await propose());
      reply = std::move(again);
    } else {
      DAVIT_CO_CHECK(co_await end(&older_));
      // The server has such a stream, but not one that can be trusted.
      if (opened.error().kind() == ErrorKind::forbidden) co_return opened.error();
    }
  }
  co_return co_await accept(std::move(reply));
}

Async<Reply> Core::propose() {
  revision = options_.revision.value_or(kNewestLegacy);
  json::Object params{
      {"protocolVersion", to_string(revision)},
      {"capabilities", declared_capabilities(Era::legacy)},
      {"clientInfo", to_json(options_.implementation, revision)},
  };
  co_return co_await send("initialize", std::move(params), {}, options_.timeout);
}

Async<> Core::accept(Reply reply) {
  DAVIT_CO_TRY(auto result, result_of(std::move(reply)));
  json::Value const value(std::move(result));
  auto const version = text_at(value, "protocolVersion");
  auto const* known = find_revision(version);
  if (known == nullptr || known->era != Era::legacy) {
    co_return Error(
        ErrorKind::protocol,
        fmt::format("the server offers protocol version '{}', which is not known here", version)
    );
  }
  if (options_.revision && known->revision != *options_.revision) {
    co_return Error(
        ErrorKind::conflict,
        fmt::format("{} speaks MCP {} and not {}", target(), version, to_string(*options_.revision))
    );
  }
  revision = known->revision;
  instructions = text_at(value, "instructions");
  server_capabilities = object_at(value, "capabilities");
  server_info = object_at(value, "serverInfo");
  auto initialized = jsonrpc::write_notification("notifications/initialized", {});
  transport_->negotiated(revision);
  co_return co_await transport_->send(std::move(initialized));
}

// Before each request. One opens a lost transport again, the others wait for it.
Async<> Core::ensure_open() {
  if (!transport_) co_return Error(ErrorKind::invalid_input, "the client is not connected");
  while (opening_) {
    Event opened(executor_);
    opening_waiters_.push_back(&opened);
    auto const waited = co_await opened.wait();
    std::erase(opening_waiters_, &opened);
    if (!waited) co_return waited.error();
  }
  if (!transport_->is_lost()) co_return Result<>();
  opening_ = true;
  auto opened = co_await open_again();
  opening_ = false;
  ++openings_;
  for (auto* waiter : opening_waiters_) waiter->notify();
  co_return opened;
}

Async<> Core::open_again() {
  DAVIT_CO_CHECK(co_await transport_->open());
  if (era_of(revision) == Era::modern) co_return Result<>();
  DAVIT_CO_TRY(auto reply, co_await propose());
  co_return co_await accept(std::move(reply));
}

}  // namespace davit::mcp::client

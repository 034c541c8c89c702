#include "mcp/transport/http_sse.h"

#include <unordered_map>

#include <fmt/format.h>

#include "base/crypto.h"
#include "base/strings.h"
#include "http/event_stream.h"
#include "http/sse.h"
#include "mcp/packing.h"
#include "mcp/transport/duplex.h"
#include "mcp/transport/http_exchange.h"

namespace davit::mcp::transport {
namespace {

using http::Response;

constexpr std::string_view kPurpose = "mcp http+sse 1";

Response refuse(int status, const jsonrpc::Malformed& why) {
  return Response::json(status, jsonrpc::write_error(why.id, why.error));
}
Response refuse(int status, std::string why) {
  return refuse(status, {{}, {jsonrpc::kInvalidRequest, std::move(why)}});
}

struct Connection {
  Principal principal;
  std::shared_ptr<http::EventStream> events;
  std::unique_ptr<Duplex> duplex;
};

}  // namespace

struct HttpSse::Impl : std::enable_shared_from_this<HttpSse::Impl> {
  Impl(Endpoint& e, HttpSseOptions o)
      : endpoint(e),
        options(o),
        level(e.parts().counters.at("davit_mcp_sse_sessions")),
        rejected(e.parts().counters.at("davit_mcp_rejected_total", "reason=\"too_many_streams\"")) {
  }

  // It leads to the stream, so nobody may guess it (2025-11-25, basic/security_best_practices,
  // "Session Hijacking"); and it serves the principal that opened the stream only.
  std::string make_id() const {
    Packer packer;
    packer.raw(random_bytes(16));
    packer.text(endpoint.parts().self.text());
    return endpoint.parts().ring.seal(kPurpose, packer.out());
  }

  Response open(RequestInfo info, std::string_view path) {
    if (endpoint.is_draining()) {
      auto response = refuse(503, "this replica is about to stop; try again");
      response.headers.add("Retry-After", "1");
      return response;
    }
    auto const own = of_principal.find(info.principal.id);
    if (connections.size() >= options.max_streams ||
        (own != of_principal.end() && own->second >= options.max_streams_per_principal)) {
      rejected.add();
      auto response = refuse(429, "too many streams are open; try again later");
      response.headers.add("Retry-After", "1");
      return response;
    }
    auto const events =
        std::make_shared<http::EventStream>(endpoint.parts().executor, options.max_stream_bytes);
    auto const id = make_id();
    DuplexOptions channel{.principal = info.principal, .takes_modern = false};
    channel.request_id = std::move(info.request_id);
    auto send = [events](std::string text) { events->push(http::sse::message(text)); };
    auto duplex = std::make_unique<Duplex>(endpoint, std::move(channel), std::move(send));
    ++of_principal[info.principal.id];
    connections.emplace(id, Connection{std::move(info.principal), events, std::move(duplex)});
    level.set(static_cast<std::int64_t>(connections.size()));
    events->on_gone([weak = weak_from_this(), id] {
      if (auto const impl = weak.lock()) impl->drop(id);
    });
    events->push(fmt::format("event: endpoint\ndata: {}?{}{}\n\n", path, HttpSse::kSessionKey, id));
    return stream_response(events);
  }

  Response post(const http::Request& request, const RequestInfo& info) {
    auto const type = request.headers.get("Content-Type").value_or("");
    if (!iequals(trim(type.substr(0, type.find(';'))), "application/json"))
      return refuse(415, "Content-Type must be application/json");
    auto const place = connections.find(std::string(session_of(request)));
    if (place == connections.end() || place->second.principal != info.principal)
      return refuse(404, "the session has ended with its stream; open one with GET");
    if (auto const malformed = place->second.duplex->receive(request.body))
      return refuse(400, *malformed);
    Response response;
    response.status = 202;
    return response;
  }

  void drop(const std::string& id) {
    auto const node = connections.extract(id);
    if (node.empty()) return;
    auto const own = of_principal.find(node.mapped().principal.id);
    if (--own->second == 0) of_principal.erase(own);
    level.set(static_cast<std::int64_t>(connections.size()));
    node.mapped().duplex->close();
    node.mapped().events->close();
  }

  void close() {
    while (!connections.empty()) drop(std::string(connections.begin()->first));
  }

  Endpoint& endpoint;
  HttpSseOptions options;
  Counter& level;
  Counter& rejected;
  std::unordered_map<std::string, Connection> connections;  // by the id in their address
  std::unordered_map<std::string, std::size_t> of_principal;
};

HttpSse::HttpSse(Endpoint& endpoint, HttpSseOptions options)
    : impl_(std::make_shared<Impl>(endpoint, options)) {}
HttpSse::~HttpSse() { impl_->close(); }

Response HttpSse::open(const http::Request& request, RequestInfo info) {
  if (!read_accept(request.headers).stream)
    return refuse(406, "Accept must allow text/event-stream");
  return impl_->open(std::move(info), request.path());
}

std::string_view HttpSse::session_of(const http::Request& request) {
  for (auto const pair : split(request.query(), '&')) {
    if (pair.starts_with(HttpSse::kSessionKey)) return pair.substr(HttpSse::kSessionKey.size());
  }
  return {};
}

std::optional<ReplicaId> HttpSse::home_of(std::string_view session) const {
  auto const plain = impl_->endpoint.parts().ring.open(kPurpose, session);
  if (!plain) return std::nullopt;
  Unpacker unpacker(*plain);
  unpacker.raw(16);
  auto home = ReplicaId::parse(unpacker.text());
  if (!unpacker.is_clean()) return std::nullopt;
  return home;
}

Response HttpSse::post(const http::Request& request, const RequestInfo& info) {
  return impl_->post(request, info);
}

void HttpSse::close() { impl_->close(); }

std::size_t HttpSse::size() const { return impl_->connections.size(); }

}  // namespace davit::mcp::transport

// What the files of Endpoint share among themselves: keys and channels of the store, and listens.
#pragma once

#include <set>
#include <string>

#include "base/base64.h"
#include "mcp/endpoint.h"

namespace davit::mcp {

// Where a shared store says who runs a request of a legacy session.
inline std::string call_key(const Session& session, const jsonrpc::Id& id) {
  return "call:" + base64url_encode(session.id) + ':' + json::to_text(jsonrpc::to_json(id));
}

// The request that a `notifications/cancelled` is about; nothing for other messages.
std::optional<jsonrpc::Id> cancelled_request(const jsonrpc::Message& message);

// Changes of what a server offers, for all replicas.
inline std::string change_channel(std::string_view server) {
  return "changes:" + std::string(server);
}
// What sessions ask for, for the replicas that hold state of them.
inline std::string session_channel(std::string_view server) {
  return "sessions:" + std::string(server);
}
std::string write_change(const Change& change);
std::optional<Change> read_change(std::string_view text);

// One subscriptions/listen that is open. 2026-07-28, basic/patterns/subscriptions.
struct Endpoint::Listen final : LongStream {
  Listen(Endpoint& e, std::shared_ptr<Exchange> x) : endpoint(e), exchange(std::move(x)) {}
  void close_politely() override { endpoint.end_listen(exchange->listen); }

  Endpoint& endpoint;
  std::shared_ptr<Exchange> exchange;
  std::uint64_t long_stream = 0;
  bool tools = false;
  bool prompts = false;
  bool resources = false;
  std::set<std::string, std::less<>> uris;
  std::set<std::string, std::less<>> tasks;
};

}  // namespace davit::mcp

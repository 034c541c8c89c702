// Dispatcher: serves one self-contained request, in the shape of MCP 2026-07-28. The older
// revisions are adapters in front of it that take what is missing from a session.
#pragma once

#include <memory>

#include "async/async.h"
#include "mcp/call.h"
#include "mcp/server.h"

namespace davit::mcp {

// How long a client may keep an answer, and whether for others too. 2026-07-28,
// server/utilities/caching.
struct CacheHint {
  std::chrono::milliseconds ttl;
  bool is_public;
};

// The neutral form of a result: what an era adds (`resultType`, `_meta`, cache hints) comes on top.
struct Reply {
  std::string members;  // of the result, already written, without braces
  std::optional<CacheHint> cache;

  static Reply of(const json::Object& result, std::optional<CacheHint> cache = {});
};

// A JSON-RPC error is an answer, too; an Error is only ever `cancelled`.
using Outcome = tl::expected<Reply, jsonrpc::ErrorObject>;

// One method of the protocol that the dispatcher serves.
struct MethodRow;

class Dispatcher {
 public:
  // The server must outlive the dispatcher.
  explicit Dispatcher(const Server& server) : server_(server) {}

  // The row of a method that the revision knows and this server offers; null pointer otherwise.
  const MethodRow* find_method(std::string_view method, Revision revision) const;

  // `call->message` is a request. Errors: cancelled.
  Async<Outcome> dispatch(std::shared_ptr<Call> call) const;

  // `capabilities` of the initialize and the discover result.
  json::Object capabilities() const;

  const Server& server() const { return server_; }

 private:
  static const MethodRow kMethods[];

  Async<Outcome> discover(std::shared_ptr<Call> call) const;
  Async<Outcome> list_tools(std::shared_ptr<Call> call) const;
  Async<Outcome> call_tool(std::shared_ptr<Call> call) const;
  std::string unknown_tool(std::string_view name) const;

  const Server& server_;
};

struct MethodRow {
  std::string_view name;
  Revision since;
  bool needs_tools;
  // The member of params that the header `Mcp-Name` must repeat; empty when none is needed.
  std::string_view named_by;
  Async<Outcome> (Dispatcher::*serve)(std::shared_ptr<Call>) const;
};

}  // namespace davit::mcp

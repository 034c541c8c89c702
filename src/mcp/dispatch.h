// Dispatcher: serves one self-contained request, in the shape of MCP 2026-07-28. The older
// revisions are adapters in front of it that take what is missing from a session.
#pragma once

#include <memory>

#include "async/async.h"
#include "base/seal.h"
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
  // `complete`: the members are the result. `input_required`: call->asked says what is missing.
  // `task`: the handler is to be run again, as a task.
  enum class Kind { complete, input_required, task } kind = Kind::complete;

  static Reply of(const json::Object& result, std::optional<CacheHint> cache = {});
};

// A JSON-RPC error is an answer, too; an Error is only ever `cancelled`.
using Outcome = tl::expected<Reply, jsonrpc::ErrorObject>;

// One method of the protocol that the dispatcher serves.
struct MethodRow;

struct DispatchOptions {
  std::size_t page_size = 100;  // of every list
};

class Dispatcher {
 public:
  // Both must outlive the dispatcher. `ring` seals cursors.
  Dispatcher(const Server& server, const KeyRing& ring, DispatchOptions options = {});

  // The row of a method that the revision knows and this server offers; null pointer otherwise.
  const MethodRow* find_method(std::string_view method, Revision revision) const;

  // `call->message` is a request. Errors: cancelled.
  Async<Outcome> dispatch(std::shared_ptr<Call> call) const;

  // `capabilities` of the initialize and the discover result.
  json::Object capabilities(Revision revision) const;

  const Server& server() const { return server_; }
  const KeyRing& ring() const { return ring_; }
  const DispatchOptions& options() const { return options_; }

 private:
  const Server& server_;
  const KeyRing& ring_;
  DispatchOptions options_;
};

// What a server must have for a method to be one of its own.
enum class Feature { none, tools, resources, prompts, completions, tasks };

struct MethodRow {
  std::string_view name;
  Revision since;
  Feature needs;
  // The member of params that the header `Mcp-Name` must repeat; empty when none is needed.
  std::string_view named_by;
  // Null pointer for what the endpoint serves by itself: subscriptions and tasks.
  Async<Outcome> (*serve)(const Dispatcher* dispatcher, std::shared_ptr<Call> call);
  Revision until = Revision::v2026_07_28;
};

}  // namespace davit::mcp

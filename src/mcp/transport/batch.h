// Batches: several messages in one POST or line, as 2025-03-26 has them, and JSON-RPC for
// 2024-11-05. Each request in one is a call of its own; the batch gathers the answers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/message.h"
#include "mcp/transport/http_exchange.h"

namespace davit::mcp::transport {

// True when the revision lets a client send several messages at once.
constexpr bool takes_batches(Revision revision) { return revision <= Revision::v2025_03_26; }

class Batch : public std::enable_shared_from_this<Batch> {
 public:
  // With a client that takes streams, every answer is an event as soon as it is there. `first` is
  // the id of its first request.
  Batch(HttpContext& context, const Session& session, const jsonrpc::Id& first, Accepts accepts);

  // A new exchange for one of its requests.
  std::shared_ptr<Exchange> add();
  // An answer that needs no exchange: a message that is refused.
  void answer(const std::string& text);

  // After the last `add`. Errors: cancelled, when the client has gone.
  Async<http::Response> respond();

 private:
  struct Part;
  void send(const std::string& text);
  void part_finished(const std::string& answer);

  bool streams_;
  std::shared_ptr<SessionStream> stream_;
  std::shared_ptr<http::EventStream> events_;  // the client's connection to it
  std::string answers_;                        // of a JSON array, without its brackets
  std::size_t open_ = 0;
  bool complete_ = false;
  Event changed_;
};

}  // namespace davit::mcp::transport

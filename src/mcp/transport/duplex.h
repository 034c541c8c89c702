// Duplex: one channel that carries JSON-RPC messages both ways, as stdio and HTTP+SSE have it. The
// channel is one client: `initialize` opens the one legacy session that it has, and modern
// requests, which say everything themselves, are served beside that.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "mcp/endpoint.h"

namespace davit::mcp::transport {

struct DuplexOptions {
  Principal principal;
  std::string request_id;  // in the log, with a number behind it
  // HTTP+SSE came before 2026-07-28, and does not know its requests.
  bool takes_modern = true;
};

// Use from the loop thread.
class Duplex {
 public:
  // Carries one message to the client. May close the Duplex, or destroy it.
  using Send = std::function<void(std::string message)>;

  // `endpoint` must outlive this and its calls.
  Duplex(Endpoint& endpoint, DuplexOptions options, Send send);
  // Closes.
  ~Duplex();
  Duplex(const Duplex&) = delete;
  Duplex& operator=(const Duplex&) = delete;

  // A message or batch of the client. What it is answered goes through `Send`, now or later. When
  // the text is none, nothing is sent: the answer is why, and the id where it could be read.
  std::optional<jsonrpc::Malformed> receive(std::string_view text);

  // Requests without an answer.
  std::size_t running() const;
  // No more messages will come: what would go on for ever, subscriptions, ends with its answer.
  void finish_input();
  // The channel has gone: nothing is sent any more, and what runs is cancelled.
  void close();

 private:
  struct Core;
  std::shared_ptr<Core> core_;
};

}  // namespace davit::mcp::transport

// What comes from a server: telling responses from the rest, and waiting for a response where all
// messages share one stream.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "async/event.h"
#include "mcp/client/transport.h"

namespace davit::mcp::client {

// The messages in one text: one, or those of a batch (2025-03-26, basic/index, "Batching"). Empty
// for what is no JSON, or no message.
std::vector<json::Value> read_messages(std::string_view text);

// A response has a result or an error object with a code, and no method. That an error of some
// gateway, such as {"error":"not found"}, is none decides how a client falls back.
bool is_response(const json::Value& message);
std::optional<jsonrpc::Id> id_of(const json::Value& message);

// What an answer without a message means.
Error status_error(int status, std::string_view target);

// The requests that wait for their response on a shared stream.
class Pending {
 public:
  // While it lives, the response to `id` is kept for it.
  class Waiter {
   public:
    Waiter(Pending& pending, Executor executor, jsonrpc::Id id);
    ~Waiter();
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    // Errors: timeout, cancelled, and that of `fail`.
    Async<json::Value> wait(Duration limit);

   private:
    friend class Pending;
    Pending& pending_;
    jsonrpc::Id id_;
    Event changed_;
    std::optional<Result<json::Value>> outcome_;
  };

  // Hands a response to whom it is for. One without a readable id, as it answers what a server
  // could not read, belongs to the only request there is, or to nobody.
  void take(json::Value response);
  // Ends every wait.
  void fail(const Error& error);
  // Ends the only wait there is: something came that could not be read, and it can be for nobody
  // else.
  void fail_only(const Error& error);

 private:
  std::map<jsonrpc::Id, Waiter*> waiters_;
};

// Hands the messages in one event or line to whom they are for. False when there is none.
bool deliver(std::string_view text, Pending& pending, const OnMessage& on_message);

}  // namespace davit::mcp::client

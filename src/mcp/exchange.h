// Exchange: one request on its way, shared by the transport that brought it, which may lose its
// client, and the endpoint that serves it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "async/task_scope.h"
#include "mcp/call.h"
#include "mcp/session.h"

namespace davit::mcp {

// How a request ended, as the log and the counters name it.
enum class Ending { ok, tool_error, protocol_error, timeout, cancelled };

// Why a message is refused: status and JSON-RPC error of the answer.
struct Refusal {
  int status;
  jsonrpc::ErrorObject error;
};

struct Exchange : Call, std::enable_shared_from_this<Exchange> {
  // For the transport to set before it gives the exchange away ------------------------------------

  std::optional<Session> session;  // legacy only
  // The client takes messages before the answer: notifications, and requests in the legacy era.
  bool can_send = true;

  // For the transport to do. Neither may destroy the exchange -------------------------------------

  // Carries a message to the client, before the answer.
  virtual void send(std::string message) = 0;
  // `answer` and `status` stand; an empty answer means that nothing is to be answered.
  virtual void finished() = 0;

  // For the transport to read, the endpoint's to write --------------------------------------------

  bool done = false;
  int status = 200;
  std::string answer;
  Ending ending = Ending::ok;

  // The endpoint's own ----------------------------------------------------------------------------

  std::chrono::steady_clock::time_point started;
  Task task;
  Task time_limit;
  bool timed_out = false;
  bool is_asking = false;    // its client something
  bool cancelled = false;    // perhaps before there was a task to cancel
  bool is_counted = false;   // among the calls that run
  bool is_findable = false;  // by its session
  std::uint64_t listen = 0;  // its number, for subscriptions/listen

  bool is_legacy() const { return session.has_value(); }
};

}  // namespace davit::mcp

// Call: one self-contained request while it is served. An era's adapter fills it in, the dispatcher
// serves it, and a handler sees it through its Context. Inside mcp only.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/monotonic_resource.hpp>

#include "async/async.h"
#include "base/log.h"
#include "base/principal.h"
#include "jsonrpc/message.h"
#include "mcp/ask.h"
#include "mcp/protocol.h"

namespace davit::mcp {

struct Call {
  virtual ~Call() = default;

  // Where `message` lives: one arena per request, freed in one go. Declared first, to go last.
  unsigned char first_memory[2048];
  boost::json::monotonic_resource memory{first_memory};

  std::string request_id;
  std::string trace_id;
  Principal principal;
  log::Logger base_logger;
  // `base_logger` with this call's fields; made when somebody asks for it.
  std::optional<log::Logger> logger;

  Revision revision = Revision::v2026_07_28;
  ClientCapabilities capabilities;
  Implementation client;

  std::optional<jsonrpc::Message> message;  // set before anybody else sees the call
  std::optional<jsonrpc::Id> progress_token;
  // The lowest level that the client wants to see; nothing when it wants none.
  std::optional<LogLevel> log_level;

  // Sends one notification, already written, on the stream of this request.
  std::function<void(std::string notification)> notify;
  // Closes the connection of this call's stream, which the client takes up again after `retry`.
  // Empty where streams cannot be taken up.
  std::function<void(std::chrono::milliseconds retry)> release_stream;

  // Sends the questions on this call's stream and waits for all replies. Set for legacy sessions,
  // whose clients take requests. Errors: cancelled; timeout; invalid_input, when the client
  // answered with an error or with something else.
  std::function<Async<Answers>(std::vector<InputRequest> requests)> ask_client;

  // What the client has answered so far, and what this run found missing.
  Answers answers;
  std::vector<InputRequest> asked;
  // Capabilities that the handler needs and the client lacks.
  std::optional<ClientCapabilities::Bit> missing;

  // True while the call runs as a task, in the background.
  bool is_task = false;
  // The client takes a task as the answer to this request.
  bool may_become_task = false;
  // The handler wants to go on as one: Context::start_task.
  bool wants_task = false;

  // For the access line.
  std::string tool;
  bool tool_failed = false;

  double last_progress = -1;
};

}  // namespace davit::mcp

// Context: what a handler knows of the call that it answers, and how it talks back while it runs.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/principal.h"
#include "base/result.h"
#include "json/json.h"
#include "mcp/ask.h"
#include "mcp/protocol.h"

namespace davit::mcp {

struct Call;

// Cheap to copy. All of it is for the loop thread.
class Context {
 public:
  explicit Context(std::shared_ptr<Call> call) : call_(std::move(call)) {}

  // Identifies the HTTP exchange in logs and towards upstreams.
  const std::string& request_id() const;
  const Principal& principal() const;
  // Carries the request id, the server and the tool.
  const log::Logger& logger() const;

  // Tells the client how far the work is. Sent only when the client asked for progress; values that
  // do not grow are dropped, as the protocol demands.
  void progress(double done, std::optional<double> total = {}, std::string_view message = {}) const;

  // Sends a log message to the client, if it wants that level. Must not contain credentials.
  void log(LogLevel level, std::string_view logger, json::Value data) const;

  // What the client can do. A handler that can do without adapts; one that cannot calls `ask` or
  // `require`, whose error tells the client what is missing.
  bool client_can(ClientCapabilities::Bit capability) const;
  // Errors: invalid_input, to be returned as it is.
  Result<> require(ClientCapabilities::Bit capability) const;

  // Asks the client, see ask.h. Errors, all to be returned as they are: cancelled, when an answer
  // is missing and the run ends here; invalid_input, when the client lacks the capability.
  Result<Answers> ask(std::vector<InputRequest> requests) const;

  // From here on the work goes on in the background, where client and tool allow that: as with
  // `ask` the run ends, and the handler runs again from its start, as a task. Errors: cancelled, to
  // be returned as it is.
  Result<> start_task() const;

  // Lets go of the connection that a client of 2025-11-25 waits on; it comes back for the result
  // after `retry` (SEP-1699). Does nothing for other clients.
  void release_stream(std::chrono::milliseconds retry) const;

 private:
  std::shared_ptr<Call> call_;
};

}  // namespace davit::mcp

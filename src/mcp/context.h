// Context: what a handler knows of the call that it answers, and how it talks back while it runs.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/principal.h"
#include "json/json.h"
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

 private:
  std::shared_ptr<Call> call_;
};

}  // namespace davit::mcp

#include "mcp/context.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "mcp/call.h"

namespace davit::mcp {
namespace {

// Whole numbers are written as such.
json::Value number(double value) {
  constexpr double kExact = 9007199254740992.0;
  if (std::trunc(value) == value && std::abs(value) < kExact)
    return static_cast<std::int64_t>(value);
  return value;
}

// Servers' context is sent only to clients that declared to take it. MCP 2025-11-25,
// client/sampling, "Capabilities"; before, it needed no declaration.
void drop_context(InputRequest& request, const Context& context, Revision revision) {
  if (revision >= since(ClientCapabilities::sampling_context) &&
      !context.client_can(ClientCapabilities::sampling_context)) {
    request.params.erase("includeContext");
  }
}

bool has_same_key_twice(const std::vector<InputRequest>& requests) {
  std::vector<std::string_view> keys;
  for (auto const& request : requests) keys.push_back(request.key);
  std::ranges::sort(keys);
  return std::ranges::adjacent_find(keys) != keys.end();
}

Error run_ends(std::string_view why) {
  return {ErrorKind::cancelled, fmt::format("the run ends here: {}", why)};
}

}  // namespace

const std::string& Context::request_id() const { return call_->request_id; }
const Principal& Context::principal() const { return call_->principal; }

const log::Logger& Context::logger() const {
  if (!call_->logger) {
    call_->logger = call_->base_logger.with({"request_id", call_->request_id});
    if (!call_->tool.empty()) call_->logger = call_->logger->with({"tool", call_->tool});
  }
  return *call_->logger;
}

void Context::progress(double done, std::optional<double> total, std::string_view message) const {
  if (!call_->progress_token || !call_->notify || !(done > call_->last_progress)) return;
  call_->last_progress = done;
  json::Object params{
      {"progressToken", jsonrpc::to_json(*call_->progress_token)}, {"progress", number(done)}
  };
  if (total) params["total"] = number(*total);
  if (!message.empty() && call_->revision >= Revision::v2025_03_26) params["message"] = message;
  call_->notify(jsonrpc::write_notification("notifications/progress", params));
}

void Context::log(LogLevel level, std::string_view logger, json::Value data) const {
  if (!call_->log_level || !call_->notify || level < *call_->log_level) return;
  json::Object params{{"level", to_string(level)}, {"data", std::move(data)}};
  if (!logger.empty()) params["logger"] = logger;
  call_->notify(jsonrpc::write_notification("notifications/message", params));
}

bool Context::client_can(ClientCapabilities::Bit capability) const {
  return call_->capabilities.has(capability) && call_->revision >= since(capability);
}

Result<> Context::require(ClientCapabilities::Bit capability) const {
  if (client_can(capability)) return {};
  call_->missing = capability;
  return Error(ErrorKind::invalid_input, needs_capability(capability));
}

Result<Answers> Context::ask(std::vector<InputRequest> requests) const {
  if (has_same_key_twice(requests))
    return Error(ErrorKind::internal, "two questions of one ask have the same key");
  std::vector<InputRequest> open;
  for (auto& request : requests) {
    auto const* answer = call_->answers.find(request.key);
    if (answer != nullptr && !check_answer(request, *answer)) continue;
    DAVIT_CHECK(require(request.needs));
    drop_context(request, *this, call_->revision);
    open.push_back(std::move(request));
  }
  if (open.empty()) return call_->answers;
  call_->asked = std::move(open);
  return run_ends("the client is asked first");
}

Result<> Context::start_task() const {
  if (!call_->may_become_task || call_->is_task) return {};
  call_->wants_task = true;
  return run_ends("it goes on as a task");
}

void Context::release_stream(std::chrono::milliseconds retry) const {
  if (call_->release_stream) call_->release_stream(retry);
}

}  // namespace davit::mcp

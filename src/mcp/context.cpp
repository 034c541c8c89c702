#include "mcp/context.h"

#include <cmath>

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

}  // namespace

const std::string& Context::request_id() const { return call_->request_id; }
const Principal& Context::principal() const { return call_->principal; }

const log::Logger& Context::logger() const {
  if (!call_->logger) {
    call_->logger =
        call_->base_logger.with({"request_id", call_->request_id}).with({"tool", call_->tool});
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

}  // namespace davit::mcp

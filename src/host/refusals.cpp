#include "host/refusals.h"

#include <utility>

#include "base/strings.h"
#include "jsonrpc/message.h"

namespace davit::host {
namespace {

constexpr std::size_t kMaxLoggedBytes = 100;  // of a path, which may be anything

struct ReasonRow {
  std::string_view name;
  int status;
  log::Level level;
};
// In the order of the enumerators.
constexpr ReasonRow kReasons[] = {
    {"access", 403, log::Level::warn},
    {"unauthenticated", 401, log::Level::warn},
    {"no_such_server", 404, log::Level::info},
    {"broken_server", 503, log::Level::info},
};

}  // namespace

Refusals::Refusals(Counters& counters, const Clock& clock, log::Logger logger)
    : counters_(counters), clock_(clock), logger_(std::move(logger)) {}

bool Refusals::admits_line() {
  if (auto const now = clock_.steady_now(); now >= window_end_) {
    window_end_ = now + kWindow;
    lines_ = 0;
  }
  if (++lines_ <= kLinesPerWindow) return true;
  ++left_out_;
  return false;
}

http::Response Refusals::refuse(
    Reason reason,
    const http::Request& request,
    std::string_view request_id,
    const std::string& message
) {
  auto const& row = kReasons[static_cast<std::size_t>(reason)];
  counters_.at("davit_http_rejected_total", make_label("reason", row.name)).add();
  if (admits_line()) {
    auto const write = [&](log::Logger::Fields fields) {
      row.level == log::Level::warn ? logger_.warn("request refused", fields)
                                    : logger_.info("request refused", fields);
    };
    write(
        {{"request_id", request_id},
         {"peer", request.peer},
         {"method", http::to_string(request.method)},
         {"path", utf8_prefix(request.path(), kMaxLoggedBytes)},
         {"status", row.status},
         {"outcome", "refused"},
         {"reason", row.name},
         {"error", message},
         {"left_out", std::exchange(left_out_, 0)}}
    );
  }
  return http::Response::json(
      row.status, jsonrpc::write_error({}, {jsonrpc::kInvalidRequest, message})
  );
}

}  // namespace davit::host

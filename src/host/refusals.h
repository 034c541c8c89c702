// Refusals: requests that never come to an MCP server. Each is counted by its reason and answered;
// and it leaves a line in the log, unless there are so many that they would drown the rest.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/counters.h"
#include "base/log.h"
#include "http/message.h"

namespace davit::host {

// Why, as the counter `davit_http_rejected_total` and the log name it.
enum class Reason { access, unauthenticated, no_such_server, broken_server };

class Refusals {
 public:
  // Lines in the log: so many in each window, the first one after it says how many were left out.
  static constexpr std::uint64_t kLinesPerWindow = 20;
  static constexpr std::chrono::seconds kWindow{10};

  // Everything passed by reference must outlive this.
  Refusals(Counters& counters, const Clock& clock, log::Logger logger);

  // The answer, whose body is a JSON-RPC error: MCP clients read the body of every 4xx, and take
  // one that is no JSON-RPC for an old server's. Headers and query are never logged.
  http::Response refuse(
      Reason reason,
      const http::Request& request,
      std::string_view request_id,
      const std::string& message
  );

 private:
  bool admits_line();

  Counters& counters_;
  const Clock& clock_;
  log::Logger logger_;
  std::chrono::steady_clock::time_point window_end_;
  std::uint64_t lines_ = 0;  // in this window, left out ones included
  std::uint64_t left_out_ = 0;
};

}  // namespace davit::host

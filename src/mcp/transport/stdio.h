// stdio: one client on the standard input and output of this process, one message a line. MCP
// 2025-11-25, basic/transports, "stdio"; 2026-07-28, basic/transports/stdio.
#pragma once

#include <chrono>
#include <memory>

#include "mcp/endpoint.h"

namespace davit::mcp::transport {

struct StdioOptions {
  Principal principal;
  std::size_t max_message_bytes = 4 * 1024 * 1024;
  // What waits to be written. A client that lets more come together is cut off.
  std::size_t max_queued_bytes = 16 * 1024 * 1024;
  // How long calls that run may go on when the input has ended, or the output is slow to take what
  // is left.
  std::chrono::milliseconds grace{2'000};
};

class Stdio {
 public:
  // The descriptors must stay open while `serve` runs, and the endpoint must outlive it. The
  // process must ignore SIGPIPE.
  Stdio(Endpoint& endpoint, int input, int output, StdioOptions options);
  ~Stdio();
  Stdio(const Stdio&) = delete;
  Stdio& operator=(const Stdio&) = delete;

  // Serves until the input ends or the output breaks; both are how clients leave. Once. Errors:
  // cancelled.
  Async<> serve();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

// A descriptor for the standard output, behind whose back descriptor 1 leads to the standard error
// from now on: what libraries print must not come between messages. Errors: unavailable.
Result<int> claim_standard_output();

}  // namespace davit::mcp::transport

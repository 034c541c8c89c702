#include "app/stop.h"

#include <algorithm>
#include <csignal>
#include <unistd.h>

#include "app/exit_code.h"
#include "async/loop.h"

namespace davit::app {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr Duration kInterruptGrace = 2s;
// The end of the grace, for what comes after the calls: last bytes on their way, the log. No more
// than a tenth of it.
constexpr Duration kTail = 1s;
// What was cut needs a moment to end.
constexpr Duration kPatience = 2s;

Duration tail_of(const DrainTimes& times) { return std::min(kTail, times.grace / 10); }

Duration until(Clock::time_point when) { return std::max(when - Clock::now(), Duration::zero()); }

Async<> drain_server(mcp::transport::StreamableHttp* transport, Clock::time_point end) {
  DAVIT_CO_CHECK(co_await transport->wait_for_readers(until(end)));
  co_return co_await transport->endpoint().stop(until(end));
}

[[noreturn]] void end_process(ExitCode code, log::Sink& sink) {
  sink.flush();
  ::_exit(static_cast<int>(code));
}

}  // namespace

void StopOrder::give(std::string by, DrainTimes times) {
  if (given_) return;
  given_ = true;
  by_ = std::move(by);
  times_ = times;
  at_once_();
  changed_.notify();
}

Async<DrainTimes> StopOrder::wait() {
  while (!given_) DAVIT_CO_CHECK(co_await changed_.wait());
  co_return times_;
}

Async<> watch_signals(Executor executor, StopOrder* order, DrainTimes times, log::Sink* sink) {
  Signals signals(std::move(executor), {SIGINT, SIGTERM});
  DAVIT_CO_TRY(auto const signal, co_await signals.next());
  if (signal == SIGINT) {
    order->give("SIGINT", {.grace = kInterruptGrace});
  } else {
    order->give("SIGTERM", times);
  }
  for (auto again = SIGTERM; again != SIGINT;) {
    DAVIT_CO_TRY(again, co_await signals.next());
  }
  end_process(ExitCode::interrupted, *sink);
}

Async<> drain(Drained parts, DrainTimes times, Executor executor, log::Logger logger) {
  auto const end = Clock::now() + times.grace - tail_of(times);
  DAVIT_CO_CHECK(co_await sleep_for(std::min(times.notice, until(end))));
  TaskScope endpoints(executor, logger);
  for (auto* const transport : parts.transports)
    endpoints.spawn("drain of a server", drain_server(transport, end));
  DAVIT_CO_CHECK(co_await endpoints.join());
  for (auto* const transport : parts.transports) transport->close_http_sse();
  TaskScope listeners(executor, logger);
  for (auto* const server : parts.servers) {
    listeners.spawn("end of a listener", server->stop(until(end + tail_of(times) / 2)));
  }
  co_return co_await listeners.join();
}

Async<> end_late_process(DrainTimes times, log::Sink* sink, log::Logger logger) {
  DAVIT_CO_CHECK(co_await sleep_for(times.grace + kPatience));
  logger.error("what runs does not end; leaving it");
  end_process(ExitCode::failed, *sink);
}

}  // namespace davit::app

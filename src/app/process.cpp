#include "app/process.h"

#include <unistd.h>

namespace davit::app {
namespace {

constexpr std::chrono::milliseconds kLogFlush{200};

}  // namespace

Process::Process(log::Level level, Executor e)
    : executor(std::move(e)),
      sink(log::make_descriptor_sink(STDERR_FILENO)),
      logger(level, *sink, clock),
      http(http::make_curl_client(executor, {})),
      background(executor, logger) {
  background.spawn("log flush", flush_log());
}

Async<> Process::flush_log() {
  for (;;) {
    DAVIT_CO_CHECK(co_await sleep_for(kLogFlush));
    sink->flush();
  }
}

}  // namespace davit::app

#include "app/sandbox.h"

#include <csignal>
#include <cstdio>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/process.h"
#include "async/loop.h"
#include "http/server.h"
#include "sandbox/gitlab/gitlab.h"

namespace davit::app {
namespace {

constexpr std::chrono::seconds kGrace{2};

Async<> stop_on_signal(http::Server* server, Process* process) {
  DAVIT_CO_TRY([[maybe_unused]] auto const signal, co_await wait_for_signal({SIGINT, SIGTERM}));
  DAVIT_CO_CHECK(co_await server->stop(kGrace));
  co_return co_await process->background.stop(Duration::zero());
}

}  // namespace

Result<int> run_sandbox(const SandboxSettings& settings) {
  std::signal(SIGPIPE, SIG_IGN);
  Loop loop;
  Process process(log::Level::warn, loop.executor());
  auto const sandbox = sandbox::gitlab::make_sandbox({.token = settings.token}, process.clock);
  http::ServerOptions options;
  options.port = settings.port;
  http::Server server(loop.executor(), options, *sandbox, process.counters, process.logger);
  DAVIT_CHECK(server.start());
  fmt::print("http://{}:{}/api/v4\n", options.host, server.port());
  std::fflush(stdout);
  DAVIT_CHECK(loop.run(stop_on_signal(&server, &process)));
  return static_cast<int>(ExitCode::done);
}

}  // namespace davit::app

#include "app/local/up.h"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/local/foreground.h"
#include "app/local/scratch.h"
#include "app/manifest_source.h"
#include "app/terminal.h"
#include "async/listener.h"
#include "async/loop.h"
#include "http/client.h"
#include "release/lock.h"
#include "secrets/reference.h"
#include "targets/local/kept_versions.h"
#include "targets/local/process.h"
#include "targets/local/state.h"
#include "targets/local/variables.h"

namespace davit::app {
namespace {

// What served is brought back, and what runs is watched, with a variable missing rather than not at
// all: they need not be what needs it.
bool has_something(const local::SavedState& state) {
  if (!state.green.empty() || !state.blue.empty()) return true;
  return std::ranges::any_of(state.tasks, [](const local::SavedTask& task) {
    return local::runs(task.record.pid, task.record.started);
  });
}

}  // namespace

Result<int> run_up(const UpRequest& request) {
  DAVIT_TRY(
      auto manifest, load({.file = request.place.file, .environment = request.place.environment})
  );
  if (manifest.target != manifest::Target::local) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format(
            "{}: `target` is not `local`; `davit up` runs what is deployed to this machine",
            request.place.file
        )
    );
  }
  auto const folder = request.place.folder();
  DAVIT_CHECK(make_folders(folder));
  auto const lock = release::Lock::take(folder.lock(), release::this_holder());
  if (!lock) {
    if (lock.error().kind() != ErrorKind::conflict) return lock.error();
    auto const text = fmt::format(
        "davit: a supervisor runs here already: {}; `davit deploy` releases through it\n",
        printable(lock.error().message())
    );
    print(request.place.in_hints(text), stderr);
    return static_cast<int>(ExitCode::locked);
  }
  // With the lock nobody makes a version.
  local::remove_unfinished_versions(folder.root);
  remove_old_scratch(folder.root);
  DAVIT_TRY(auto const state, local::load_state(folder.root));
  if (!has_something(state))
    DAVIT_CHECK(local::check_variables(manifest, secrets::process_environment()));
  DAVIT_TRY(auto const balancer, balancer_folder(folder, runtime_directory()));
  Descriptor const log_file(
      ::open(folder.log().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)
  );
  if (log_file.get() < 0) {
    return Error(ErrorKind::unavailable, "cannot write " + folder.log().string());
  }
  SystemClock const clock;
  auto const sink = log::make_descriptor_sink(log_file.get());
  log::Logger const logger(log::Level::info, *sink, clock);
  Loop loop;
  auto const client = http::make_curl_client(loop.executor(), {});
  Foreground foreground(
      loop.executor(), request, std::move(manifest), balancer, logger, clock, *client
  );
  auto const outcome = loop.run(foreground.run());
  sink->flush();
  return outcome;
}

}  // namespace davit::app

#include "targets/local/detached_process.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/posix.h"
#include "targets/local/process.h"

namespace davit::local {
namespace {

// What posix_spawn is told, which has to be destroyed.
struct Spawning {
  Spawning() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  ~Spawning() {
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
  }
  Spawning(const Spawning&) = delete;
  Spawning& operator=(const Spawning&) = delete;

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

void prepare(Spawning& spawning, int log, const DetachedCommand& command) {
  ::posix_spawnattr_setflags(
      &spawning.attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
  );
  sigset_t signals;
  ::sigemptyset(&signals);
  ::posix_spawnattr_setsigmask(&spawning.attributes, &signals);
  for (int const signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGUSR1, SIGUSR2})
    ::sigaddset(&signals, signal);
  ::posix_spawnattr_setsigdefault(&spawning.attributes, &signals);
  auto* const actions = &spawning.actions;
  if (command.input >= 0)
    ::posix_spawn_file_actions_adddup2(actions, command.input, STDIN_FILENO);
  else
    ::posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(actions, log, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(actions, log, STDERR_FILENO);
  ::posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
  if (!command.directory.empty())
    ::posix_spawn_file_actions_addchdir_np(actions, command.directory.c_str());
}

}  // namespace

Result<DetachedProcess> start_detached(DetachedCommand command) {
  if (command.arguments.empty() || command.arguments.front().empty())
    return Error(ErrorKind::invalid_input, "the command is empty");
  // What a program says may be anything.
  Descriptor const log(::open(command.log.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)
  );
  if (!log) {
    // Not as if the program were missing.
    return Error(ErrorKind::unavailable, file_error("write", command.log).message());
  }
  Spawning spawning;
  prepare(spawning, log.get(), command);
  DetachedProcess process;
  auto const code = ::posix_spawnp(
      &process.pid,
      command.arguments.front().c_str(),
      &spawning.actions,
      &spawning.attributes,
      pointers_to(command.arguments).data(),
      pointers_to(command.environment).data()
  );
  if (code != 0) {
    return Error(
        kind_of_errno(code),
        fmt::format("cannot start '{}': {}", command.arguments.front(), errno_text(code))
    );
  }
  // Until we ask how it ended, the pid is its own.
  if (auto const stat = read_stat(process.pid)) process.started = stat->started;
  return process;
}

}  // namespace davit::local

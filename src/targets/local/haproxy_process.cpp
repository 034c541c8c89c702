#include "targets/local/haproxy_process.h"

#include <cstdlib>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "base/strings.h"
#include "json/json.h"
#include "targets/local/environment.h"
#include "targets/local/files.h"
#include "targets/local/process.h"

namespace davit::local {
namespace {

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

// A session of its own, the log for what it says, and nothing of ours besides.
void prepare(Spawning& spawning, int log) {
  ::posix_spawnattr_setflags(
      &spawning.attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
  );
  sigset_t signals;
  ::sigemptyset(&signals);
  ::posix_spawnattr_setsigmask(&spawning.attributes, &signals);
  for (int const signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGUSR1, SIGUSR2})
    ::sigaddset(&signals, signal);
  ::posix_spawnattr_setsigdefault(&spawning.attributes, &signals);
  ::posix_spawn_file_actions_addopen(&spawning.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&spawning.actions, log, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&spawning.actions, log, STDERR_FILENO);
  ::posix_spawn_file_actions_addclosefrom_np(&spawning.actions, STDERR_FILENO + 1);
}

}  // namespace

bool HaproxyProcess::is_running() const {
  if (pid <= 0) return false;
  // Ours it may be: then it is a zombie until we ask.
  ::waitpid(pid, nullptr, WNOHANG);
  return runs(pid, started);
}

void HaproxyProcess::send_signal(int signal) const {
  if (is_running()) ::kill(pid, signal);
}

Result<HaproxyProcess> start_haproxy(
    const std::vector<std::string>& command, const std::filesystem::path& log, std::uint16_t port
) {
  auto const fd = ::open(log.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return Error(ErrorKind::unavailable, "cannot write " + log.string());
  Spawning spawning;
  prepare(spawning, fd);
  auto texts = command;
  std::vector<char*> arguments;
  for (auto& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);
  auto variables = plain_environment();
  std::vector<char*> environment;
  for (auto& text : variables) environment.push_back(text.data());
  environment.push_back(nullptr);
  HaproxyProcess process{.port = port};
  auto const code = ::posix_spawn(
      &process.pid,
      arguments.front(),
      &spawning.actions,
      &spawning.attributes,
      arguments.data(),
      environment.data()
  );
  ::close(fd);
  if (code != 0) {
    return Error(
        code == ENOENT ? ErrorKind::not_found : ErrorKind::unavailable,
        fmt::format(
            "cannot start {}: {}",
            command.front(),
            std::error_code(code, std::generic_category()).message()
        )
    );
  }
  if (auto const stat = read_stat(process.pid)) process.started = stat->started;
  return process;
}

Result<> write_process(const std::filesystem::path& file, const HaproxyProcess& process) {
  json::Object const record{
      {"pid", process.pid},
      {"started", static_cast<std::int64_t>(process.started)},
      {"port", std::int64_t{process.port}},
  };
  return write_atomically(file, json::to_text(record) + "\n");
}

std::optional<HaproxyProcess> find_process(const std::filesystem::path& file) {
  auto const text = read_file(file, 4096);
  if (!text) return {};
  auto const record = json::parse(*text);
  if (!record) return {};
  auto const pid = json::find_int(*record, "pid");
  auto const started = json::find_int(*record, "started");
  auto const port = json::find_int(*record, "port");
  if (!pid || !started || !port) return {};
  HaproxyProcess const process{
      static_cast<int>(*pid),
      static_cast<std::uint64_t>(*started),
      static_cast<std::uint16_t>(*port),
  };
  if (!process.is_running()) return {};
  return process;
}

Result<std::string> find_haproxy(const std::string& program) {
  if (program.find('/') != std::string::npos) {
    if (::access(program.c_str(), X_OK) == 0) return program;
  } else {
    auto const* const path = std::getenv("PATH");
    auto const folders = std::string(path == nullptr ? "" : path) + ":/usr/sbin:/usr/local/sbin";
    for (auto const folder : split(folders, ':')) {
      auto const file = std::string(folder) + "/" + program;
      if (!folder.empty() && ::access(file.c_str(), X_OK) == 0) return file;
    }
  }
  return Error(
      ErrorKind::not_found,
      fmt::format(
          "'{}' is not installed, and it is what stands in front of the tasks: "
          "sudo apt-get install --no-install-recommends haproxy",
          program
      )
  );
}

}  // namespace davit::local

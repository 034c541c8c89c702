#include "targets/local/task.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "async/readable.h"
#include "targets/local/environment.h"
#include "targets/local/process.h"

namespace davit::local {
namespace {

std::string reason(int code) { return std::error_code(code, std::generic_category()).message(); }

// Children of ours that nobody waits for any more, but that are zombies once they end.
std::vector<int>& forsaken() {
  static std::vector<int> pids;
  return pids;
}
void reap_forsaken() {
  std::erase_if(forsaken(), [](int pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
}

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

  void prepare(int log) {
    // A session of its own: neither Ctrl-C nor the end of our terminal reaches it.
    ::posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
    );
    sigset_t signals;
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes, &signals);
    for (int const signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD})
      ::sigaddset(&signals, signal);
    ::posix_spawnattr_setsigdefault(&attributes, &signals);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, log, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, log, STDERR_FILENO);
    ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  }

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

// Variables by which whoever runs us configures another davitd, and that would win over the file.
constexpr std::string_view kNotInherited[] = {
    "DAVIT_CONFIG",
    "DAVIT_SERVERS",
    "DAVIT_SESSION_KEYS",
    "DAVIT_STATE_STORE",
    "DAVIT_SERVER_PORTS",
    "DAVIT_BASE_PATH",
    "DAVIT_TRANSPORT",
    "DAVIT_TLS_CERTIFICATE",
    "DAVIT_TLS_KEY",
    "DAVIT_PEER_ADDRESS",
};

bool is_inherited(std::string_view name, const manifest::Texts& changes) {
  for (auto const other : kNotInherited) {
    if (name == other) return false;
  }
  for (auto const& change : changes) {
    if (change.first == name) return false;
  }
  return true;
}

std::vector<std::string> merged_environment(const manifest::Texts& changes, bool is_davitd) {
  std::vector<std::string> all;
  for (auto& text : is_davitd ? whole_environment() : plain_environment()) {
    auto const name = std::string_view(text).substr(0, text.find('='));
    if (is_inherited(name, changes)) all.push_back(std::move(text));
  }
  for (auto const& [name, value] : changes) all.push_back(fmt::format("{}={}", name, value));
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

Error start_error(int code, const std::string& id, const std::string& program) {
  auto const kind = code == ENOENT || code == ENOTDIR ? ErrorKind::not_found
                    : code == EACCES || code == EPERM ? ErrorKind::forbidden
                                                      : ErrorKind::unavailable;
  return Error(kind, fmt::format("{}: cannot start '{}': {}", id, program, reason(code)));
}

}  // namespace

json::Object to_json(const TaskRecord& record) {
  return {
      {"id", record.id},
      {"release", record.release},
      {"service", record.service},
      {"port", std::int64_t{record.ports.port}},
      {"admin_port", std::int64_t{record.ports.admin}},
      {"peer_port", std::int64_t{record.ports.peer}},
      {"pid", record.pid},
      {"started", static_cast<std::int64_t>(record.started)},
  };
}

Result<TaskRecord> task_from_json(const json::Value& value) {
  TaskRecord record;
  auto const id = json::find_string(value, "id");
  auto const release = json::find_string(value, "release");
  auto const service = json::find_string(value, "service");
  auto const port = json::find_int(value, "port");
  if (!id || !release || !service || !port)
    return Error(ErrorKind::protocol, "a task without id, release, service or port");
  auto const number = [&value](std::string_view key) {
    return json::find_int(value, key).value_or(0);
  };
  record.id = *id;
  record.release = *release;
  record.service = *service;
  record.ports.port = static_cast<std::uint16_t>(*port);
  record.ports.admin = static_cast<std::uint16_t>(number("admin_port"));
  record.ports.peer = static_cast<std::uint16_t>(number("peer_port"));
  record.pid = static_cast<int>(number("pid"));
  record.started = static_cast<std::uint64_t>(number("started"));
  return record;
}

struct Task::Impl {
  // Takes note of the end, and takes what is left of the group along: it may hold the port.
  void look() {
    if (has_ended) return;
    siginfo_t about{};
    auto const id = static_cast<id_t>(record.pid);
    auto const seen = ::waitid(P_PID, id, &about, WEXITED | WNOWAIT | WNOHANG);
    if (seen == 0 && about.si_pid != record.pid) return;
    if (seen != 0 && runs(record.pid, record.started)) return;
    has_ended = true;
    ::kill(-record.pid, SIGKILL);
    if (seen != 0) return;  // never our child
    ::waitid(P_PID, id, &about, WEXITED);
    ExitStatus ended;
    (about.si_code == CLD_EXITED ? ended.code : ended.signal) = about.si_status;
    status = ended;
  }

  TaskRecord record;
  std::unique_ptr<Readable> end;  // a pidfd; without one we look every so often
  bool has_ended = false;
  std::optional<ExitStatus> status;
};

Task::Task(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Task::~Task() {
  if (!impl_) return;
  impl_->look();
  if (!impl_->has_ended) forsaken().push_back(impl_->record.pid);
  reap_forsaken();
}

namespace {

// Linux 5.3; glibc has a name for it only from 2.36 on.
std::unique_ptr<Readable> watch_end(const Executor& executor, int pid) {
  auto const fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  return fd < 0 ? nullptr : std::make_unique<Readable>(executor, fd);
}

}  // namespace

Result<std::unique_ptr<Task>> Task::start(
    Executor executor,
    TaskRecord record,
    std::vector<std::string> command,
    manifest::Texts environment,
    const std::filesystem::path& log,
    const std::string& directory,
    bool is_davitd
) {
  reap_forsaken();
  if (command.empty() || command.front().empty())
    return Error(ErrorKind::invalid_input, record.id + ": the command is empty");
  // Its owner's alone: what a server prints may be anything.
  auto const fd = ::open(log.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return Error(
        ErrorKind::unavailable, fmt::format("cannot write {}: {}", log.string(), reason(errno))
    );
  }
  Spawning spawning;
  spawning.prepare(fd);
  if (!directory.empty())
    ::posix_spawn_file_actions_addchdir_np(&spawning.actions, directory.c_str());
  auto variables = merged_environment(environment, is_davitd);
  auto arguments = command;
  auto const code = ::posix_spawnp(
      &record.pid,
      arguments.front().c_str(),
      &spawning.actions,
      &spawning.attributes,
      pointers_to(arguments).data(),
      pointers_to(variables).data()
  );
  ::close(fd);
  if (code != 0) return start_error(code, record.id, command.front());
  auto impl = std::make_unique<Impl>();
  // It is our child: until we ask how it ended, the pid is its own.
  if (auto const stat = read_stat(record.pid)) record.started = stat->started;
  impl->end = watch_end(executor, record.pid);
  impl->record = std::move(record);
  return std::unique_ptr<Task>(new Task(std::move(impl)));
}

Result<std::unique_ptr<Task>> Task::adopt(Executor executor, TaskRecord record) {
  reap_forsaken();
  auto impl = std::make_unique<Impl>();
  // The descriptor first: when the process behind the pid is the right one after that, it is the
  // right one in the descriptor, too.
  impl->end = record.pid > 0 ? watch_end(executor, record.pid) : nullptr;
  if (!runs(record.pid, record.started)) {
    return Error(ErrorKind::not_found, fmt::format("{} (pid {}) has ended", record.id, record.pid));
  }
  std::erase(forsaken(), record.pid);
  impl->record = std::move(record);
  return std::unique_ptr<Task>(new Task(std::move(impl)));
}

const TaskRecord& Task::record() const { return impl_->record; }

bool Task::is_running() const {
  impl_->look();
  return !impl_->has_ended;
}

void Task::send_signal(int signal) {
  if (is_running()) ::kill(-impl_->record.pid, signal);
}

Async<std::optional<ExitStatus>> Task::wait() {
  constexpr std::chrono::milliseconds kLook{100};
  while (is_running()) {
    if (impl_->end) {
      DAVIT_CO_CHECK(co_await impl_->end->wait());
      // A process shows as ended here a moment before /proc says so, when it is not our child.
      if (is_running()) DAVIT_CO_CHECK(co_await sleep_for(std::chrono::milliseconds(1)));
    } else {
      DAVIT_CO_CHECK(co_await sleep_for(kLook));
    }
  }
  co_return impl_->status;
}

Async<std::optional<ExitStatus>> Task::stop(Duration grace) {
  send_signal(SIGTERM);
  auto ended = co_await with_timeout(wait(), grace);
  if (ended || ended.error().kind() != ErrorKind::timeout) co_return ended;
  send_signal(SIGKILL);
  co_return co_await wait();
}

}  // namespace davit::local

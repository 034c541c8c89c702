#include "targets/local/task.h"

#include <csignal>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "async/readable.h"
#include "targets/local/detached_process.h"
#include "targets/local/environment.h"
#include "targets/local/numbers.h"
#include "targets/local/process.h"

namespace davit::local {
namespace {

// Children of ours that nobody waits for any more, but that are zombies once they end.
std::vector<int>& forsaken() {
  static std::vector<int> pids;
  return pids;
}
void reap_forsaken() {
  std::erase_if(forsaken(), [](int pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
}

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
  if (!id || !release || !service)
    return Error(ErrorKind::protocol, "a task without id, release or service");
  record.id = *id;
  record.release = *release;
  record.service = *service;
  auto& ports = record.ports;
  DAVIT_TRY(ports.port, read_number<std::uint16_t>(value, "port", kPorts));
  DAVIT_TRY(ports.admin, read_number<std::uint16_t>(value, "admin_port", kPortsOrNone, 0));
  DAVIT_TRY(ports.peer, read_number<std::uint16_t>(value, "peer_port", kPortsOrNone, 0));
  DAVIT_TRY(record.pid, read_number(value, "pid", kPids, 0));
  DAVIT_TRY(record.started, read_number<std::uint64_t>(value, "started", kTicks, 0));
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
    if (seen != 0 && presence() != Presence::ended) return;
    has_ended = true;
    // Never our child: somebody else may have asked how it ended, and the pid be another's.
    if (seen != 0) return kill_group(record.pid, record.started);
    ::kill(-record.pid, SIGKILL);
    ::waitid(P_PID, id, &about, WEXITED);
    ExitStatus ended;
    (about.si_code == CLD_EXITED ? ended.code : ended.signal) = about.si_status;
    status = ended;
  }

  // The pidfd knows without /proc, which cannot be read when no descriptor is left.
  Presence presence() const {
    auto const seen = presence_of(record.pid, record.started);
    if (seen != Presence::unknown || pidfd < 0 || !was_seen) return seen;
    pollfd end_of{pidfd, POLLIN, 0};
    return ::poll(&end_of, 1, 0) > 0 ? Presence::ended : Presence::running;
  }
  // Whether the pid is surely still its own.
  bool is_certain() const {
    siginfo_t about{};
    auto const id = static_cast<id_t>(record.pid);
    return ::waitid(P_PID, id, &about, WEXITED | WNOWAIT | WNOHANG) == 0 ||
           presence() == Presence::running;
  }

  TaskRecord record;
  std::unique_ptr<Readable> end;  // a pidfd; without one we look every so often
  int pidfd = -1;                 // the same
  bool was_seen = false;          // behind the pidfd is the process of the record
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
int open_pidfd(int pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }
std::unique_ptr<Readable> watch_end(const Executor& executor, int pidfd) {
  return pidfd < 0 ? nullptr : std::make_unique<Readable>(executor, pidfd);
}

}  // namespace

Result<std::unique_ptr<Task>> Task::start(
    Executor executor,
    TaskRecord record,
    std::vector<std::string> command,
    const manifest::Texts& environment,
    const std::filesystem::path& log,
    const std::string& directory,
    bool is_davitd
) {
  reap_forsaken();
  auto started = start_detached({
      .arguments = std::move(command),
      .environment = merged_environment(environment, is_davitd),
      .log = log,
      .directory = directory,
  });
  if (!started) return std::move(started).error().while_doing(record.id);
  record.pid = started->pid;
  record.started = started->started;
  auto impl = std::make_unique<Impl>();
  impl->pidfd = open_pidfd(record.pid);
  impl->end = watch_end(executor, impl->pidfd);
  impl->record = std::move(record);
  return std::unique_ptr<Task>(new Task(std::move(impl)));
}

Result<std::unique_ptr<Task>> Task::adopt(Executor executor, TaskRecord record) {
  reap_forsaken();
  auto impl = std::make_unique<Impl>();
  // The descriptor first: when the process behind the pid is the right one after that, it is the
  // right one in the descriptor, too.
  impl->pidfd = record.pid > 0 ? open_pidfd(record.pid) : -1;
  impl->end = watch_end(executor, impl->pidfd);
  auto const presence = presence_of(record.pid, record.started);
  if (presence == Presence::ended) {
    return Error(ErrorKind::not_found, fmt::format("{} (pid {}) has ended", record.id, record.pid));
  }
  impl->was_seen = presence == Presence::running;
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
  if (is_running() && impl_->is_certain()) ::kill(-impl_->record.pid, signal);
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

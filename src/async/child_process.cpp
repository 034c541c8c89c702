#include "async/child_process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <spawn.h>
#include <string_view>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "base/posix.h"

namespace davit {

namespace asio = boost::asio;

namespace {

struct Pipe {
  Descriptor read_end;
  Descriptor write_end;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return Error(ErrorKind::unavailable, "no descriptor is left for a pipe");
  }
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

// Only our end: the other is the child's, which expects to be able to wait in it.
void make_non_blocking(const Descriptor& ours) {
  ::fcntl(ours.get(), F_SETFL, ::fcntl(ours.get(), F_GETFL) | O_NONBLOCK);
}

struct Actions {
  Actions() { ::posix_spawn_file_actions_init(&raw); }
  ~Actions() { ::posix_spawn_file_actions_destroy(&raw); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  posix_spawn_file_actions_t raw{};
};

struct Attributes {
  Attributes() {
    ::posix_spawnattr_init(&raw);
    ::posix_spawnattr_setflags(
        &raw, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
    );
    ::posix_spawnattr_setpgroup(&raw, 0);
    sigset_t signals;
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&raw, &signals);
    // What an ignored signal does to a program that never heard of it is hard to find out.
    for (int const signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD})
      ::sigaddset(&signals, signal);
    ::posix_spawnattr_setsigdefault(&raw, &signals);
  }
  ~Attributes() { ::posix_spawnattr_destroy(&raw); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  posix_spawnattr_t raw{};
};

// "NAME=value" for every variable: ours, with `changes` in their place.
std::vector<std::string> merged_environment(
    const std::vector<std::pair<std::string, std::string>>& changes
) {
  std::vector<std::string> all;
  for (char** one = ::environ; one != nullptr && *one != nullptr; ++one) {
    std::string_view const text(*one);
    auto const name = text.substr(0, text.find('='));
    auto const is_changed = [&] {
      for (auto const& change : changes) {
        if (change.first == name) return true;
      }
      return false;
    }();
    if (!is_changed) all.emplace_back(text);
  }
  for (auto const& [name, value] : changes) all.push_back(fmt::format("{}={}", name, value));
  return all;
}

Error spawn_error(int code, const ChildOptions& options) {
  auto const where = options.directory.empty() ? "" : " in " + options.directory;
  return Error(
      kind_of_errno(code),
      fmt::format("cannot start '{}'{}: {}", options.command.front(), where, errno_text(code))
  );
}

}  // namespace

std::string to_string(const ExitStatus& status) {
  return status.signal != 0 ? fmt::format("signal {}", status.signal)
                            : fmt::format("exit code {}", status.code);
}

struct ChildProcess::Impl {
  explicit Impl(const Executor& executor) : end(executor) {}

  // Takes note of the end of the child, once it has ended.
  void reap(int flags) {
    if (status) return;
    siginfo_t about{};
    // The group is killed while the child is still a zombie: until then nobody else has its id.
    auto const seen = ::waitid(P_PID, static_cast<id_t>(pid), &about, WEXITED | WNOWAIT | flags);
    if (seen != 0 || about.si_pid != pid) return;
    ::kill(-pid, SIGKILL);
    ::waitid(P_PID, static_cast<id_t>(pid), &about, WEXITED);
    ExitStatus ended;
    (about.si_code == CLD_EXITED ? ended.code : ended.signal) = about.si_status;
    status = ended;
  }

  pid_t pid = 0;
  asio::posix::stream_descriptor end;  // a pidfd: readable when the child has ended
  Descriptor input;
  Descriptor output;
  Descriptor errors;
  std::optional<ExitStatus> status;
};

ChildProcess::ChildProcess(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ChildProcess::~ChildProcess() {
  send_signal(SIGKILL);
  impl_->reap(0);
}

Result<std::unique_ptr<ChildProcess>> ChildProcess::spawn(Executor executor, ChildOptions options) {
  if (options.command.empty() || options.command.front().empty())
    return Error(ErrorKind::invalid_input, "the command is empty");
  DAVIT_TRY(auto input, make_pipe());
  DAVIT_TRY(auto output, make_pipe());
  Pipe errors;
  if (options.errors == ChildErrors::capture) {
    DAVIT_TRY(auto made, make_pipe());
    errors = std::move(made);
  }

  Actions actions;
  auto const put = [&actions](int ours, int theirs) {
    ::posix_spawn_file_actions_adddup2(&actions.raw, ours, theirs);
  };
  put(input.read_end.get(), STDIN_FILENO);
  put(output.write_end.get(), STDOUT_FILENO);
  if (options.errors == ChildErrors::capture) put(errors.write_end.get(), STDERR_FILENO);
  if (options.errors == ChildErrors::discard) {
    ::posix_spawn_file_actions_addopen(&actions.raw, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  }
  // Sockets of ours that some library opened without CLOEXEC must not live on in the child.
  ::posix_spawn_file_actions_addclosefrom_np(&actions.raw, STDERR_FILENO + 1);
  if (!options.directory.empty())
    ::posix_spawn_file_actions_addchdir_np(&actions.raw, options.directory.c_str());

  auto impl = std::make_unique<Impl>(executor);
  Attributes const attributes;
  auto environment = merged_environment(options.environment);
  auto arguments = options.command;
  auto const code = ::posix_spawnp(
      &impl->pid,
      arguments.front().c_str(),
      &actions.raw,
      &attributes.raw,
      pointers_to(arguments).data(),
      pointers_to(environment).data()
  );
  if (code != 0) return spawn_error(code, options);

  impl->input = std::move(input.write_end);
  impl->output = std::move(output.read_end);
  impl->errors = std::move(errors.read_end);
  for (auto const* ours : {&impl->input, &impl->output, &impl->errors}) {
    if (ours->get() >= 0) make_non_blocking(*ours);
  }
  std::unique_ptr<ChildProcess> child(new ChildProcess(std::move(impl)));
  // Linux 5.3; glibc has a name for it only from 2.36 on.
  auto const pidfd = static_cast<int>(::syscall(SYS_pidfd_open, child->pid(), 0));
  if (pidfd < 0) return Error(ErrorKind::unavailable, "the system has no pidfd for a child");
  child->impl_->end.assign(pidfd);
  return child;
}

int ChildProcess::pid() const { return impl_->pid; }
int ChildProcess::input() const { return impl_->input.get(); }
int ChildProcess::output() const { return impl_->output.get(); }
int ChildProcess::errors() const { return impl_->errors.get(); }

void ChildProcess::close_input() { impl_->input.reset(); }

void ChildProcess::send_signal(int signal) {
  // Until it is reaped, the id is the child's.
  if (!impl_->status) ::kill(-impl_->pid, signal);
}

Async<ExitStatus> ChildProcess::wait() {
  impl_->reap(WNOHANG);
  while (!impl_->status) {
    if (co_await is_cancelled()) co_return Error(ErrorKind::cancelled, "cancelled");
    co_await impl_->end.async_wait(
        asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable)
    );
    impl_->reap(WNOHANG);
  }
  co_return *impl_->status;
}

Async<ExitStatus> ChildProcess::stop(StopLadder ladder) {
  close_input();
  auto ended = co_await with_timeout(wait(), ladder.after_close);
  if (ended || ended.error().kind() != ErrorKind::timeout) co_return ended;
  send_signal(SIGTERM);
  ended = co_await with_timeout(wait(), ladder.after_term);
  if (ended || ended.error().kind() != ErrorKind::timeout) co_return ended;
  send_signal(SIGKILL);
  co_return co_await wait();
}

}  // namespace davit

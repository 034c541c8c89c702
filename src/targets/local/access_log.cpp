#include "targets/local/access_log.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "async/lines.h"
#include "async/task_scope.h"
#include "base/strings.h"
#include "targets/local/numbers.h"

namespace davit::local {
namespace {

constexpr std::size_t kMostLine = 2048;  // HAProxy was told 1024
constexpr std::size_t kMostTimes = 10'000;
constexpr std::size_t kMostPorts = 1024;

// "+12": the log was written before the answer ended.
template <class Number>
std::optional<Number> to_logged_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return to_number<Number>(text);
}

Result<int> bind_socket(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  auto const text = path.string();
  if (text.size() >= sizeof address.sun_path)
    return Error(ErrorKind::invalid_input, "too long for the path of a socket: " + text);
  std::memcpy(address.sun_path, text.data(), text.size());
  auto const fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return Error(ErrorKind::unavailable, "no descriptor is left for a socket");
  ::unlink(text.c_str());
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    ::close(fd);
    return Error(ErrorKind::unavailable, "cannot make the socket " + text);
  }
  ::chmod(text.c_str(), 0600);
  return fd;
}

}  // namespace

std::optional<AccessLine> parse_access_line(std::string_view line) {
  auto const fields = split(trim(line), ' ');
  if (fields.size() != 9 || fields[0] != "davit") return {};
  auto const status = to_logged_number<int>(fields[4]);
  auto const time = to_logged_number<std::int64_t>(fields[5]);
  if (!status || *status < -1 || *status > 999 || !time) return {};
  return AccessLine{
      .backend = fields[1],
      .slot = fields[2],
      .port = to_logged_number<std::uint16_t>(fields[3]).value_or(0),
      .status = *status,
      .time_ms = *time,
      .method = fields[7],
      .is_stream = fields[8] == "stream",
  };
}

struct AccessLog::Impl {
  Impl(Executor executor, int descriptor, const log::Logger& logger)
      : fd(descriptor), lines(executor, descriptor, kMostLine), scope(executor, logger) {}
  ~Impl() { ::close(fd); }

  void count(std::string_view text) {
    auto const line = parse_access_line(text);
    if (!line) return;
    if (line->slot == "<NOSRV>") return count_unserved(*line);
    auto const* const task = find(*line);
    if (task == nullptr) return;
    auto& of_task = figures[*task];
    ++of_task.requests;
    if (line->status >= 500) ++of_task.errors_5xx;
    // How long a stream was open says nothing about the task, nor does the time of a client that
    // went away.
    if (line->is_stream || line->time_ms < 0 || line->status < 0) return;
    if (of_task.times_ms.size() >= kMostTimes) return;
    of_task.times_ms.push_back(
        static_cast<std::uint32_t>(std::min<std::int64_t>(line->time_ms, 0xffffffff))
    );
  }

  void count_unserved(const AccessLine& line) {
    auto const found = charged.find(std::string(line.backend));
    if (line.status < 500 || found == charged.end()) return;
    for (auto const& task : found->second) {
      ++figures[task].requests;
      ++figures[task].errors_5xx;
    }
  }

  const std::string* find(const AccessLine& line) const {
    if (auto const by = by_port.find(line.port); by != by_port.end()) return &by->second;
    std::string slot(line.backend);
    slot.append("/").append(line.slot);
    auto const by = by_slot.find(slot);
    return by == by_slot.end() ? nullptr : &by->second;
  }

  int fd;
  LineReader lines;
  TaskScope scope;
  davit::Task reading;
  std::map<std::string, std::string> by_slot;
  std::map<std::uint16_t, std::string> by_port;
  std::map<std::string, std::vector<std::string>> charged;
  std::map<std::string, TaskFigures> figures;
};

namespace {

template <class Impl>
Async<> read_log(std::shared_ptr<Impl> log) {
  while (true) {
    DAVIT_CO_TRY(auto const line, co_await log->lines.read());
    if (!line) co_return Error(ErrorKind::unavailable, "the access log has ended");
    log->count(line->text);
  }
}

}  // namespace

AccessLog::AccessLog(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

AccessLog::~AccessLog() { impl_->reading.cancel(); }

Result<std::unique_ptr<AccessLog>> AccessLog::open(
    Executor executor, const std::filesystem::path& socket, const log::Logger& logger
) {
  DAVIT_TRY(auto const fd, bind_socket(socket));
  auto impl = std::make_shared<Impl>(executor, fd, logger);
  impl->reading = impl->scope.spawn("reading the access log", read_log(impl));
  return std::unique_ptr<AccessLog>(new AccessLog(std::move(impl)));
}

void AccessLog::set_tasks(
    std::map<std::string, std::string> by_slot, std::map<std::uint16_t, std::string> by_port
) {
  impl_->by_slot = std::move(by_slot);
  if (impl_->by_port.size() < kMostPorts) by_port.merge(impl_->by_port);
  impl_->by_port = std::move(by_port);
}

void AccessLog::set_charged(std::map<std::string, std::vector<std::string>> by_backend) {
  impl_->charged = std::move(by_backend);
}

std::map<std::string, TaskFigures> AccessLog::take() { return std::exchange(impl_->figures, {}); }

}  // namespace davit::local

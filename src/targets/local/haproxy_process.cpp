#include "targets/local/haproxy_process.h"

#include <chrono>
#include <cstdlib>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/strings.h"
#include "json/json.h"
#include "targets/local/detached_process.h"
#include "targets/local/environment.h"
#include "targets/local/files.h"
#include "targets/local/numbers.h"
#include "targets/local/port_holder.h"
#include "targets/local/ports.h"
#include "targets/local/process.h"

namespace davit::local {
namespace {

using std::chrono::milliseconds;

constexpr const char* kProcessFile = "haproxy.json";

// The name in the mark: no task's, of which all have a hyphen and a number.
constexpr std::string_view kMarkName = "haproxy:";

Result<> write_process(const std::filesystem::path& folder, const HaproxyProcess& process) {
  json::Object const record{
      {"pid", process.pid},
      {"started", static_cast<std::int64_t>(process.started)},
      {"port", std::int64_t{process.port}},
  };
  return write_atomically(folder / kProcessFile, json::to_text(record) + "\n");
}

std::optional<HaproxyProcess> read_process(const std::filesystem::path& folder) {
  auto const text = read_file(folder / kProcessFile, 4096);
  auto const record = text ? json::parse(*text) : Result<json::Value>(text.error());
  if (!record) return {};
  auto const pid = read_number(*record, "pid", kPids);
  auto const started = read_number<std::uint64_t>(*record, "started", kTicks);
  auto const port = read_number<std::uint16_t>(*record, "port", kPorts);
  if (!pid || !started || !port) return {};
  return HaproxyProcess{*pid, *started, *port};
}

// The youngest: one before it was given up.
std::optional<HaproxyProcess> marked_process(const std::filesystem::path& folder) {
  std::optional<HaproxyProcess> youngest;
  for (auto const& process : find_marked(mark_of(folder))) {
    if (!process.is_leader || !process.id.starts_with(kMarkName)) continue;
    auto const port = to_number<std::uint16_t>(process.id.substr(kMarkName.size()));
    if (!port || (youngest && process.started < youngest->started)) continue;
    youngest = HaproxyProcess{process.pid, process.started, *port};
  }
  return youngest;
}

}  // namespace

Presence HaproxyProcess::presence() const {
  if (pid <= 0) return Presence::ended;
  // Ours it may be: then it is a zombie until we ask, and the pid is its own until then.
  auto const is_child = ::waitpid(pid, nullptr, WNOHANG) == 0;
  auto const seen = presence_of(pid, started);
  return seen == Presence::unknown && is_child ? Presence::running : seen;
}

void HaproxyProcess::send_signal(int signal) const {
  if (presence() == Presence::running) ::kill(signal == SIGKILL ? -pid : pid, signal);
}

Result<HaproxyProcess> start_haproxy(
    std::vector<std::string> command,
    const std::filesystem::path& folder,
    std::uint16_t port,
    int input
) {
  auto environment = plain_environment();
  environment.push_back(fmt::format("{}={}/{}{}", kTaskVariable, mark_of(folder), kMarkName, port));
  DAVIT_TRY(
      auto const started,
      start_detached({
          .arguments = std::move(command),
          .environment = std::move(environment),
          .log = folder / kHaproxyLog,
          .directory = "",
          .input = input,
      })
  );
  HaproxyProcess const process{started.pid, started.started, port};
  (void)write_process(folder, process);
  return process;
}

std::optional<HaproxyProcess> find_process(const std::filesystem::path& folder) {
  if (auto const written = read_process(folder); written && written->is_running()) return written;
  auto const marked = marked_process(folder);
  if (marked) (void)write_process(folder, *marked);  // the mark is there the next time, too
  return marked;
}

std::vector<int> find_orphans(const std::filesystem::path& folder) {
  std::vector<int> pids;
  for (auto const& process : find_marked(mark_of(folder))) {
    if (process.is_leader || !process.id.starts_with(kMarkName)) continue;
    // No other process gets the number while it is that of a session.
    auto const master = read_stat(process.session);
    if (master ? master->state == 'Z' : is_gone(process.session)) pids.push_back(process.pid);
  }
  return pids;
}

std::size_t kill_orphans(const std::filesystem::path& folder) {
  auto const pids = find_orphans(folder);
  for (auto const pid : pids) ::kill(pid, SIGKILL);
  return pids.size();
}

Async<std::uint16_t> wait_for_port(
    std::filesystem::path folder, std::string host, std::uint16_t port
) {
  constexpr milliseconds kLook{20};
  constexpr milliseconds kClosing{2'000};
  for (milliseconds waited{0};; waited += kLook) {
    auto free = check_port(host, port);
    if (free || free.error().kind() != ErrorKind::conflict) co_return free;
    if (waited >= 2 * kClosing || (waited == kClosing && kill_orphans(folder) == 0))
      co_return port_is_taken(port);
    DAVIT_CO_CHECK(co_await sleep_for(kLook));
  }
}

Result<std::string> find_haproxy(const std::string& program) {
  if (program.find('/') != std::string::npos) {
    if (::access(program.c_str(), X_OK) == 0) return program;
  } else {
    auto const* const path = std::getenv("PATH");
    auto const folders = std::string(path == nullptr ? "" : path) + ":/usr/sbin:/usr/local/sbin";
    for (auto const folder : split(folders, ':')) {
      auto file = std::string(folder) + "/" + program;
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

#include "targets/local/process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/crypto.h"
#include "base/strings.h"
#include "targets/local/numbers.h"

namespace davit::local {
namespace {

// "A1B2/davitd-3" of the mark A1B2 gives davitd-3.
std::optional<std::string> marked_id(std::string_view environment, std::string_view mark) {
  auto const marker = fmt::format("{}={}/", kTaskVariable, mark);
  for (auto const variable : split(environment, '\0')) {
    if (variable.starts_with(marker)) return std::string(variable.substr(marker.size()));
  }
  return {};
}

}  // namespace

std::optional<std::string> read_proc(const std::string& path, std::size_t most) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file(
      std::fopen(path.c_str(), "re"), std::fclose
  );
  if (!file) return {};
  std::string text;
  std::array<char, 4096> piece{};
  while (text.size() < most) {
    auto const count = std::fread(piece.data(), 1, piece.size(), file.get());
    if (count == 0) break;
    text.append(piece.data(), count);
  }
  return text;
}

std::optional<ProcessStat> read_stat(int pid) {
  auto const text = read_proc(fmt::format("/proc/{}/stat", pid));
  // The name, second, stands in parentheses and may contain some.
  auto const close = text ? text->rfind(") ") : std::string::npos;
  if (close == std::string::npos) return {};
  auto const fields = split(std::string_view(*text).substr(close + 2), ' ');
  // Numbered from 1 in proc(5): 3 is the state, 6 the session, 22 the start.
  constexpr std::size_t kState = 0;
  constexpr std::size_t kSession = 3;
  constexpr std::size_t kStart = 19;
  if (fields.size() <= kStart || fields[kState].empty()) return {};
  auto const session = to_number<int>(fields[kSession]);
  auto const started = to_number<std::uint64_t>(fields[kStart]);
  if (!session || !started) return {};
  return ProcessStat{fields[kState].front(), *session, *started};
}

Presence presence_of(int pid, std::uint64_t started) {
  if (pid <= 0) return Presence::ended;
  auto const stat = read_stat(pid);
  if (!stat) return is_gone(pid) ? Presence::ended : Presence::unknown;
  auto const is_it = stat->started == started && stat->state != 'Z' && stat->state != 'X';
  return is_it ? Presence::running : Presence::ended;
}

bool runs(int pid, std::uint64_t started) { return presence_of(pid, started) != Presence::ended; }

bool is_gone(int pid) {
  if (pid <= 0) return true;
  if (::kill(pid, 0) == 0) return false;
  if (errno == ESRCH) return true;
  // Another user's, which /proc may hide (hidepid): for us there is none.
  struct stat about{};
  return ::stat(fmt::format("/proc/{}", pid).c_str(), &about) != 0 && errno == ENOENT;
}

void kill_group(int pid, std::uint64_t started) {
  // 0 and 1 would mean our own group, and everybody.
  if (pid <= 1) return;
  auto const stat = read_stat(pid);
  auto const is_its = stat ? stat->started == started : is_gone(pid);
  if (is_its) ::kill(-pid, SIGKILL);
}

std::string mark_of(const std::filesystem::path& folder) {
  constexpr std::size_t kBytes = 9;
  std::error_code error;
  auto const path = std::filesystem::weakly_canonical(folder, error);
  return base64url_encode(sha256(path.string()).substr(0, kBytes));
}

std::vector<MarkedProcess> find_marked(std::string_view mark) {
  std::vector<MarkedProcess> found;
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/proc", error), end; !error && entry != end;
       entry.increment(error)) {
    auto const pid = to_number<int>(entry->path().filename().string());
    // Root could read all of them, and whoever knows the mark could have his processes adopted.
    struct stat about{};
    if (!pid || ::stat(entry->path().c_str(), &about) != 0 || about.st_uid != ::geteuid()) continue;
    auto const environment = read_proc(fmt::format("/proc/{}/environ", *pid));
    auto id = environment ? marked_id(*environment, mark) : std::nullopt;
    auto const stat = id ? read_stat(*pid) : std::nullopt;
    if (!stat || stat->state == 'Z') continue;
    found.push_back({*pid, stat->started, *std::move(id), stat->session == *pid, stat->session});
  }
  return found;
}

}  // namespace davit::local

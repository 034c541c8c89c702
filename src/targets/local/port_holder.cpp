#include "targets/local/port_holder.h"

#include <filesystem>
#include <string>

#include <fmt/format.h>

#include "base/strings.h"
#include "targets/local/process.h"

namespace davit::local {
namespace {

namespace fs = std::filesystem;

// The inode of the socket that listens, from the tables of the kernel (proc(5)): second is the
// address, fourth the state, tenth the inode.
std::string listening_inode(std::uint16_t port) {
  auto const end_of_address = fmt::format(":{:04X}", port);
  for (auto const* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    auto const text = read_proc(table, 4 * 1024 * 1024).value_or("");
    for (auto const line : split(text, '\n')) {
      std::vector<std::string_view> fields;
      for (auto const field : split(line, ' ')) {
        if (!field.empty()) fields.push_back(field);
      }
      constexpr std::string_view kListens = "0A";
      if (fields.size() > 9 && fields[1].ends_with(end_of_address) && fields[3] == kListens)
        return std::string(fields[9]);
    }
  }
  return {};
}

bool has_socket(const fs::path& process, const std::string& name) {
  std::error_code error;
  for (fs::directory_iterator fd(process / "fd", error), end; !error && fd != end;
       fd.increment(error)) {
    std::error_code ignored;
    if (fs::read_symlink(fd->path(), ignored) == name) return true;
  }
  return false;
}

std::string holder_of(std::uint16_t port) {
  auto const inode = listening_inode(port);
  if (inode.empty()) return {};
  auto const name = "socket:[" + inode + "]";
  std::error_code error;
  for (fs::directory_iterator process("/proc", error), end; !error && process != end;
       process.increment(error)) {
    auto const pid = process->path().filename().string();
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    if (!has_socket(process->path(), name)) continue;
    auto const program = read_proc(process->path().string() + "/comm").value_or("");
    return fmt::format(" by {} (pid {})", trim(program.substr(0, program.find('\n'))), pid);
  }
  return " by a process of another user";
}

}  // namespace

Error port_is_taken(std::uint16_t port) {
  return Error(
      ErrorKind::conflict,
      fmt::format("port {} is taken{}: end that, or choose another port", port, holder_of(port))
  );
}

}  // namespace davit::local

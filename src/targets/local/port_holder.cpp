#include "targets/local/port_holder.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::local {
namespace {

namespace fs = std::filesystem;

std::string read_start(const std::string& path, std::size_t most) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file(
      std::fopen(path.c_str(), "re"), std::fclose
  );
  if (!file) return {};
  std::string text(most, '\0');
  text.resize(std::fread(text.data(), 1, most, file.get()));
  return text;
}

// The inode of the socket that listens, from the tables of the kernel (proc(5)): second is the
// address, fourth the state, tenth the inode.
std::string listening_inode(std::uint16_t port) {
  auto const end_of_address = fmt::format(":{:04X}", port);
  for (auto const* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    auto const text = read_start(table, 4 * 1024 * 1024);
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
    auto const program = read_start(process->path().string() + "/comm", 64);
    return fmt::format(" by {} (pid {})", trim(program.substr(0, program.find('\n'))), pid);
  }
  return " by a process of another user";
}

}  // namespace

Result<std::uint16_t> check_port(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1)
    return Error(ErrorKind::invalid_input, "'" + host + "' is no IPv4 address to listen on");
  auto const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return Error(ErrorKind::unavailable, "no descriptor is left for a socket");
  // As HAProxy does: connections that ended a moment ago do not count.
  int const on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  auto const bound =
      ::bind(fd, raw, size) == 0 && ::listen(fd, 1) == 0 && ::getsockname(fd, raw, &size) == 0;
  auto const code = errno;
  ::close(fd);
  if (bound) return ntohs(address.sin_port);
  if (code == EACCES) {
    return Error(
        ErrorKind::forbidden, fmt::format("only root may listen on port {}: choose another", port)
    );
  }
  return Error(ErrorKind::conflict, fmt::format("port {} is taken", port));
}

Error port_is_taken(std::uint16_t port) {
  return Error(
      ErrorKind::conflict,
      fmt::format("port {} is taken{}: end that, or choose another port", port, holder_of(port))
  );
}

}  // namespace davit::local

#include "targets/local/ports.h"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

namespace davit::local {
namespace {

constexpr const char* kLoopback = "127.0.0.1";

}  // namespace

Result<std::uint16_t> check_port(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1)
    return Error(ErrorKind::invalid_input, "'" + host + "' is no IPv4 address to listen on");
  auto const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return Error(ErrorKind::unavailable, "no descriptor is left for a socket");
  // As servers do: connections that ended a moment ago do not count. One that is chosen for us is
  // to be free of those as well.
  int const reuses = port == 0 ? 0 : 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuses, sizeof reuses);
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
  if (code == EADDRNOTAVAIL) {
    return Error(ErrorKind::invalid_input, fmt::format("{} is no address of this machine", host));
  }
  return Error(ErrorKind::conflict, fmt::format("port {} is taken", port));
}

Result<std::uint16_t> free_port() { return check_port(kLoopback, 0); }

bool is_free(std::uint16_t port) { return check_port(kLoopback, port).has_value(); }

}  // namespace davit::local

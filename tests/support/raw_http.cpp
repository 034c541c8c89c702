#include "support/raw_http.h"

#include <arpa/inet.h>
#include <charconv>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::testing {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int open_listener(std::uint16_t& port) {
  int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd, 64) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::abort();
  }
  port = ntohs(address.sin_port);
  return fd;
}

void set_options(int fd) {
  timeval const patience{kPatience.count(), 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  int const on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

std::size_t to_size(std::string_view digits, int base) {
  std::size_t size = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), size, base);
  return size;
}

}  // namespace

RawSocket::RawSocket(std::uint16_t port, int receive_bytes)
    : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  set_options(descriptor_);
  if (receive_bytes > 0) {
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
  }
  auto const address = loopback(port);
  if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close();
  }
}

RawSocket RawSocket::adopt(int descriptor) {
  RawSocket socket;
  socket.descriptor_ = descriptor;
  set_options(descriptor);
  return socket;
}

RawSocket::~RawSocket() { close(); }
RawSocket::RawSocket(RawSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), input_(std::move(other.input_)) {}

bool RawSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    auto const sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawSocket::send_bytewise(std::string_view bytes) {
  for (char const byte : bytes) {
    if (!send({&byte, 1})) return false;
  }
  return true;
}

bool RawSocket::fill() {
  char buffer[16 * 1024];
  auto const size = ::recv(descriptor_, buffer, sizeof buffer, 0);
  if (size <= 0) return false;
  input_.append(buffer, static_cast<std::size_t>(size));
  return true;
}

std::optional<std::string> RawSocket::read_to(std::string_view marker) {
  for (;;) {
    if (auto const at = input_.find(marker); at != std::string::npos) {
      return read_exactly(at + marker.size());
    }
    if (!fill()) return std::nullopt;
  }
}

std::optional<std::string> RawSocket::read_exactly(std::size_t size) {
  while (input_.size() < size) {
    if (!fill()) return std::nullopt;
  }
  auto bytes = input_.substr(0, size);
  input_.erase(0, size);
  return bytes;
}

std::optional<RawResponse> RawSocket::read_response(bool to_head) {
  auto const head = read_to("\r\n\r\n");
  if (!head) return std::nullopt;
  RawResponse response;
  auto const lines = split(*head, '\n');
  auto const words = split(lines[0], ' ');
  if (words.size() < 2) return std::nullopt;
  response.version = words[0];
  response.status = static_cast<int>(to_size(words[1], 10));
  for (std::size_t i = 1; i < lines.size(); ++i) {
    auto const colon = lines[i].find(':');
    if (colon == std::string_view::npos) continue;
    auto value = lines[i].substr(colon + 1);
    value.remove_suffix(1);  // CR
    response.headers.add(lines[i].substr(0, colon), value);
  }
  auto const status = response.status;
  if (to_head || status < 200 || status == 204 || status == 304) return response;
  if (auto const length = response.headers.get("Content-Length")) {
    auto body = read_exactly(to_size(*length, 10));
    if (!body) return std::nullopt;
    response.body = *std::move(body);
  } else if (response.headers.has_token("Transfer-Encoding", "chunked")) {
    for (;;) {
      auto const line = read_to("\r\n");
      auto const size = line ? to_size(*line, 16) : 0;
      auto const chunk = line ? read_exactly(size + 2) : std::nullopt;
      if (!chunk || !chunk->ends_with("\r\n")) return std::nullopt;
      if (size == 0) break;
      response.body.append(*chunk, 0, size);
    }
  } else {
    response.body = read_to_end();
  }
  return response;
}

std::string RawSocket::read_to_end() {
  while (fill()) {
  }
  return std::exchange(input_, {});
}

bool RawSocket::ends() {
  if (!input_.empty()) return false;
  char byte = 0;
  auto const size = ::recv(descriptor_, &byte, 1, 0);
  return size == 0 || (size < 0 && errno == ECONNRESET);
}

void RawSocket::half_close() { ::shutdown(descriptor_, SHUT_WR); }

void RawSocket::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

RawServer::RawServer(std::function<void(RawSocket&)> serve) : listening_(open_listener(port_)) {
  thread_ = std::thread([this, serve = std::move(serve)] {
    for (;;) {
      int const fd = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      ++accepted_;
      auto socket = RawSocket::adopt(fd);
      serve(socket);
    }
  });
}

RawServer::~RawServer() {
  ::shutdown(listening_, SHUT_RDWR);  // wakes `accept`
  thread_.join();
  ::close(listening_);
}

std::string RawServer::url(std::string_view path) const {
  return fmt::format("http://127.0.0.1:{}{}", port_, path);
}

std::uint16_t free_port() {
  std::uint16_t port = 0;
  ::close(open_listener(port));
  return port;
}

bool eventually(const std::function<bool()>& holds) {
  auto const limit = std::chrono::steady_clock::now() + kPatience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace davit::testing

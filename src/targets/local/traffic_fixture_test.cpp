// What traffic_fixture.h and haproxy_fixture.h declare.
#include "targets/local/traffic_fixture.h"

#include <arpa/inet.h>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "targets/local/haproxy_fixture.h"

namespace davit::local {

bool write_all(int fd, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    auto const count = ::send(fd, text.data() + done, text.size() - done, MSG_NOSIGNAL);
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::size_t length_in(const std::string& head) {
  auto const place = head.find("ontent-");
  if (place == std::string::npos) return 0;
  for (auto const* name : {"content-length: ", "Content-Length: "}) {
    auto const found = head.find(name);
    if (found != std::string::npos) return std::strtoul(head.c_str() + found + 16, nullptr, 10);
  }
  return 0;
}

// One message, with a body of the length it says; empty when the other end closed.
std::string read_message(int fd, std::string& rest) {
  std::array<char, 4096> piece{};
  while (true) {
    auto const end = rest.find("\r\n\r\n");
    if (end != std::string::npos) {
      auto const size = end + 4 + length_in(rest.substr(0, end + 2));
      if (rest.size() >= size) {
        auto message = rest.substr(0, size);
        rest.erase(0, size);
        return message;
      }
    }
    auto const count = ::recv(fd, piece.data(), piece.size(), 0);
    if (count <= 0) return {};
    rest.append(piece.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

FakeTask::FakeTask(std::string name) : name_(std::move(name)) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(::bind(fd_, raw, size), 0);
  EXPECT_EQ(::listen(fd_, 128), 0);
  EXPECT_EQ(::getsockname(fd_, raw, &size), 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { accept_all(); });
}

FakeTask::~FakeTask() { close(); }

void FakeTask::close() {
  if (is_closing_.exchange(true)) return;
  ::shutdown(fd_, SHUT_RDWR);
  thread_.join();
  ::close(fd_);
  while (running_ > 0) std::this_thread::sleep_for(1ms);
}

void FakeTask::accept_all() {
  while (true) {
    auto const fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    ++running_;
    std::thread([this, fd] {
      serve(fd);
      --running_;
    }).detach();
  }
}

void FakeTask::serve(int fd) {
  timeval const limit{.tv_sec = 0, .tv_usec = 200'000};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  std::string rest;
  auto const request = read_message(fd, rest);
  auto const from = request.find(' ') + 1;
  auto const path = request.substr(from, request.find(' ', from) - from);
  if (path == "/stream") {
    bool more = write_all(
        fd,
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
        "transfer-encoding: chunked\r\n\r\n"
    );
    while (more && !is_closing_) {
      more = write_all(fd, "8\r\ndata: x\n\r\n");
      std::this_thread::sleep_for(20ms);
    }
  } else if (!request.empty()) {
    auto const body = name_ + " " + path;
    auto const status = path == "/fail" ? "500 Wrong" : "200 OK";
    write_all(
        fd,
        std::string("HTTP/1.1 ") + status +
            "\r\nserver: fake\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + body
    );
  }
  ::shutdown(fd, SHUT_WR);
  std::array<char, 256> piece{};
  while (!is_closing_ && ::recv(fd, piece.data(), piece.size(), 0) > 0) continue;
  ::close(fd);
}

Connection::Connection(std::uint16_t port) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  timeval const limit{.tv_sec = 5, .tv_usec = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  auto const address = loopback(port);
  is_open_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

Connection::~Connection() { ::close(fd_); }

bool Connection::send(const std::string& path, const std::string& method) {
  auto const* const body = method == "POST" ? "content-length: 2\r\n\r\n{}" : "\r\n";
  return write_all(fd_, method + " " + path + " HTTP/1.1\r\nhost: mcp.test\r\n" + body);
}

std::string Connection::ask(const std::string& path) {
  if (!is_open_ || !send(path)) return {};
  auto answer = read_message(fd_, rest_);
  if (answer.empty() || answer.find("connection: close") != std::string::npos) is_open_ = false;
  return answer;
}

std::size_t Connection::read_some() {
  std::array<char, 4096> piece{};
  auto const count = ::recv(fd_, piece.data(), piece.size(), 0);
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

std::string body_of(const std::string& answer) {
  auto const end = answer.find("\r\n\r\n");
  return end == std::string::npos ? std::string() : answer.substr(end + 4);
}

// The workers of a master.
std::vector<int> workers_of(int master) {
  std::ifstream in(fmt::format("/proc/{0}/task/{0}/children", master));
  return {std::istream_iterator<int>(in), {}};
}

// SIGSTOP, which takes effect a while after it was sent.
void freeze(const std::vector<int>& pids) {
  for (auto const pid : pids) ASSERT_EQ(::kill(pid, SIGSTOP), 0);
  auto const is_frozen = [](int pid) {
    auto const stat = read_stat(pid);
    return stat && stat->state == 'T';
  };
  for (int i = 0; i < 500 && !std::ranges::all_of(pids, is_frozen); ++i)
    std::this_thread::sleep_for(10ms);
  ASSERT_TRUE(std::ranges::all_of(pids, is_frozen));
}

}  // namespace davit::local

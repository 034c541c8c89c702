// A server for the tests of the supervisor: answers every path with 200 and the release. /slow
// takes 400 ms, and says in the log that it has begun; /metrics has a counter. It drains on SIGTERM
// as davitd does: what runs is answered, and then it ends; a second SIGTERM ends it at once.
// SIGUSR1 makes it answer 503.
//   test_task --port=N [--admin-port=N] [--die=WORDS] [--deaf] [--sick] [--chatty] [--errors]
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace {

std::atomic<bool> is_ending = false;
std::atomic<int> running = 0;
std::atomic<bool> is_sick = false;
bool has_errors = false;
std::atomic<int> asked = 0;

void answer(int connection) {
  std::array<char, 4096> bytes{};
  auto const count = ::recv(connection, bytes.data(), bytes.size(), 0);
  std::string_view const request(bytes.data(), count < 0 ? 0 : static_cast<std::size_t>(count));
  auto const has = [&request](std::string_view path) {
    return request.find(path) != std::string_view::npos;
  };
  if (has(" /slow ")) {
    std::printf("asked slowly\n");
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
  }
  std::string body = "ok";
  if (has(" /metrics ")) {
    body = "davit_mcp_requests_total{outcome=\"protocol_error\"} " +
           std::to_string(has_errors ? 7 + asked++ : 0) + "\n";
  }
  auto const* const release = std::getenv("DAVIT_RELEASE");
  auto const text = std::string("HTTP/1.1 ") + (is_sick ? "503 No" : "200 OK") +
                    "\r\nConnection: close\r\nDavit-Release: " + (release ? release : "") +
                    "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  (void)!::write(connection, text.data(), text.size());
  ::close(connection);
  --running;
}

int listen_at(std::uint16_t port) {
  int const listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int const on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::exit(4);
  ::listen(listener, 100);
  return listener;
}

std::uint16_t number_in(std::string_view argument) {
  return static_cast<std::uint16_t>(std::atoi(argument.substr(argument.find('=') + 1).data()));
}

}  // namespace

int main(int argc, char** argv) {
  std::uint16_t port = 0;
  std::uint16_t admin_port = 0;
  auto is_deaf = false;
  auto is_chatty = false;
  for (int i = 1; i < argc; ++i) {
    std::string_view const argument(argv[i]);
    if (argument.starts_with("--port=")) {
      port = number_in(argument);
    } else if (argument.starts_with("--admin-port=")) {
      admin_port = number_in(argument);
    } else if (argument.starts_with("--die=")) {
      std::fprintf(stderr, "first words\n%s\n", argument.substr(6).data());
      return 3;
    } else if (argument == "--deaf") {
      is_deaf = true;
    } else if (argument == "--sick") {
      is_sick = true;
    } else if (argument == "--chatty") {
      is_chatty = true;
    } else if (argument == "--errors") {
      has_errors = true;
    }
  }
  std::signal(SIGTERM, is_deaf ? SIG_IGN : [](int) {
    if (is_ending.exchange(true)) ::_exit(130);
  });
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGUSR1, [](int) { is_sick = true; });
  std::array<pollfd, 2> listeners{{{listen_at(port), POLLIN, 0}, {-1, POLLIN, 0}}};
  if (admin_port != 0) listeners[1].fd = listen_at(admin_port);
  std::printf("listening\n");
  std::fflush(stdout);
  while (!is_ending) {
    if (is_chatty) std::printf("chat %s\n", std::string(100, '.').c_str());
    if (::poll(listeners.data(), listeners.size(), is_chatty ? 1 : 10) <= 0) continue;
    for (auto const& listener : listeners) {
      if ((listener.revents & POLLIN) == 0) continue;
      ++running;
      std::thread(answer, ::accept(listener.fd, nullptr, nullptr)).detach();
    }
  }
  ::close(listeners[0].fd);
  while (running > 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return 0;
}

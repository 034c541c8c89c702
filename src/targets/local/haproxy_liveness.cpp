#include "targets/local/haproxy_liveness.h"

#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include "async/gather.h"
#include "async/socket.h"
#include "base/posix.h"
#include "targets/local/runtime_socket.h"

namespace davit::local {
namespace {

// No request, so that no task gets it and nothing is counted: HAProxy answers 400 by itself.
constexpr const char* kNoRequest = "?\r\n\r\n";

Async<> exchange(Socket* socket, std::string host, std::uint16_t port, Duration limit) {
  DAVIT_CO_CHECK(co_await socket->connect_tcp(std::move(host), port, limit));
  DAVIT_CO_CHECK(co_await socket->write_all(kNoRequest));
  std::array<char, 64> piece{};
  DAVIT_CO_CHECK(co_await socket->read_some(piece));
  co_return Result<>();
}

}  // namespace

bool is_silence(const Error& error) {
  if (error.kind() == ErrorKind::timeout) return true;
  // The runtime socket is a file that may be missing, and says EAGAIN while its backlog is full.
  for (auto const code : {ECONNREFUSED, ECONNRESET, EPIPE, ETIMEDOUT, ENOENT, EAGAIN}) {
    if (error.message().ends_with(errno_text(code))) return true;
  }
  return false;
}

HaproxyLiveness::HaproxyLiveness(
    Executor executor, std::filesystem::path socket, std::string host, Liveness options
)
    : executor_(std::move(executor)),
      socket_(std::move(socket)),
      host_(host == "0.0.0.0" ? "127.0.0.1" : std::move(host)),
      options_(options) {}

Async<> HaproxyLiveness::ask_socket() {
  auto const said =
      co_await with_timeout(ask_haproxy(executor_, socket_, "show info"), options_.limit);
  is_silent_ = !said && is_silence(said.error());
  if (said || said.error().kind() == ErrorKind::protocol) co_return Result<>();
  co_return said.error();
}

Async<> HaproxyLiveness::ask_port(std::uint16_t port) {
  Socket socket(executor_);
  auto asked = exchange(&socket, host_, port, options_.limit);
  co_return co_await with_timeout(std::move(asked), options_.limit);
}

// An attempt that fails sooner lasts its limit, too: how long nothing has answered is what counts.
Async<bool> HaproxyLiveness::nothing_answers(std::uint16_t port) {
  std::vector<Async<>> questions;
  questions.push_back(ask_socket());
  questions.push_back(ask_port(port));
  questions.push_back(sleep_for(options_.limit));
  DAVIT_CO_TRY(auto const outcomes, co_await gather(std::move(questions)));
  auto const is_silent = [](const Result<>& asked) { return !asked && is_silence(asked.error()); };
  co_return is_silent(outcomes[0]) && is_silent(outcomes[1]);
}

Async<bool> HaproxyLiveness::hangs(std::uint16_t port) {
  auto const first = co_await ask_socket();
  if (first) co_return false;
  if (first.error().kind() == ErrorKind::cancelled) co_return first.error();
  if (!is_silent_) co_return false;
  for (int attempt = 0; attempt < options_.attempts; ++attempt) {
    if (attempt > 0) DAVIT_CO_CHECK(co_await sleep_for(options_.between));
    DAVIT_CO_TRY(auto const silent, co_await nothing_answers(port));
    if (!silent) co_return false;
  }
  co_return true;
}

}  // namespace davit::local

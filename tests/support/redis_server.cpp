#include "support/redis_server.h"

#include <csignal>
#include <fstream>
#include <sys/types.h>
#include <utility>

#include <fmt/format.h>

#include "support/raw_http.h"

namespace davit::testing {

RedisServer::RedisServer(std::vector<std::string> more_options)
    : more_options_(std::move(more_options)) {
  // Somebody else may take the free port first.
  for (int attempt = 0; attempt < 3; ++attempt) {
    port_ = free_port();
    start();
    if (problem_.empty()) return;
  }
}

RedisServer::~RedisServer() = default;

std::string RedisServer::url() const { return fmt::format("redis://127.0.0.1:{}", port_); }

std::string RedisServer::unix_path() const { return directory_.path() / "redis.sock"; }

void RedisServer::pause() { signal(SIGSTOP); }
void RedisServer::resume() { signal(SIGCONT); }

void RedisServer::stop() { child_.reset(); }

void RedisServer::start() {
  child_.reset();
  auto const output = directory_.path() / "redis.log";
  std::vector<std::string> command = {
      "redis-server",
      "--bind",
      "127.0.0.1",
      "--port",
      std::to_string(port_),
      "--unixsocket",
      unix_path(),
      "--save",
      "",
      "--appendonly",
      "no",
      "--dir",
      directory_.path(),
      "--pidfile",
      directory_.path() / "redis.pid"
  };
  command.insert(command.end(), more_options_.begin(), more_options_.end());
  child_ = std::make_unique<Child>(command, output);
  if (!child_->started()) {
    problem_ = "redis-server is not installed (make setup)";
  } else if (!eventually([this] { return answers(); })) {
    problem_ = "redis-server does not answer:\n" + child_->output();
  } else {
    problem_.clear();
  }
}

void RedisServer::signal(int number) const {
  pid_t pid = 0;
  if (std::ifstream(directory_.path() / "redis.pid") >> pid && pid > 0) ::kill(pid, number);
}

// Whatever it says: with a password it is an error.
bool RedisServer::answers() const {
  RawSocket socket(port_);
  return socket.send("PING\r\n") && socket.read_to("\r\n").has_value();
}

}  // namespace davit::testing

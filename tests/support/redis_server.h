// RedisServer: a real redis-server on loopback, without anything on disk, that a test may pause,
// stop and start again.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "support/child.h"

namespace davit::testing {

class RedisServer {
 public:
  // Starts. `more_options` go to its command line: {"--requirepass", "secret"}.
  explicit RedisServer(std::vector<std::string> more_options = {});
  // Kills it.
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  // Empty when it answers; otherwise why not: not installed, or what it printed.
  const std::string& problem() const { return problem_; }
  std::uint16_t port() const { return port_; }
  // "redis://127.0.0.1:port".
  std::string url() const;
  // Where it listens too.
  std::string unix_path() const;

  // It keeps its connections and answers nothing, until `resume`.
  void pause();
  void resume();

  // Kills it, with all it knows.
  void stop();
  // A new one on the same port; waits until it answers.
  void start();

 private:
  void signal(int number) const;
  bool answers() const;

  TemporaryDirectory directory_;
  std::vector<std::string> more_options_;
  std::uint16_t port_ = 0;
  std::string problem_;
  std::unique_ptr<Child> child_;
};

}  // namespace davit::testing

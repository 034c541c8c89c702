// TestServer: an http::Server on loopback with a loop and a thread of its own, so that a test can
// be a blocking client.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/server.h"

namespace davit::testing {

class TestServer {
 public:
  // Answers requests on the loop thread. It must not be a lambda that is a coroutine, but may
  // return one.
  using Handle = std::function<Async<http::Response>(http::Request)>;

  explicit TestServer(Handle handle, http::ServerOptions options = {});
  // Stops without grace.
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  std::uint16_t port() const;
  // "http://127.0.0.1:port/path"; https when it has a certificate.
  std::string url(std::string_view path) const;

  // Runs `work` on the loop thread and waits until it is done.
  void on_loop(const std::function<void()>& work);
  // The value of a counter.
  std::int64_t count(std::string_view name, std::string_view label = {});
  std::int64_t rejected(std::string_view reason);
  // What was logged so far.
  std::string log();

  // Begins Server::stop. `stopped` waits for its end.
  void begin_stop(Duration grace);
  void wait_until_stopped();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace davit::testing

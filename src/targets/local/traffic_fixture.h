// Tasks that only answer, and clients that ask, on blocking sockets of their own: tests of HAProxy
// look at bytes and connections.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace davit::local {

using namespace std::chrono_literals;

bool write_all(int fd, const std::string& text);
std::string body_of(const std::string& answer);

// A task: it answers with its name and the path, /stream with an event each 20 ms until it goes.
class FakeTask {
 public:
  explicit FakeTask(std::string name);
  ~FakeTask();
  void close();
  std::uint16_t port() const { return port_; }

 private:
  void accept_all();
  void serve(int fd);

  std::string name_;
  int fd_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> is_closing_{false};
  std::thread thread_;
  std::atomic<int> running_{0};
};

class Connection {
 public:
  explicit Connection(std::uint16_t port);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool is_open() const { return is_open_; }
  bool send(const std::string& path, const std::string& method = "POST");
  std::string ask(const std::string& path);
  std::size_t read_some();

 private:
  int fd_ = -1;
  bool is_open_ = false;
  std::string rest_;
};

// Clients that ask over kept connections, and come back only when they are told to.
class Load {
 public:
  Load(std::uint16_t port, int clients) : port_(port) {
    for (int i = 0; i < clients; ++i) threads_.emplace_back([this] { run(); });
  }
  ~Load() { stop(); }
  void stop() {
    is_stopping_ = true;
    for (auto& one : threads_) {
      if (one.joinable()) one.join();
    }
  }
  std::atomic<int> requests{0};
  std::mutex mutex;
  std::map<std::string, int> failures;

 private:
  void run() {
    auto connection = std::make_unique<Connection>(port_);
    while (!is_stopping_) {
      if (!connection->is_open()) connection = std::make_unique<Connection>(port_);
      auto const answer = connection->ask("/mcp");
      ++requests;
      if (answer.starts_with("HTTP/1.1 200")) continue;
      std::lock_guard const lock(mutex);
      ++failures[answer.empty() ? "closed" : answer.substr(0, 12)];
    }
  }
  std::uint16_t port_;
  std::atomic<bool> is_stopping_{false};
  std::vector<std::thread> threads_;
};

}  // namespace davit::local

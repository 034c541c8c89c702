// `davit up` as a process, with the real HAProxy in front of tasks that an earlier one has left.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/local/client.h"
#include "async/loop.h"
#include "http/client.h"
#include "support/child.h"
#include "targets/local/haproxy_process.h"

namespace davit::app {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

// Somebody else's socket.
class TakenPort {
 public:
  explicit TakenPort(std::uint16_t port);
  ~TakenPort();
  TakenPort(const TakenPort&) = delete;
  TakenPort& operator=(const TakenPort&) = delete;

 private:
  int fd_;
};

class UpTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // `more` is of its one server.
  void write_manifest(const std::string& more);
  // `flags` are of the program that plays a task.
  void make_version(const std::string& release, const std::vector<std::string>& flags = {});
  // What is there after `v1` was released and everything has ended.
  void release_v1(const std::vector<std::string>& flags = {});

  // No file grows beyond `largest_file` bytes, when that is given.
  void start(const std::string& largest_file = "");
  // What it has said.
  std::string said() const;
  // The exit code; minus the signal when one ended it.
  int wait();
  int end(int signal);

  bool wait_until(const std::function<bool()>& is_so);
  bool wait_for_words(std::string_view words);
  bool wait_for_answer();

  std::vector<int> task_pids() const;
  std::optional<local::HaproxyProcess> balancer() const;

  testing::TemporaryDirectory directory_;
  Loop loop_;
  std::unique_ptr<http::Client> client_;
  Place place_;
  std::uint16_t port_ = 0;
  int up_ = 0;

 private:
  fs::path log() const { return directory_.path() / "up.txt"; }
};

}  // namespace davit::app

// A supervisor with real processes and a balancer that only remembers, for tests.
#pragma once

#include <csignal>
#include <filesystem>
#include <functional>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/loop.h"
#include "async/task_scope.h"
#include "base/crypto.h"
#include "json/json.h"
#include "targets/local/files.h"
#include "targets/local/log_files.h"
#include "targets/local/process.h"
#include "targets/local/state.h"
#include "targets/local/supervisor.h"
#include "targets/local/version_json.h"

namespace davit::local {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

// The program that plays a task.
extern const char* const kTestTask;

// What a balancer would know: it outlives the supervisor.
struct FakeBalancer {
  std::vector<Backend> backends;
  std::map<std::string, std::int64_t> sessions;
  std::map<std::string, TaskFigures> figures;
  bool ignores_weights = false;
  bool is_away = false;  // it was killed, and does not come back
  bool is_silent = false;

  std::string weights() const {
    std::string out;
    for (auto const& backend : backends) {
      for (auto const& task : backend.tasks)
        out += fmt::format("{}={}:{} ", task.id, task.release, task.weight);
    }
    return out;
  }
};

class FakeFront final : public Front {
 public:
  explicit FakeFront(FakeBalancer& balancer) : balancer_(balancer) {}
  Async<> start(std::vector<Backend> backends) override { return apply(std::move(backends)); }
  Async<> apply(std::vector<Backend> backends) override {
    if (balancer_.is_away) co_return Error(ErrorKind::unavailable, "HAProxy does not run");
    balancer_.backends = std::move(backends);
    co_return Result<>();
  }
  Async<std::map<std::string, Balancer::Seen>> look() override {
    std::map<std::string, Balancer::Seen> seen;
    for (auto const& backend : balancer_.backends) {
      for (auto const& task : backend.tasks) {
        auto const weight = balancer_.ignores_weights ? 7 : task.weight;
        seen[task.id] = {weight, true, balancer_.sessions[task.id]};
      }
    }
    co_return seen;
  }
  std::map<std::string, TaskFigures> take_figures() override {
    return std::exchange(balancer_.figures, {});
  }
  bool is_running() const override { return !balancer_.is_away; }
  bool answers() const override { return is_running() && !balancer_.is_silent; }
  std::uint16_t port() const override { return 8080; }
  int pid() const override { return 1; }
  Async<> wait() override { return sleep_for(1h); }
  Async<> stop(Duration) override { co_return Result<>(); }

 private:
  FakeBalancer& balancer_;
};

// A request that a task has under way for 400 ms.
class SlowRequest {
 public:
  SlowRequest(Loop& loop, http::Client& client, const fs::path& folder, const TaskRecord& task)
      : loop_(loop), scope_(loop.executor(), log::Logger()) {
    scope_.spawn("request", ask(&client, fmt::format("http://127.0.0.1:{}/slow", task.ports.port)));
    auto const has_it = [&] {
      auto const log = read_file(log_file(folder, task.id), 1 << 20);
      return log && log->find("asked slowly") != log->npos;
    };
    for (int i = 0; i < 500 && !has_it(); ++i) EXPECT_TRUE(loop_.run(sleep_for(10ms)));
    EXPECT_TRUE(has_it());
  }
  // Its status, or -1 when none came.
  int answer() {
    EXPECT_TRUE(loop_.run(scope_.join()));
    return status_;
  }

 private:
  Async<> ask(http::Client* client, std::string url) {
    auto const answer =
        co_await client->send(http::ClientRequest(http::Method::get, std::move(url)));
    status_ = answer ? answer->status : -1;
    co_return Result<>();
  }

  Loop& loop_;
  TaskScope scope_;
  int status_ = 0;
};

class Supervised : public ::testing::Test {
 protected:
  void SetUp() override {
    http::ClientOptions client;
    client.direct = true;
    client_ = http::make_curl_client(loop_.executor(), client);
    options_.folder = folder_;
    options_.first_backoff = 20ms;
    options_.drain = 5s;
    options_.start_limit = 10s;
    options_.settle = 500ms;
  }
  void TearDown() override {
    leave();
    if (auto const state = load_state(folder_)) {
      for (auto const& task : state->tasks) {
        if (task.record.pid > 0) ::kill(-task.record.pid, SIGKILL);
        if (task.record.pid > 0) ::waitpid(task.record.pid, nullptr, 0);
      }
    }
    fs::remove_all(folder_);
  }

  // `flags` are of the program.
  void make(
      const std::string& release,
      const std::vector<std::string>& flags = {},
      bool is_davitd = true,
      const std::vector<std::string>& services = {"davitd"},
      const std::function<void(Service&)>& change = {}
  ) {
    Version version;
    version.release = release;
    for (auto const& name : services) {
      Service service;
      service.name = name;
      service.command = {kTestTask, "--port={port}", "--admin-port={admin_port}"};
      service.command.insert(service.command.end(), flags.begin(), flags.end());
      service.is_davitd = is_davitd;
      if (is_davitd) service.ready = "/ready";
      service.mcp_path = is_davitd ? "" : "/mcp";
      service.servers = {name};
      if (change) change(service);
      version.services.push_back(std::move(service));
    }
    ASSERT_TRUE(make_folder(version_folder(folder_, release)));
    ASSERT_TRUE(write_atomically(
        version_folder(folder_, release) / "version.json", json::to_text(to_json(version))
    ));
  }
  void enter() {
    supervisor_ = std::make_unique<Supervisor>(
        loop_.executor(),
        clock_,
        *client_,
        log::Logger(),
        options_,
        [this]() -> Result<std::unique_ptr<Front>> {
          return std::make_unique<FakeFront>(balancer_);
        }
    );
    scope_ = std::make_unique<TaskScope>(loop_.executor(), log::Logger());
    auto const begun = loop_.run(supervisor_->begin());
    ASSERT_TRUE(begun) << begun.error().message();
    scope_->spawn("supervisor", supervisor_->run());
  }
  // As if it were killed: tasks run on.
  void leave() {
    if (!supervisor_) return;
    EXPECT_TRUE(loop_.run(scope_->stop(0ms)));
    supervisor_.reset();
  }
  template <class T = void>
  std::string failed(Result<T> result) {
    return result ? "" : result.error().message();
  }
  std::string start(const std::string& release, int percent = 100) {
    return failed(loop_.run(with_timeout(supervisor_->start(release, percent), 20s)));
  }
  std::string shift(const std::string& green, const std::string& blue, int percent) {
    return failed(loop_.run(with_timeout(supervisor_->shift(green, blue, percent), 20s)));
  }
  std::string trim(const std::string& release, int percent) {
    return failed(loop_.run(with_timeout(supervisor_->trim(release, percent), 20s)));
  }
  Status status() {
    auto seen = loop_.run(supervisor_->status());
    EXPECT_TRUE(seen);
    return *std::move(seen);
  }
  bool wait_until(const std::function<bool()>& is_so) {
    for (int i = 0; i < 1000 && !is_so(); ++i) EXPECT_TRUE(loop_.run(sleep_for(10ms)));
    return is_so();
  }
  bool all_healthy() {
    auto const now = status();
    return std::ranges::all_of(now.tasks, [](const TaskStatus& task) {
      return task.state == "healthy";
    });
  }
  std::vector<int> pids() {
    std::vector<int> found;
    for (auto const& task : status().tasks) found.push_back(task.record.pid);
    return found;
  }
  static bool is_alive(int pid) {
    auto const stat = read_stat(pid);
    return stat && stat->state != 'Z';
  }

  Loop loop_;
  SystemClock clock_;
  std::unique_ptr<http::Client> client_;
  fs::path folder_ = fs::temp_directory_path() / ("davit-supervisor-" + random_id(6));
  SupervisorOptions options_;
  FakeBalancer balancer_;
  std::unique_ptr<Supervisor> supervisor_;
  std::unique_ptr<TaskScope> scope_;
};

}  // namespace davit::local

// The supervisor with the real balancer in front of real processes.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <sys/wait.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/loop.h"
#include "async/task_scope.h"
#include "base/crypto.h"
#include "json/json.h"
#include "targets/local/files.h"
#include "targets/local/state.h"
#include "targets/local/supervisor.h"
#include "targets/local/version_json.h"

namespace davit::local {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

// Calls without a pause, and counts who answered.
struct Load {
  std::map<std::string, int> answers;  // by release
  std::string failure;
  bool is_over = false;

  Async<> run(http::Client* client, std::string url) {
    while (!is_over) {
      auto const answer = co_await client->send(http::ClientRequest(http::Method::get, url));
      if (!answer)
        failure = answer.error().message();
      else if (answer->status != 200)
        failure = fmt::format("{}: {}", answer->status, answer->body);
      else
        ++answers[std::string(answer->headers.get("Davit-Release").value_or("nobody"))];
      DAVIT_CO_CHECK(co_await sleep_for(2ms));
    }
    co_return Result<>();
  }
};

class Machine : public ::testing::Test {
 protected:
  void SetUp() override {
    http::ClientOptions client;
    client.direct = true;
    client_ = http::make_curl_client(loop_.executor(), client);
    ASSERT_TRUE(make_folder(folder_));
    auto const port = free_port();
    ASSERT_TRUE(port);
    options_.folder = folder_;
    options_.balancer.folder = folder_ / "b";
    options_.balancer.port = *port;
    options_.first_backoff = 20ms;
    options_.drain = 1s;
    for (auto const* release : {"v1", "v2"}) make(release);
    enter();
  }
  void TearDown() override {
    auto const stopped = loop_.run(with_timeout(supervisor_->stop_all(), 15s));
    EXPECT_TRUE(stopped) << stopped.error().message();
    leave();
    fs::remove_all(folder_);
  }
  void make(const std::string& release) {
    Service service;
    service.name = "davitd";
    service.command = {TEST_TASK, "--port={port}"};
    service.is_davitd = true;
    service.ready = "/ready";
    service.servers = {"gitlab"};
    Version const version{release, {service}, ""};
    ASSERT_TRUE(make_folder(version_folder(folder_, release)));
    ASSERT_TRUE(write_atomically(
        version_folder(folder_, release) / "version.json", json::to_text(to_json(version))
    ));
  }
  void enter() {
    supervisor_ =
        std::make_unique<Supervisor>(loop_.executor(), clock_, *client_, log::Logger(), options_);
    scope_ = std::make_unique<TaskScope>(loop_.executor(), log::Logger());
    auto const begun = loop_.run(with_timeout(supervisor_->begin(), 10s));
    ASSERT_TRUE(begun) << begun.error().message();
    scope_->spawn("supervisor", supervisor_->run());
  }
  void leave() {
    EXPECT_TRUE(loop_.run(scope_->stop(0ms)));
    supervisor_.reset();
  }
  std::string done(Async<> what) {
    auto const outcome = loop_.run(with_timeout(std::move(what), 20s));
    return outcome ? "" : outcome.error().message();
  }
  // Who takes tasks over has not asked them yet.
  void wait_until_healthy() {
    auto const is_well = [](const TaskStatus& task) { return task.state == "healthy"; };
    for (int i = 0; i < 500; ++i) {
      auto const status = loop_.run(supervisor_->status());
      if (status && std::ranges::all_of(status->tasks, is_well)) return;
      ASSERT_EQ(done(sleep_for(10ms)), "");
    }
    FAIL() << "a task is not healthy";
  }
  std::string url() const {
    return fmt::format("http://127.0.0.1:{}/gitlab/mcp", options_.balancer.port);
  }

  Loop loop_;
  SystemClock clock_;
  std::unique_ptr<http::Client> client_;
  fs::path folder_ = fs::temp_directory_path() / ("davit-m-" + random_id(6));
  SupervisorOptions options_;
  std::unique_ptr<Supervisor> supervisor_;
  std::unique_ptr<TaskScope> scope_;
};

TEST_F(Machine, NoRequestIsLostFromVersionToVersion) {
  ASSERT_EQ(done(supervisor_->start("v1", 100)), "");
  ASSERT_EQ(done(supervisor_->shift("v1", "", 100)), "");
  Load load;
  TaskScope clients(loop_.executor(), log::Logger());
  for (int i = 0; i < 4; ++i) clients.spawn("client", load.run(client_.get(), url()));
  ASSERT_EQ(done(sleep_for(100ms)), "");
  ASSERT_EQ(done(supervisor_->start("v2", 100)), "");
  EXPECT_EQ(load.answers["v2"], 0);
  ASSERT_EQ(done(supervisor_->shift("v2", "v1", 50)), "");
  ASSERT_EQ(done(sleep_for(300ms)), "");
  EXPECT_GT(load.answers["v2"], 0);
  ASSERT_EQ(done(supervisor_->shift("v2", "v1", 100)), "");
  ASSERT_EQ(done(sleep_for(50ms)), "");
  auto const old = load.answers["v1"];
  ASSERT_EQ(done(supervisor_->trim("v1", 0)), "");
  ASSERT_EQ(done(sleep_for(100ms)), "");
  load.is_over = true;
  ASSERT_EQ(done(clients.join()), "");
  EXPECT_EQ(load.failure, "");
  EXPECT_EQ(load.answers["v1"], old);
  EXPECT_EQ(load.answers.count("nobody"), 0u);
  auto const measured = loop_.run(supervisor_->measure("v2"));
  ASSERT_TRUE(measured);
  EXPECT_GT(measured->requests.value_or(0), 0);
  EXPECT_EQ(measured->errors_5xx, 0);
}

TEST_F(Machine, TrafficFlowsWithoutASupervisor) {
  ASSERT_EQ(done(supervisor_->start("v1", 100)), "");
  ASSERT_EQ(done(supervisor_->shift("v1", "", 100)), "");
  auto const before = loop_.run(supervisor_->status());
  leave();
  Load load;
  TaskScope clients(loop_.executor(), log::Logger());
  clients.spawn("client", load.run(client_.get(), url()));
  ASSERT_EQ(done(sleep_for(200ms)), "");
  enter();
  ASSERT_EQ(done(sleep_for(200ms)), "");
  load.is_over = true;
  ASSERT_EQ(done(clients.join()), "");
  EXPECT_EQ(load.failure, "");
  EXPECT_GT(load.answers["v1"], 10);
  auto const after = loop_.run(supervisor_->status());
  ASSERT_TRUE(before && after);
  EXPECT_EQ(after->balancer_pid, before->balancer_pid);
  EXPECT_EQ(after->tasks.size(), 2u);
  for (auto const& task : after->tasks) EXPECT_GT(task.weight, 0) << task.record.id;
}

// As it is when a supervisor is killed between the start of HAProxy and the note of its pid; or
// when that note is of the one before.
TEST_F(Machine, ABalancerWhosePidWasNotWrittenDownIsTakenOver) {
  ASSERT_EQ(done(supervisor_->start("v1", 100)), "");
  ASSERT_EQ(done(supervisor_->shift("v1", "", 100)), "");
  auto const before = loop_.run(supervisor_->status());
  ASSERT_TRUE(before);
  auto const note = options_.balancer.folder / "haproxy.json";
  for (auto const* text : {"", "{\"pid\": 4194305, \"started\": 1, \"port\": 80}\n"}) {
    leave();
    ASSERT_TRUE(fs::remove(note)) << "nothing was written down at all";
    if (*text != '\0') ASSERT_TRUE(write_atomically(note, text));
    enter();
    auto const after = loop_.run(supervisor_->status());
    ASSERT_TRUE(after);
    EXPECT_EQ(after->balancer_pid, before->balancer_pid);
    EXPECT_EQ(after->port, before->port);
    wait_until_healthy();
    ASSERT_EQ(done(supervisor_->shift("v1", "", 100)), "") << "it does as it is told";
    auto const answer = loop_.run(client_->send(http::ClientRequest(http::Method::get, url())));
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->status, 200);
  }
}

// It takes connections and answers none, which only checks that wait for an answer see.
TEST_F(Machine, AVersionThatHangsIsMeasured) {
  ASSERT_EQ(done(supervisor_->start("v1", 100)), "");
  ASSERT_EQ(done(supervisor_->shift("v1", "", 100)), "");
  ASSERT_EQ(done(supervisor_->start("v2", 100)), "");
  ASSERT_EQ(done(supervisor_->shift("v2", "v1", 100)), "");
  auto const status = loop_.run(supervisor_->status());
  ASSERT_TRUE(status);
  for (auto const& task : status->tasks) {
    if (task.record.release == "v2") ::kill(task.record.pid, SIGSTOP);
  }
  std::int64_t errors = 0;
  std::int64_t unhealthy = 0;
  for (int i = 0; i < 150 && (errors == 0 || unhealthy < 2); ++i) {
    http::ClientRequest request(http::Method::get, url());
    request.timeout = 50ms;
    (void)loop_.run(client_->send(std::move(request)));
    ASSERT_EQ(done(sleep_for(50ms)), "");
    auto const measured = loop_.run(supervisor_->measure("v2"));
    ASSERT_TRUE(measured);
    errors += measured->errors_5xx.value_or(0);
    unhealthy = measured->unhealthy.value_or(0);
  }
  EXPECT_GT(errors, 0);
  EXPECT_EQ(unhealthy, 2);
  EXPECT_EQ(loop_.run(supervisor_->measure("v1"))->errors_5xx, 0);
}

TEST_F(Machine, AKilledBalancerComesBackWithItsWeights) {
  ASSERT_EQ(done(supervisor_->start("v1", 100)), "");
  ASSERT_EQ(done(supervisor_->shift("v1", "", 100)), "");
  ::kill(loop_.run(supervisor_->status())->balancer_pid, SIGKILL);
  auto is_back = false;
  for (int i = 0; i < 300 && !is_back; ++i) {
    ASSERT_EQ(done(sleep_for(20ms)), "");
    auto const answer = loop_.run(client_->send(http::ClientRequest(http::Method::get, url())));
    is_back = answer && answer->status == 200;
  }
  EXPECT_TRUE(is_back);
}

// A release has been begun when HAProxy stops to answer, as with SIGSTOP.
TEST_F(Machine, AReleaseGoesOnWhenTheBalancerHangs) {
  leave();
  options_.balancer.liveness = {.between = 100ms, .limit = 150ms, .attempts = 3};
  enter();
  ASSERT_EQ(done(supervisor_->start("v1", 100)), "");
  ASSERT_EQ(done(supervisor_->shift("v1", "", 100)), "");
  std::string const steps[] = {"start", "shift", "trim"};
  for (auto const& step : steps) {
    auto const before = loop_.run(supervisor_->status())->balancer_pid;
    ASSERT_EQ(::kill(-before, SIGSTOP), 0);
    if (step == "start") ASSERT_EQ(done(supervisor_->start("v2", 100)), "");
    if (step == "shift") ASSERT_EQ(done(supervisor_->shift("v2", "v1", 100)), "");
    if (step == "trim") ASSERT_EQ(done(supervisor_->trim("v1", 0)), "");
    auto const after = loop_.run(supervisor_->status());
    ASSERT_TRUE(after);
    EXPECT_NE(after->balancer_pid, before) << step;
    auto const answer = loop_.run(client_->send(http::ClientRequest(http::Method::get, url())));
    ASSERT_TRUE(answer) << step << ": " << answer.error().message();
    EXPECT_EQ(answer->status, 200) << step;
    EXPECT_EQ(answer->headers.get("Davit-Release"), step == "start" ? "v1" : "v2");
  }
}

}  // namespace
}  // namespace davit::local

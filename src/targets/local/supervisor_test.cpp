#include "targets/local/supervisor.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sys/wait.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/loop.h"
#include "async/task_scope.h"
#include "base/crypto.h"
#include "json/json.h"
#include "targets/local/files.h"
#include "targets/local/process.h"
#include "targets/local/state.h"
#include "targets/local/version_json.h"

namespace davit::local {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

// What a balancer would know: it outlives the supervisor.
struct FakeBalancer {
  std::vector<Backend> backends;
  std::map<std::string, std::int64_t> sessions;
  std::map<std::string, TaskFigures> figures;
  bool ignores_weights = false;

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
  bool is_running() const override { return true; }
  std::uint16_t port() const override { return 8080; }
  int pid() const override { return 1; }
  Async<> wait() override { return sleep_for(1h); }
  Async<> stop(Duration) override { co_return Result<>(); }

 private:
  FakeBalancer& balancer_;
};

Async<> ask(http::Client* client, std::string url, int* status) {
  auto const answer = co_await client->send(http::ClientRequest(http::Method::get, std::move(url)));
  *status = answer ? answer->status : -1;
  co_return Result<>();
}

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
      const std::vector<std::string>& services = {"davitd"}
  ) {
    Version version;
    version.release = release;
    for (auto const& name : services) {
      Service service;
      service.name = name;
      service.command = {TEST_TASK, "--port={port}", "--admin-port={admin_port}"};
      service.command.insert(service.command.end(), flags.begin(), flags.end());
      service.is_davitd = is_davitd;
      if (is_davitd) service.ready = "/ready";
      service.mcp_path = is_davitd ? "" : "/mcp";
      service.servers = {name};
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

TEST_F(Supervised, AReleaseGoesFromVersionToVersion) {
  make("v1");
  make("v2");
  enter();
  ASSERT_EQ(start("v1"), "");
  EXPECT_EQ(balancer_.weights(), "davitd-1=v1:0 davitd-2=v1:0 ");
  ASSERT_EQ(shift("v1", "", 100), "");
  EXPECT_EQ(status().serving, "v1");
  ASSERT_EQ(start("v2", 50), "");
  ASSERT_EQ(status().tasks.size(), 3u);
  ASSERT_EQ(start("v2"), "");
  ASSERT_EQ(start("v2"), "") << "what is so is left alone";
  ASSERT_EQ(status().tasks.size(), 4u);
  ASSERT_EQ(shift("v2", "v1", 10), "");
  EXPECT_EQ(status().serving, "v1");
  EXPECT_EQ(status().coming, "v2");
  EXPECT_EQ(status().weight, 10);

  auto const refused = trim("v1", 0);
  EXPECT_EQ(refused, "v1 still has 90 % of the traffic; its tasks stay");
  ASSERT_EQ(shift("v2", "v1", 100), "");
  auto const old = pids();
  ASSERT_EQ(trim("v1", 50), "");
  EXPECT_EQ(status().tasks.size(), 3u);
  ASSERT_EQ(trim("v1", 0), "");
  ASSERT_EQ(trim("v1", 0), "");
  EXPECT_EQ(status().tasks.size(), 2u);
  EXPECT_EQ(status().serving, "v2");
  EXPECT_FALSE(is_alive(old[0]));
  EXPECT_FALSE(is_alive(old[1]));
  EXPECT_EQ(balancer_.weights().find("v1"), std::string::npos);
}

TEST_F(Supervised, ACrashedTaskIsStartedAgain) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  auto const before = status().tasks[0];
  ::kill(before.record.pid, SIGKILL);
  ASSERT_TRUE(wait_until([&] { return status().tasks[0].restarts == 1 && all_healthy(); }));
  auto const after = status().tasks[0];
  EXPECT_EQ(after.record.id, before.record.id);
  EXPECT_NE(after.record.pid, before.record.pid);
  EXPECT_EQ(after.last_exit, "signal 9");
  auto const measured = loop_.run(supervisor_->measure("v1"));
  ASSERT_TRUE(measured);
  EXPECT_EQ(measured->restarts, 1);
  EXPECT_EQ(loop_.run(supervisor_->measure("v1"))->restarts, 0);
}

TEST_F(Supervised, AProgramThatEndsAtOnceIsToldWithItsLastWords) {
  make("v1", {"--die=no such database"});
  enter();
  auto const began = std::chrono::steady_clock::now();
  auto const error = start("v1");
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
  EXPECT_NE(error.find("of v1 does not start: exit code 3"), std::string::npos) << error;
  EXPECT_NE(error.find("no such database"), std::string::npos) << error;
  auto const evidence = loop_.run(supervisor_->evidence("v1"));
  ASSERT_TRUE(evidence);
  EXPECT_EQ(json::find_string(*evidence, "tasks.0.last_exit"), "exit code 3");
  EXPECT_EQ(json::find_string(*evidence, "tasks.0.log.1"), "no such database");
  ASSERT_EQ(trim("v1", 0), "");
  EXPECT_TRUE(status().tasks.empty());
  auto const later = loop_.run(supervisor_->evidence("v1"));
  ASSERT_TRUE(later);
  EXPECT_EQ(json::find_string(*later, "ended.1.last_exit"), "exit code 3");
  EXPECT_EQ(json::find_string(*later, "ended.1.log.1"), "no such database");
}

TEST_F(Supervised, AProgramThatIsNotWellInTimeIsToldSo) {
  options_.start_limit = 200ms;
  make("v1", {"--sick"});
  enter();
  auto const error = start("v1");
  EXPECT_NE(error.find("is not healthy after 0 s"), std::string::npos) << error;
  EXPECT_NE(error.find("/ready answered 503"), std::string::npos) << error;
  EXPECT_EQ(shift("v1", "", 100), "v1 has no healthy task of davitd; it gets no traffic");
}

TEST_F(Supervised, TasksOutliveTheirSupervisor) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  ASSERT_EQ(shift("v1", "", 100), "");
  auto const before = pids();
  auto const weights = balancer_.weights();
  leave();
  for (auto const pid : before) EXPECT_TRUE(is_alive(pid));
  balancer_.backends.clear();
  enter();
  EXPECT_EQ(pids(), before);
  EXPECT_EQ(balancer_.weights(), weights);
  ASSERT_TRUE(wait_until([this] { return all_healthy(); }));
  EXPECT_EQ(status().tasks[0].restarts, 0);
}

TEST_F(Supervised, ATaskThatDiedMeanwhileIsStartedByTheNext) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  auto const before = pids();
  leave();
  ::kill(before[0], SIGKILL);
  ASSERT_TRUE(wait_until([&] { return !is_alive(before[0]); }));
  enter();
  ASSERT_TRUE(wait_until([this] { return all_healthy(); }));
  auto const after = pids();
  ASSERT_EQ(after.size(), 2u);
  EXPECT_NE(after[0], before[0]);
  EXPECT_EQ(after[1], before[1]);
}

TEST_F(Supervised, ATaskWhoseStartWasNotWrittenDownIsFound) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  auto const before = pids();
  leave();
  // As it is between the intent and the pid; and a task that the file never heard of.
  auto state = *load_state(folder_);
  state.tasks[0].record.pid = 0;
  auto const unknown = state.tasks[1].record.pid;
  state.tasks.pop_back();
  ASSERT_TRUE(save_state(folder_, state));
  enter();
  ASSERT_TRUE(wait_until([this] { return all_healthy(); }));
  auto const after = pids();
  ASSERT_EQ(after.size(), 2u);
  EXPECT_EQ(after[0], before[0]);
  EXPECT_NE(after[1], unknown);
  EXPECT_TRUE(wait_until([&] { return !is_alive(unknown); }));
  ::waitpid(unknown, nullptr, WNOHANG);
}

TEST_F(Supervised, ARunningRequestIsAnsweredBeforeATaskEnds) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  auto const task = status().tasks[0].record;
  int answered = 0;
  TaskScope requests(loop_.executor(), log::Logger());
  auto const url = fmt::format("http://127.0.0.1:{}/slow", task.ports.port);
  requests.spawn("request", ask(client_.get(), url, &answered));
  ASSERT_TRUE(loop_.run(sleep_for(50ms)));
  ASSERT_EQ(trim("v1", 0), "");
  ASSERT_TRUE(loop_.run(requests.join()));
  EXPECT_EQ(answered, 200);
  EXPECT_FALSE(is_alive(task.pid));
}

TEST_F(Supervised, ATaskThatDrainedWhenItsSupervisorWasKilledGoesOnDraining) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  auto const task = status().tasks[0].record;
  int answered = 0;
  TaskScope requests(loop_.executor(), log::Logger());
  auto const url = fmt::format("http://127.0.0.1:{}/slow", task.ports.port);
  requests.spawn("request", ask(client_.get(), url, &answered));
  ASSERT_TRUE(loop_.run(sleep_for(50ms)));
  TaskScope release(loop_.executor(), log::Logger());
  release.spawn("trim", supervisor_->trim("v1", 0));
  ASSERT_TRUE(loop_.run(sleep_for(50ms)));
  EXPECT_TRUE(is_alive(task.pid));
  ASSERT_TRUE(loop_.run(release.stop(0ms)));
  leave();
  enter();
  ASSERT_TRUE(wait_until([this] { return status().tasks.empty(); }));
  ASSERT_TRUE(loop_.run(requests.join()));
  EXPECT_EQ(answered, 200) << "it was cut";
  EXPECT_EQ(balancer_.weights(), "");
}

TEST_F(Supervised, AServerThatIsNotOursEndsWhenNothingIsUnderWay) {
  make("v1", {}, false);
  enter();
  ASSERT_EQ(start("v1"), "");
  auto const task = status().tasks[0].record;
  for (auto const& one : status().tasks) balancer_.sessions[one.record.id] = 1;
  TaskScope scope(loop_.executor(), log::Logger());
  scope.spawn("trim", supervisor_->trim("v1", 0));
  ASSERT_TRUE(loop_.run(sleep_for(300ms)));
  EXPECT_TRUE(is_alive(task.pid));
  EXPECT_EQ(status().tasks[0].state, "draining");
  balancer_.sessions.clear();
  ASSERT_TRUE(loop_.run(scope.join()));
  EXPECT_FALSE(is_alive(task.pid));
}

TEST_F(Supervised, ATaskThatDoesNotEndIsKilled) {
  options_.drain = 200ms;
  make("v1", {"--deaf"});
  enter();
  ASSERT_EQ(start("v1"), "");
  auto const all = pids();
  ASSERT_EQ(trim("v1", 0), "");
  for (auto const pid : all) EXPECT_FALSE(is_alive(pid));
}

TEST_F(Supervised, WeightsThatTheBalancerDoesNotTakeAreAnError) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  balancer_.ignores_weights = true;
  EXPECT_NE(shift("v1", "", 100).find("instead of"), std::string::npos);
  EXPECT_NE(trim("v1", 50).find("it is not ended"), std::string::npos);
  EXPECT_TRUE(all_healthy() || status().tasks.size() == 2u);
  for (auto const pid : pids()) EXPECT_TRUE(is_alive(pid));
}

TEST_F(Supervised, WhatHasTrafficStaysUnlessThereIsNothingElse) {
  make("v1");
  make("v2");
  enter();
  ASSERT_EQ(start("v1"), "");
  ASSERT_EQ(start("v2"), "");
  ASSERT_EQ(shift("v2", "v1", 40), "");
  EXPECT_EQ(trim("v2", 0), "v2 still has 40 % of the traffic; its tasks stay");
  EXPECT_EQ(trim("v1", 0), "v1 still has 60 % of the traffic; its tasks stay");
  ASSERT_EQ(shift("v1", "", 100), "");
  EXPECT_EQ(trim("v1", 0), "");
}

TEST_F(Supervised, ServicesComeAndGoWithAVersion) {
  make("v1", {}, false, {"old", "both"});
  make("v2", {}, false, {"both", "new"});
  enter();
  ASSERT_EQ(start("v1"), "");
  ASSERT_EQ(shift("v1", "", 100), "");
  ASSERT_EQ(start("v2"), "");
  auto const weight_of = [this](std::string_view service, std::string_view release) {
    int sum = 0;
    for (auto const& backend : balancer_.backends) {
      for (auto const& task : backend.tasks) {
        if (backend.name == service && task.release == release) sum += task.weight;
      }
    }
    return sum;
  };
  EXPECT_EQ(weight_of("new", "v2"), 0);
  ASSERT_EQ(shift("v2", "v1", 10), "");
  EXPECT_GT(weight_of("new", "v2"), 0);
  EXPECT_GT(weight_of("old", "v1"), 0);
  EXPECT_GT(weight_of("both", "v1"), weight_of("both", "v2"));
  ASSERT_EQ(shift("v2", "v1", 100), "");
  EXPECT_GT(weight_of("old", "v1"), 0) << "until its tasks are trimmed";
  EXPECT_EQ(weight_of("both", "v1"), 0);
  ASSERT_EQ(trim("v1", 0), "");
  EXPECT_EQ(balancer_.backends.size(), 2u);
  auto const endpoints = loop_.run(supervisor_->endpoints("v2"));
  ASSERT_TRUE(endpoints) << endpoints.error().message();
  ASSERT_EQ(endpoints->size(), 2u);
  EXPECT_TRUE((*endpoints)[0].url.ends_with("/mcp"));
}

TEST_F(Supervised, FiguresAreOfTheVersionThatIsAskedFor) {
  make("v1");
  make("v2");
  enter();
  ASSERT_EQ(start("v1"), "");
  ASSERT_EQ(start("v2"), "");
  balancer_.figures["davitd-1"] = {10, 1, {5, 6, 700}};
  balancer_.figures["davitd-3"] = {20, 0, {1}};
  auto const green = loop_.run(supervisor_->measure("v2"));
  auto const blue = loop_.run(supervisor_->measure("v1"));
  ASSERT_TRUE(green && blue);
  EXPECT_EQ(green->requests, 20);
  EXPECT_EQ(green->p99, 1ms);
  EXPECT_EQ(blue->requests, 10);
  EXPECT_EQ(blue->errors_5xx, 1);
  EXPECT_EQ(blue->p99, 700ms);
  auto const again = loop_.run(supervisor_->measure("v1"));
  EXPECT_EQ(again->requests, 0);
  EXPECT_FALSE(again->p99);
}

TEST_F(Supervised, ALogDoesNotGrowForEver) {
  options_.log_bytes = 20'000;
  options_.log_files = 3;
  make("v1", {"--chatty"});
  enter();
  ASSERT_EQ(start("v1"), "");
  auto const files = [this] { return supervisor_->logs("davitd-1"); };
  ASSERT_TRUE(wait_until([&] { return files().size() == 3; }));
  ASSERT_TRUE(loop_.run(sleep_for(1500ms)));
  EXPECT_EQ(files().size(), 3u);
  for (auto const& file : files()) {
    std::ifstream in(file);
    std::string const text(std::istreambuf_iterator<char>(in), {});
    EXPECT_NE(text.find("chat"), text.npos) << file;
    EXPECT_EQ(text.find('\0'), text.npos) << "a hole before what was appended: " << file;
  }
  EXPECT_EQ(status().tasks[0].restarts, 0);
}

TEST_F(Supervised, ErrorsOfDavitdAreCountedSinceTheyWereAskedFor) {
  make("v1", {"--errors"});
  make("v2", {}, false, {"notes"});
  enter();
  ASSERT_EQ(start("v1"), "");
  ASSERT_EQ(start("v2"), "");
  auto const first = loop_.run(supervisor_->measure("v1"));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->rpc_errors, 0) << "those before were the gate's";
  // Each of the two counts one more whenever it is asked.
  EXPECT_EQ(loop_.run(supervisor_->measure("v1"))->rpc_errors, 2);
  auto const other = loop_.run(supervisor_->measure("v2"));
  EXPECT_FALSE(other->rpc_errors);
  EXPECT_EQ(other->not_measured.front(), "rpc_errors of notes: it has no counters");
}

TEST_F(Supervised, ARolledBackReleaseLeavesTheOldOneAlone) {
  make("v1");
  make("v2");
  enter();
  ASSERT_EQ(start("v1"), "");
  ASSERT_EQ(shift("v1", "", 100), "");
  ASSERT_EQ(start("v2"), "");
  ASSERT_EQ(shift("v2", "v1", 50), "");
  ASSERT_EQ(shift("v2", "v1", 0), "");
  ASSERT_EQ(trim("v2", 0), "");
  auto const now = status();
  EXPECT_EQ(now.serving, "v1");
  EXPECT_EQ(now.coming, "");
  ASSERT_EQ(now.tasks.size(), 2u);
  for (auto const& task : now.tasks) {
    EXPECT_EQ(task.record.release, "v1");
    EXPECT_GT(task.weight, 0);
  }
}

TEST_F(Supervised, ASecretIsFollowedWhenATaskStartsAndWrittenNowhere) {
  ::setenv("TEST_SECRET", "s3cr3t{port}", 1);
  Version version;
  version.release = "v1";
  Service service;
  service.name = "notes";
  service.command = {TEST_TASK, "--port={port}"};
  service.environment = {{"OWN", "at-{port}"}};
  service.secrets = {{"TOKEN", "env:TEST_SECRET"}};
  service.mcp_path = "/mcp";
  service.tasks = 1;
  version.services = {service};
  ASSERT_TRUE(make_folder(version_folder(folder_, "v1")));
  ASSERT_TRUE(write_atomically(
      version_folder(folder_, "v1") / "version.json", json::to_text(to_json(version))
  ));
  enter();
  ASSERT_EQ(start("v1"), "");
  auto const task = status().tasks[0].record;
  auto const environment = read_file(fmt::format("/proc/{}/environ", task.pid), 1 << 20);
  ASSERT_TRUE(environment);
  auto const has = [&](const std::string& text) { return environment->find(text) != text.npos; };
  EXPECT_TRUE(has("TOKEN=s3cr3t{port}"));
  EXPECT_TRUE(has(fmt::format("OWN=at-{}", task.ports.port)));
  EXPECT_TRUE(has(fmt::format("PORT={}", task.ports.port)));
  EXPECT_TRUE(has("DAVIT_RELEASE=v1"));
  for (auto const& file : fs::recursive_directory_iterator(folder_)) {
    if (!file.is_regular_file()) continue;
    EXPECT_EQ(read_file(file.path(), 1 << 20)->find("s3cr3t"), std::string::npos) << file.path();
  }
}

TEST_F(Supervised, TheNumberOfTasksCanBeChanged) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  ASSERT_EQ(shift("v1", "", 100), "");
  ASSERT_EQ(failed(loop_.run(supervisor_->scale("", 3))), "");
  EXPECT_EQ(status().tasks.size(), 3u);
  ASSERT_EQ(failed(loop_.run(supervisor_->scale("davitd", 1))), "");
  ASSERT_EQ(status().tasks.size(), 1u);
  EXPECT_GT(status().tasks[0].weight, 0);
  EXPECT_EQ(failed(loop_.run(supervisor_->scale("x", 1))), "v1 has no service `x`");
  EXPECT_NE(failed(loop_.run(supervisor_->scale("", 0))), "");
}

TEST_F(Supervised, StopEndsAllAndTheNextBeginsWithTheSame) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  ASSERT_EQ(shift("v1", "", 100), "");
  auto const before = pids();
  ASSERT_EQ(failed(loop_.run(with_timeout(supervisor_->stop_all(), 10s))), "");
  for (auto const pid : before) EXPECT_FALSE(is_alive(pid));
  leave();
  enter();
  ASSERT_TRUE(wait_until([this] { return status().tasks.size() == 2 && all_healthy(); }));
  EXPECT_EQ(status().serving, "v1");
}

}  // namespace
}  // namespace davit::local

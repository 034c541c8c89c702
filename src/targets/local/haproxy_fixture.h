// The real HAProxy in front of tasks that only answer, for tests.
#pragma once

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/loop.h"
#include "targets/local/balancer.h"
#include "targets/local/haproxy_process.h"
#include "targets/local/process.h"
#include "targets/local/traffic_fixture.h"

namespace davit::local {

// The workers of a master.
std::vector<int> workers_of(int master);
// SIGSTOP, which takes effect a while after it was sent.
void freeze(const std::vector<int>& pids);

class Haproxy : public ::testing::Test {
 protected:
  void SetUp() override {
    auto const program = find_haproxy("haproxy");
    if (!program) GTEST_SKIP() << program.error().message();
    std::string name = "/tmp/davit-balancer-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    options.folder = name;
    options.port = 0;
    options.slots = 8;
    balancer = make();
  }
  void TearDown() override {
    if (!balancer) return;
    EXPECT_TRUE(loop.run(balancer->stop(0ms)));
    EXPECT_FALSE(balancer->is_running());
    balancer.reset();
    EXPECT_TRUE(loop.run(sleep_for(1ms)));
    std::error_code ignored;
    std::filesystem::remove_all(options.folder, ignored);
  }
  std::unique_ptr<Balancer> make() {
    auto made = Balancer::make(loop.executor(), options, {});
    EXPECT_TRUE(made) << made.error().message();
    return made ? *std::move(made) : nullptr;
  }
  static Backend all(std::vector<BalancedTask> tasks) {
    return {.name = "davitd", .check = "/ready", .tasks = std::move(tasks)};
  }
  void start(std::vector<Backend> backends) {
    auto const started = loop.run(balancer->start(std::move(backends)));
    ASSERT_TRUE(started) << started.error().message();
    options.port = balancer->port();
  }
  void apply(std::vector<Backend> backends) {
    auto const applied = loop.run(balancer->apply(std::move(backends)));
    ASSERT_TRUE(applied) << applied.error().message();
  }
  std::vector<int> processes() const {
    auto pids = workers_of(balancer->pid());
    pids.push_back(balancer->pid());
    return pids;
  }
  std::string ask(const std::string& path) { return Connection(balancer->port()).ask(path); }
  std::map<std::string, Balancer::Seen> look() {
    auto const seen = loop.run(balancer->look());
    EXPECT_TRUE(seen);
    return seen ? *seen : std::map<std::string, Balancer::Seen>{};
  }

  Loop loop;
  BalancerOptions options;
  std::unique_ptr<Balancer> balancer;
  FakeTask one{"one"};
  FakeTask two{"two"};
  FakeTask three{"three"};
};

}  // namespace davit::local

#include "targets/local/haproxy_config.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "targets/local/haproxy_process.h"

namespace davit::local {
namespace {

BalancerOptions options() {
  BalancerOptions made;
  made.folder = "/tmp/davit-balancer";
  made.slots = 4;
  return made;
}

Backend davitd() {
  return {
      .name = "davitd",
      .check = "/ready",
      .tasks = {{"davitd-1", "r1", 41001, 128}, {"davitd-2", "r2", 41002, 0}},
  };
}
Backend billing() {
  return {
      .name = "billing",
      .paths = {"/billing", "/mcp/billing"},
      .check = "/health",
      .rewrite_to = "/mcp",
      .tasks = {{"billing-7", "r1", 41007, 1}},
  };
}

struct Case {
  std::string name;
  std::vector<Backend> backends;
};
const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"one_backend", {davitd()}},
      {"with_paths", {davitd(), billing()}},
      {"only_paths", {billing()}},
      {"nothing", {}},
  };
  return all;
}

std::string read(const std::string& file) {
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

// DAVIT_UPDATE=1 writes what is made.
TEST(HaproxyConfig, IsAsTheGoldenFilesSay) {
  for (auto const& [name, backends] : cases()) {
    auto const file = "testdata/" + name + ".cfg";
    auto const made = to_configuration(options(), backends);
    if (std::getenv("DAVIT_UPDATE") != nullptr) std::ofstream(file) << made;
    EXPECT_EQ(made, read(file)) << name;
  }
}

TEST(HaproxyConfig, IsTakenByHaproxyWithoutAWarning) {
  auto const program = find_haproxy("haproxy");
  if (!program) GTEST_SKIP() << program.error().message();
  for (auto const& one : cases()) {
    auto const check = *program + " -c -f testdata/" + one.name + ".cfg";
    EXPECT_EQ(std::system((check + " >/dev/null").c_str()), 0) << check;
    // grep must find nothing.
    auto const warns = check + " 2>&1 | grep -E '^.(WARNING|ALERT)'";
    EXPECT_NE(std::system(warns.c_str()), 0) << check;
  }
}

TEST(HaproxyConfig, NeedsAReloadForABackendButNotForATask) {
  auto more = davitd();
  more.tasks.push_back({"davitd-3", "r2", 41003, 5});
  EXPECT_EQ(structure_of(options(), {davitd()}), structure_of(options(), {more}));
  EXPECT_NE(structure_of(options(), {davitd()}), structure_of(options(), {davitd(), billing()}));
  auto moved = billing();
  moved.paths = {"/bills"};
  EXPECT_NE(structure_of(options(), {moved}), structure_of(options(), {billing()}));
}

TEST(HaproxyConfig, TakesNothingThatWouldBeADirective) {
  EXPECT_TRUE(check_backends({davitd(), billing()}, 4));
  auto const refused = [](auto change) {
    auto backend = billing();
    change(backend);
    auto const checked = check_backends({backend}, 4);
    return !checked && checked.error().kind() == ErrorKind::invalid_input;
  };
  EXPECT_TRUE(refused([](Backend& b) { b.name = "a b"; }));
  EXPECT_TRUE(refused([](Backend& b) { b.paths = {"/x } or { always_true"}; }));
  EXPECT_TRUE(refused([](Backend& b) { b.paths = {"/x\n  http-request deny"}; }));
  EXPECT_TRUE(refused([](Backend& b) { b.check = "ready"; }));
  EXPECT_TRUE(refused([](Backend& b) { b.rewrite_to = "/%[env(HOME)]"; }));
  EXPECT_TRUE(refused([](Backend& b) { b.tasks[0].id = "x\ny"; }));
  EXPECT_TRUE(refused([](Backend& b) { b.tasks[0].weight = 257; }));
  EXPECT_TRUE(refused([](Backend& b) { b.tasks.push_back(b.tasks[0]); }));
  EXPECT_TRUE(refused([](Backend& b) {
    for (std::uint16_t i = 0; i < 4; ++i) {
      auto task = b.tasks[0];
      task.id += std::to_string(i);
      task.port = static_cast<std::uint16_t>(task.port + i + 1);
      b.tasks.push_back(task);
    }
  }));
}

}  // namespace
}  // namespace davit::local

// What a supervisor does for versions that differ, for figures, logs and secrets.
#include <fstream>

#include "targets/local/supervisor.h"
#include "targets/local/supervisor_fixture.h"

namespace davit::local {
namespace {

TEST_F(Supervised, AChangedPathMovesAtOnce) {
  make("v1", {}, false, {"notes"});
  make("v2", {}, false, {"notes"}, [](Service& service) { service.mcp_path = "/rpc"; });
  enter();
  ASSERT_EQ(start("v1"), "");
  ASSERT_EQ(shift("v1", "", 100), "");
  ASSERT_EQ(start("v2"), "");
  EXPECT_EQ(balancer_.backends[0].rewrite_to, "/mcp");
  auto const refused = shift("v2", "v1", 10);
  EXPECT_NE(refused.find("servers.notes.path is /rpc in v2 and /mcp in v1"), refused.npos)
      << refused;
  EXPECT_EQ(balancer_.backends[0].rewrite_to, "/mcp");
  ASSERT_EQ(shift("v2", "v1", 100), "");
  EXPECT_EQ(balancer_.backends[0].rewrite_to, "/rpc");
  ASSERT_EQ(shift("v2", "v1", 0), "");
  EXPECT_EQ(balancer_.backends[0].rewrite_to, "/mcp");
}

TEST_F(Supervised, WhatKeepsItsSessionsKeepsItsOneTask) {
  make("v1", {}, false, {"notes", "other"}, [](Service& service) {
    service.is_stateless = service.name == "other";
    service.tasks = service.is_stateless ? 2 : 1;
  });
  enter();
  ASSERT_EQ(start("v1"), "");
  ASSERT_EQ(shift("v1", "", 100), "");
  ASSERT_EQ(failed(loop_.run(supervisor_->scale("", 3))), "");
  EXPECT_EQ(status().tasks.size(), 4u);
  auto const refused = loop_.run(supervisor_->scale("notes", 2));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::invalid_input);
  EXPECT_NE(refused.error().message().find("notes keeps its one task"), std::string::npos);
  EXPECT_EQ(status().tasks.size(), 4u);
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

// It has counted nothing since it was frozen: that is no proof that all went well.
TEST_F(Supervised, WithABalancerThatDoesNotAnswerNoRequestsAreCounted) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  EXPECT_TRUE(loop_.run(supervisor_->measure("v1"))->requests);
  balancer_.is_silent = true;
  auto const measured = loop_.run(supervisor_->measure("v1"));
  EXPECT_FALSE(measured->requests);
  EXPECT_NE(measured->not_measured.back().find("does not answer"), std::string::npos);
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
  ::setenv("OTHER_TOKEN", "of-another-server", 1);
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
  EXPECT_TRUE(has("PATH="));
  EXPECT_FALSE(has("OTHER_TOKEN"));
  EXPECT_FALSE(has("TEST_SECRET"));
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

TEST_F(Supervised, ABalancerThatIsAwayIsWaitedForOnceAndNamed) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  balancer_.is_away = true;
  auto const began = std::chrono::steady_clock::now();
  EXPECT_EQ(shift("v1", "", 100), "HAProxy does not run");
  EXPECT_LT(std::chrono::steady_clock::now() - began, 3s);
}

TEST_F(Supervised, EverythingEndsThoughNothingCanBeWritten) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  auto const all = pids();
  ASSERT_EQ(all.size(), 2u);
  auto const file = folder_ / "state.json";
  fs::remove(file);
  fs::create_directory(file);
  ASSERT_FALSE(write_atomically(file, "")) << "or this tests nothing";
  EXPECT_EQ(failed(loop_.run(with_timeout(supervisor_->stop_all(), 10s))), "");
  for (auto const pid : all) EXPECT_FALSE(is_alive(pid));
}

// As it is when the disk was full at the end of the release of v2.
TEST_F(Supervised, WhatNeitherServesNorComesIsLeftOver) {
  make("v1");
  make("v2");
  enter();
  ASSERT_EQ(start("v1"), "");
  EXPECT_EQ(supervisor_->leftovers(), std::vector<std::string>{"v1"}) << "it has no traffic yet";
  ASSERT_EQ(start("v2"), "");
  ASSERT_EQ(shift("v2", "v1", 10), "");
  EXPECT_EQ(supervisor_->leftovers(), std::vector<std::string>{});
  ASSERT_EQ(shift("v2", "v1", 100), "");
  leave();
  enter();
  ASSERT_EQ(status().tasks.size(), 4u);
  ASSERT_EQ(supervisor_->leftovers(), std::vector<std::string>{"v1"});
  ASSERT_EQ(trim("v1", 0), "");
  EXPECT_EQ(supervisor_->leftovers(), std::vector<std::string>{});
  EXPECT_EQ(status().tasks.size(), 2u);
  EXPECT_EQ(load_state(folder_)->wanted, (std::map<std::string, int>{{"v2", 100}}));
}

TEST_F(Supervised, ATaskThatCannotBeStartedIsToldApartFromOneThatEnded) {
  make("v1");
  enter();
  ASSERT_EQ(start("v1"), "");
  auto const task = status().tasks[0].record;
  auto const log = folder_ / "logs" / (task.id + ".log");
  fs::remove(log);
  fs::create_directory(log);
  ::kill(task.pid, SIGKILL);
  ASSERT_TRUE(wait_until([&] { return !status().tasks[0].not_begun.empty(); }));
  EXPECT_NE(status().tasks[0].not_begun.find("cannot write " + log.string()), std::string::npos);
  fs::remove(log);
  ASSERT_TRUE(wait_until([this] { return all_healthy(); }));
  EXPECT_EQ(status().tasks[0].not_begun, "");
}

}  // namespace
}  // namespace davit::local

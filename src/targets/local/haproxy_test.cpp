// The traffic that goes through the real HAProxy.
#include <fstream>

#include "targets/local/haproxy_fixture.h"

namespace davit::local {
namespace {

TEST_F(Haproxy, ShiftsTrafficWithoutAFailedRequest) {
  start({all({{"one", "blue", one.port(), 1}})});
  Load load(balancer->port(), 4);
  for (int percent : {10, 50, 90, 0, 100}) {
    std::vector<BalancedTask> tasks{
        {"one", "blue", one.port(), 0}, {"two", "green", two.port(), 0}
    };
    set_weights(tasks, "green", percent);
    apply({all(tasks)});
    auto const seen = look();
    EXPECT_EQ(seen.at("one").weight, tasks[0].weight);
    EXPECT_EQ(seen.at("two").weight, tasks[1].weight);
    ASSERT_TRUE(loop.run(sleep_for(50ms)));
  }
  apply({all({{"two", "green", two.port(), 1}})});
  one.close();
  ASSERT_TRUE(loop.run(sleep_for(100ms)));
  load.stop();
  EXPECT_GT(load.requests, 200);
  EXPECT_TRUE(load.failures.empty()) << testing::PrintToString(load.failures);
  EXPECT_EQ(body_of(ask("/x")), "two /x");
}

TEST_F(Haproxy, GivesEachSideItsShare) {
  for (int percent : {5, 33}) {
    std::vector<BalancedTask> tasks{
        {"one", "blue", one.port(), 0},
        {"two", "blue", two.port(), 0},
        {"three", "green", three.port(), 0},
    };
    set_weights(tasks, "green", percent);
    if (!balancer->is_running()) start({all(tasks)});
    apply({all(tasks)});
    constexpr int kRequests = 2'000;
    int green = 0;
    Connection connection(balancer->port());
    for (int i = 0; i < kRequests; ++i)
      green += body_of(connection.ask("/x")) == "three /x" ? 1 : 0;
    EXPECT_NEAR(100.0 * green / kRequests, percent, 2);
  }
}

TEST_F(Haproxy, LeavesAStreamAloneWhenItsTaskDrains) {
  start({all({{"one", "blue", one.port(), 1}})});
  Connection stream(balancer->port());
  ASSERT_TRUE(stream.send("/stream", "GET"));
  ASSERT_GT(stream.read_some(), 0U);
  apply({all({{"one", "blue", one.port(), 0}, {"two", "green", two.port(), 1}})});
  EXPECT_EQ(look().at("one").sessions, 1);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(body_of(ask("/x")), "two /x");
  for (int i = 0; i < 10; ++i) ASSERT_GT(stream.read_some(), 0U);
}

TEST_F(Haproxy, TakesANewBackendWithoutAFailedRequest) {
  start({all({{"one", "blue", one.port(), 1}})});
  Connection idle(balancer->port());
  ASSERT_EQ(body_of(idle.ask("/x")), "one /x");
  Load load(balancer->port(), 4);
  Backend billing{
      .name = "billing",
      .paths = {"/billing", "/mcp/billing"},
      .check = "/health",
      .rewrite_to = "/rpc",
      .tasks = {{"three", "blue", three.port(), 1}},
  };
  auto const pid = balancer->pid();
  apply({all({{"one", "blue", one.port(), 1}}), billing});
  EXPECT_EQ(balancer->pid(), pid);
  for (auto const* path : {"/billing", "/billing/mcp", "/mcp/billing"})
    EXPECT_EQ(body_of(ask(path)), "three /rpc") << path;
  EXPECT_EQ(body_of(ask("/billing/more")), "three /more");
  EXPECT_EQ(body_of(ask("/billings")), "one /billings");
  // The task that the old worker knows goes away: a connection from before still gets its answer.
  apply({all({{"two", "green", two.port(), 1}}), billing});
  one.close();
  EXPECT_EQ(body_of(idle.ask("/x")), "two /x");
  ASSERT_TRUE(loop.run(sleep_for(100ms)));
  load.stop();
  EXPECT_GT(load.requests, 100);
  EXPECT_TRUE(load.failures.empty()) << testing::PrintToString(load.failures);
}

TEST_F(Haproxy, SaysWhoHasThePort) {
  options.port = one.port();
  auto const other = make();
  auto const started = loop.run(other->start({}));
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().kind(), ErrorKind::conflict);
  auto const pid = "(pid " + std::to_string(::getpid()) + ")";
  EXPECT_NE(started.error().message().find(pid), std::string::npos) << started.error().message();
}

TEST_F(Haproxy, CountsWhatCameOfEachTasksRequests) {
  start({all({{"one", "blue", one.port(), 1}})});
  for (int i = 0; i < 5; ++i) ask("/x");
  ask("/fail");
  {
    Connection stream(balancer->port());
    ASSERT_TRUE(stream.send("/stream", "GET"));
    ASSERT_GT(stream.read_some(), 0U);
  }
  TaskFigures sum;
  for (int i = 0; i < 100 && sum.requests < 7; ++i) {
    ASSERT_TRUE(loop.run(sleep_for(20ms)));
    auto const figures = balancer->take_figures();
    auto const found = figures.find("one");
    if (found == figures.end()) continue;
    sum.requests += found->second.requests;
    sum.errors_5xx += found->second.errors_5xx;
    auto const& times = found->second.times_ms;
    sum.times_ms.insert(sum.times_ms.end(), times.begin(), times.end());
  }
  EXPECT_EQ(sum.requests, 7);
  EXPECT_EQ(sum.errors_5xx, 1);
  EXPECT_EQ(sum.times_ms.size(), 6U);  // not that of the stream
  EXPECT_TRUE(balancer->take_figures().empty());
}

TEST_F(Haproxy, SendsACrashedTasksRequestsElsewhere) {
  start({all({{"one", "blue", one.port(), 1}, {"two", "blue", two.port(), 1}})});
  one.close();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(body_of(ask("/x")), "two /x");
  for (int i = 0; i < 100 && look().at("one").is_up; ++i) ASSERT_TRUE(loop.run(sleep_for(20ms)));
  EXPECT_FALSE(look().at("one").is_up);
}

TEST_F(Haproxy, ChargesWhatNobodyTookToWhoHasTheTraffic) {
  start({all({{"one", "blue", one.port(), 0}, {"two", "green", two.port(), 1}})});
  two.close();
  for (int i = 0; i < 200 && look().at("two").is_up; ++i) ASSERT_TRUE(loop.run(sleep_for(20ms)));
  ASSERT_FALSE(look().at("two").is_up);
  balancer->take_figures();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(ask("/x").starts_with("HTTP/1.1 503"));
  std::map<std::string, std::int64_t> errors;
  for (int i = 0; i < 100 && errors["two"] < 3; ++i) {
    ASSERT_TRUE(loop.run(sleep_for(20ms)));
    for (auto const& [task, figures] : balancer->take_figures()) errors[task] += figures.errors_5xx;
  }
  EXPECT_EQ(errors["two"], 3);
  EXPECT_EQ(errors.count("one"), 0U);
}

TEST_F(Haproxy, HasNoTokensInItsEnvironment) {
  ::setenv("OTHER_TOKEN", "of-a-server", 1);
  start({all({{"one", "blue", one.port(), 1}})});
  std::ifstream in("/proc/" + std::to_string(balancer->pid()) + "/environ");
  std::string const environment(std::istreambuf_iterator<char>(in), {});
  EXPECT_NE(environment.find("PATH="), environment.npos);
  EXPECT_EQ(environment.find("OTHER_TOKEN"), environment.npos);
}

TEST_F(Haproxy, TakesATaskThatHasNoPageToAsk) {
  start({{.name = "notes", .tasks = {{"one", "blue", one.port(), 1}}}});
  EXPECT_EQ(body_of(ask("/x")), "one /x");
  ASSERT_TRUE(loop.run(sleep_for(600ms)));  // a check later
  EXPECT_TRUE(look().at("one").is_up);
}

TEST_F(Haproxy, KnowsWhatRunsInAWorkerFromBeforeAReload) {
  start({all({{"one", "blue", one.port(), 1}})});
  {
    Connection stream(balancer->port());
    ASSERT_TRUE(stream.send("/stream", "GET"));
    ASSERT_GT(stream.read_some(), 0U);
    Backend const notes{
        .name = "notes", .paths = {"/notes"}, .tasks = {{"two", "blue", two.port(), 1}}
    };
    // A slot of another number, too: the port says who it is.
    apply({all({{"three", "green", three.port(), 1}, {"one", "blue", one.port(), 0}}), notes});
    EXPECT_EQ(look().at("one").sessions, 1);
    EXPECT_EQ(look().at("three").sessions, 0);
    ASSERT_GT(stream.read_some(), 0U);
  }
  for (int i = 0; i < 100 && look().at("one").sessions > 0; ++i)
    ASSERT_TRUE(loop.run(sleep_for(20ms)));
  EXPECT_EQ(look().at("one").sessions, 0);
}

TEST_F(Haproxy, SaysThatNoTaskIsThere) {
  start({all({{"one", "blue", one.port(), 0}})});
  auto const answer = ask("/x");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503")) << answer;
  EXPECT_NE(answer.find("retry-after: 1"), std::string::npos) << answer;
  EXPECT_NE(body_of(answer).find("\"jsonrpc\":\"2.0\""), std::string::npos) << answer;
  apply({all({{"one", "blue", one.port(), 1}})});
  auto const good = ask("/x");
  EXPECT_EQ(body_of(good), "one /x");
  EXPECT_EQ(good.find("server:"), std::string::npos) << good;
}

}  // namespace
}  // namespace davit::local

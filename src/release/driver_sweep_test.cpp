// A driver that is killed, at every line of a journal, and another that goes on with it.
#include <algorithm>
#include <csignal>
#include <functional>
#include <sys/resource.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "release/driver_fixture.h"

namespace davit::release {
namespace {

using namespace std::chrono_literals;
using rollout::Stage;

using Prepare = void (*)(World& world);

void go_well(World&) {}
void turn_bad(World& world) {
  // From then on, so that the next driver sees it, too.
  for (int n = 7; n < 40; ++n) {
    world.script.add(
        fmt::format("measure {}: requests=100 errors_5xx=40 p99=20 restarts=0 rpc_errors=0", n)
    );
  }
}
void fail_the_gate(World& world) { world.script.add("gate: fail no tools"); }

struct Sweep {
  std::string name;
  Prepare prepare;
  Stage end;
};

std::vector<std::size_t> line_ends(const std::string& text) {
  std::vector<std::size_t> ends;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n') ends.push_back(at + 1);
  }
  return ends;
}

void expect_known(World& world, const rollout::State& state) {
  EXPECT_TRUE(rollout::is_end(state.stage));
  EXPECT_NE(state.stage, Stage::failed) << state.reason;
  EXPECT_EQ(world.served_by(), rollout::serving(state)) << world.transcript;
  auto const& serves = state.stage == Stage::done ? world.plan.release : world.plan.previous;
  auto const& gone = state.stage == Stage::done ? world.plan.previous : world.plan.release;
  EXPECT_EQ(world.truth.running[serves], 100) << world.transcript;
  EXPECT_EQ(world.truth.running[gone], 0) << world.transcript;
  EXPECT_EQ(world.truth.traffic[serves], 100) << world.transcript;
  EXPECT_EQ(world.journal().state(), state);
  auto const record = read_record(world.folder.path, world.plan.release);
  ASSERT_TRUE(record) << record.error().message();
  EXPECT_TRUE(record->ended);
  if (state.stage == Stage::done) return;
  auto const summary = world.folder.path / "evidence" / "green-2" / "summary.txt";
  EXPECT_NE(text_of(summary).find(state.reason), std::string::npos) << text_of(summary);
}

class DriverSweep : public ::testing::TestWithParam<Sweep> {
 protected:
  static void prepare(World& world) {
    world.plan.steps = {{50, 10, 100, 3s}, {100, 50, 50, 3s}, {100, 100, 50, 3s}};
    GetParam().prepare(world);
  }
  // The journal of a release that nobody disturbs.
  static std::string whole_journal() {
    World world;
    prepare(world);
    auto const ended = world.release();
    EXPECT_TRUE(ended && ended->stage == GetParam().end) << world.transcript;
    return text_of(world.file());
  }
};

// The effects of the last line were begun, and maybe done; what came of them was never written.
TEST_P(DriverSweep, KilledBeforeALineIsWritten) {
  std::signal(SIGXFSZ, SIG_IGN);
  ::rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  auto const whole = line_ends(whole_journal());
  ASSERT_GE(whole.size(), 6);
  for (std::size_t line = 0; line + 1 < whole.size(); ++line) {
    SCOPED_TRACE(fmt::format("killed before line {}", line + 2));
    World world;
    prepare(world);
    auto driver = world.driver();
    // Some bytes of the next line still fit: that is how a line is torn.
    ::rlimit const now{whole[line] + 7, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
    auto const killed = world.loop.run(driver->run(world.plan));
    ::setrlimit(RLIMIT_FSIZE, &before);
    ASSERT_FALSE(killed);
    EXPECT_EQ(killed.error().kind(), ErrorKind::unavailable);
    EXPECT_EQ(line_ends(text_of(world.file())).size(), line + 1);
    driver.reset();
    auto const ended = world.release();
    ASSERT_TRUE(ended) << ended.error().message();
    expect_known(world, *ended);
  }
}

Async<> run_into(Driver* driver, rollout::Plan plan, Result<rollout::State>* ended) {
  *ended = co_await driver->run(std::move(plan));
  co_return Result<>();
}

// The line is written, and nothing of what it tells was begun.
TEST_P(DriverSweep, KilledAfterALineWasWritten) {
  for (int change = 1;; ++change) {
    SCOPED_TRACE(fmt::format("killed after change {}", change));
    World world;
    prepare(world);
    TaskScope scope(world.loop.executor(), log::Logger());
    Task task;
    int changes = 0;
    auto calls = std::string();
    world.options.on_change = [&](const rollout::State&) {
      if (++changes != change) return;
      calls = world.transcript;
      task.cancel();
    };
    auto driver = world.driver();
    Result<rollout::State> ended = Error(ErrorKind::internal, "not run");
    task = scope.spawn("release", run_into(driver.get(), world.plan, &ended));
    ASSERT_TRUE(world.loop.run(scope.join()));
    if (changes < change) {
      EXPECT_GE(change, 5);
      return;
    }
    driver.reset();
    world.options.on_change = nullptr;
    ended = world.release();
    ASSERT_TRUE(ended) << ended.error().message();
    expect_known(world, *ended);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Releases,
    DriverSweep,
    ::testing::Values(
        Sweep{"Good", go_well, Stage::done},
        Sweep{"Bad", turn_bad, Stage::rolled_back},
        Sweep{"Refused", fail_the_gate, Stage::refused}
    ),
    [](const auto& info) { return info.param.name; }
);

}  // namespace
}  // namespace davit::release

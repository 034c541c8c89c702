// A driver that is killed, at every line of a journal, and another that goes on with it.
#include <algorithm>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "release/driver_fixture.h"
#include "support/file_size_limit.h"

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
  auto const whole = line_ends(whole_journal());
  ASSERT_GE(whole.size(), 6);
  for (std::size_t line = 0; line + 1 < whole.size(); ++line) {
    SCOPED_TRACE(fmt::format("killed before line {}", line + 2));
    World world;
    prepare(world);
    auto driver = world.driver();
    auto killed = Result<rollout::State>(rollout::State());
    {
      // Some bytes of the next line still fit: that is how a line is torn.
      testing::FileSizeLimit const limit(whole[line] + 7);
      killed = world.loop.run(driver->run(world.plan));
    }
    ASSERT_FALSE(killed);
    EXPECT_EQ(killed.error().kind(), ErrorKind::unavailable);
    EXPECT_EQ(line_ends(text_of(world.file())).size(), line + 1);
    driver.reset();
    auto const ended = world.release();
    ASSERT_TRUE(ended) << ended.error().message();
    expect_known(world, *ended);
  }
}

// What was under way when the driver was killed says so.
std::string without_cancelled(std::string_view transcript) {
  std::string text;
  for (auto const line : split(transcript, '\n')) {
    if (!line.empty() && !line.ends_with(": cancelled")) text.append(line) += '\n';
  }
  return text;
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
    auto begun = std::string();
    world.options.on_change = [&](const rollout::State&) {
      if (++changes != change) return;
      begun = world.transcript;
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
    EXPECT_EQ(without_cancelled(world.transcript), begun);
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

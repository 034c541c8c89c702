// What must hold whatever happens: random sequences of events against a model of a target.
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rollout/model.h"
#include "rollout/transitions.h"

namespace davit::rollout {
namespace {

using Kind = Event::Kind;

constexpr int kSequences = 200'000;

// splitmix64, prng.di.unimi.it: small, and quick without optimization.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  // From 0 to `bound` - 1.
  int below(int bound) {
    auto z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return static_cast<int>((z ^ (z >> 31U)) % static_cast<std::uint64_t>(bound));
  }
  bool once_in(int times) { return below(times) == 0; }

 private:
  std::uint64_t state_;
};

Plan make_plan(Random& random) {
  StrategyOptions const options{
      .tasks = 1 + random.below(4),
      .percent = 20 + random.below(80),
      .step_bake = milliseconds(random.below(2) * 5'000),
      .bake = milliseconds(10'000)
  };
  Plan plan{.release = "v2", .previous = random.once_in(4) ? "" : "v1"};
  plan.steps = make_steps(static_cast<Strategy>(random.below(4)), options);
  plan.pauses = random.once_in(2);
  if (random.once_in(4)) plan.steps.insert(plan.steps.begin(), {1, 0, 100, milliseconds(0)});
  if (random.once_in(4)) plan.steps.push_back({100, 100, 0, milliseconds(1'000)});
  if (random.once_in(20)) plan.steps.back().green_runs = 99;  // cannot be followed
  return plan;
}

std::string describe(const Event& event) {
  return fmt::format(
      "{} #{} at {} ms", to_string(event.kind), event.number, event.now.time_since_epoch().count()
  );
}

using Change = std::tuple<Stage, Kind, Stage>;

// One release, and everything that happens to it.
class Sequence {
 public:
  Sequence(const Plan& plan, Random& random) : model_(plan), random_(random) {}

  const State& state() const { return model_.state(); }
  const std::string& problem() const { return problem_; }
  std::string story() const {
    std::string text;
    for (auto const& event : told_) text += describe(event) + "\n";
    return text + fmt::format("then: {}, {}", to_string(state().stage), problem_);
  }
  const std::vector<Change>& changes() const { return changes_; }

  void tell(const Event& event) {
    auto const before = state().stage;
    told_.push_back(event);  // which may be one of them, and moves
    auto const& told = told_.back();
    auto const problem = model_.tell(told, random_.below(101));
    if (problem_.empty()) problem_ = problem;
    if (state().stage != before) changes_.emplace_back(before, told.kind, state().stage);
  }

  void tell_something() {
    auto const choice = random_.below(100);
    if (choice < 45) return answer(choice < 36);
    if (choice < 55) return tell(stale());
    if (choice < 60 && !told_.empty()) return tell(told_.back());
    constexpr Kind kOthers[] = {
        Kind::bad, Kind::roll_back, Kind::resume, Kind::recover, Kind::begin
    };
    if (choice < 75) return tell({.kind = kOthers[random_.below(5)], .now = now_});
    now_ += milliseconds(random_.below(choice < 90 ? 20'000 : 4'000'000));
    if (choice >= 97) now_ -= milliseconds(random_.below(10'000'000));
    tell({.kind = Kind::tick, .now = now_});
  }

  // Everything is answered, and time passes, until it is over.
  void finish(int failures_of_ten) {
    for (int i = 0; i < 100 && !is_end(state().stage) && problem_.empty(); ++i) {
      answer(random_.below(10) >= failures_of_ten);
    }
    if (problem_.empty() && !is_end(state().stage)) problem_ = "it does not come to an end";
  }

 private:
  void answer(bool is_well) {
    auto const& state = model_.state();
    if (state.stage == Stage::planned) return tell({.kind = Kind::begin, .now = now_});
    if (!state.under_way || (!is_well && random_.once_in(2))) {
      if (state.deadline) now_ = std::max(now_, *state.deadline);
      return tell({.kind = Kind::tick, .now = now_});
    }
    auto const kind = is_well ? Kind::succeeded : Kind::failed;
    tell({.kind = kind, .now = now_, .number = state.under_way->number});
  }

  Event stale() {
    auto const number = state().actions + static_cast<std::uint64_t>(random_.below(8)) - 4;
    return {
        .kind = random_.once_in(2) ? Kind::succeeded : Kind::failed, .now = now_, .number = number
    };
  }

  Model model_;
  Random& random_;
  Time now_{std::chrono::days(20'000)};
  std::vector<Event> told_;
  std::string problem_;
  std::vector<Change> changes_;
};

// What of the table was seen.
class Seen {
 public:
  // Empty when the table has it.
  std::string add(const Change& change) {
    if (!changes_.insert(change).second) return "";
    auto const& [from, kind, to] = change;
    auto const* row = find_row(from, kind);
    if (row != nullptr && std::ranges::find(row->ways, to, &Way::to) != row->ways.end()) return "";
    return fmt::format(
        "{} {} {}: not in the table", to_string(from), to_string(kind), to_string(to)
    );
  }

  void expect_all() const {
    for (auto const& row : rows()) {
      for (auto const from : row.from) {
        for (auto const& way : row.ways) {
          EXPECT_TRUE(changes_.contains({from, row.kind, way.to}))
              << to_string(from) << " " << to_string(row.kind) << " " << to_string(way.to)
              << ": never seen";
        }
      }
    }
  }

 private:
  std::set<Change> changes_;
};

TEST(RandomEvents, NeverLeadAstray) {
  Seen seen;
  std::map<Stage, int> ends;
  for (int seed = 0; seed < kSequences; ++seed) {
    Random random(static_cast<std::uint64_t>(seed));
    Sequence sequence(make_plan(random), random);
    for (auto left = random.below(24); left > 0; --left) sequence.tell_something();
    sequence.finish(random.once_in(3) ? 8 : random.below(3));
    ASSERT_EQ(sequence.problem(), "") << "seed " << seed << "\n" << sequence.story();
    for (auto const& change : sequence.changes())
      ASSERT_EQ(seen.add(change), "") << "seed " << seed;
    ++ends[sequence.state().stage];
  }
  seen.expect_all();
  for (auto const& [stage, count] : ends) RecordProperty(std::string(to_string(stage)), count);
  EXPECT_EQ(ends.size(), 4U) << "each end was reached";
}

TEST(RollBack, LeadsBackFromWherever) {
  for (int seed = 0; seed < kSequences / 10; ++seed) {
    Random random(static_cast<std::uint64_t>(seed));
    Sequence sequence(make_plan(random), random);
    for (auto left = random.below(24); left > 0; --left) sequence.tell_something();
    if (is_end(sequence.state().stage)) continue;
    sequence.tell({.kind = Kind::roll_back});
    sequence.finish(0);
    auto const stage = sequence.state().stage;
    ASSERT_EQ(sequence.problem(), "") << "seed " << seed << "\n" << sequence.story();
    ASSERT_TRUE(stage == Stage::refused || stage == Stage::rolled_back) << sequence.story();
  }
}

TEST(State, IsAllThereIs) {
  for (int seed = 0; seed < 2'000; ++seed) {
    Random random(static_cast<std::uint64_t>(seed));
    Sequence sequence(make_plan(random), random);
    for (auto left = random.below(24); left > 0; --left) sequence.tell_something();
    auto const copy = sequence.state();
    ASSERT_EQ(copy, sequence.state());
    Event const event{.kind = Kind::recover};
    auto const first = advance(sequence.state(), event);
    auto const second = advance(copy, event);
    ASSERT_EQ(first.next, second.next) << "seed " << seed;
    ASSERT_EQ(first.action, second.action) << "seed " << seed;
    if (sequence.state().under_way) {
      ASSERT_TRUE(first.action);
      ASSERT_EQ(first.action->act, sequence.state().under_way->act);
      ASSERT_GT(first.action->number, sequence.state().under_way->number);
    }
  }
}

}  // namespace
}  // namespace davit::rollout

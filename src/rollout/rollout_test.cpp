#include "rollout/rollout.h"

#include <cstdlib>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "rollout/stages.h"
#include "rollout/transitions.h"
#include "support/case_file.h"

namespace davit::rollout {
namespace {

using davit::testing::CaseFile;
using std::chrono::seconds;

int to_int(std::string_view text) { return std::atoi(std::string(text).c_str()); }

std::vector<std::string_view> words_of(std::string_view line) {
  auto words = split(line, ' ');
  std::erase(words, std::string_view());
  return words;
}

// `release`, `previous`, `pauses`, and a line for each step: green_runs, green_weight, blue_runs,
// and the seconds of its bake.
Plan read_plan(std::string_view text) {
  Plan plan;
  for (auto const line : split(text, '\n')) {
    auto const words = words_of(line);
    if (words.empty()) continue;
    if (words[0] == "release") plan.release = words.at(1);
    if (words[0] == "previous") plan.previous = words.at(1);
    if (words[0] == "pauses") plan.pauses = true;
    if (words[0] != "step") continue;
    plan.steps.push_back(
        {to_int(words.at(1)), to_int(words.at(2)), to_int(words.at(3)), seconds(to_int(words.at(4)))
        }
    );
  }
  return plan;
}

std::string_view take_word(std::string_view& line) {
  auto const end = std::min(line.find(' '), line.size());
  auto const word = line.substr(0, end);
  line = trim(line.substr(end));
  return word;
}

// `[+SECONDS] KIND [#NUMBER] [REASON]`; without a number it is that of the action under way.
Event read_event(std::string_view line, const State& state, Time& now) {
  if (line.starts_with('+') || line.starts_with('-')) now += seconds(to_int(take_word(line)));
  Event event{.now = now, .number = state.under_way ? state.under_way->number : 0};
  auto const kind = take_word(line);
  for (auto const each :
       {Event::Kind::begin,
        Event::Kind::succeeded,
        Event::Kind::failed,
        Event::Kind::bad,
        Event::Kind::resume,
        Event::Kind::roll_back,
        Event::Kind::tick,
        Event::Kind::recover}) {
    if (to_string(each) == kind) event.kind = each;
  }
  EXPECT_EQ(to_string(event.kind), kind) << "is no kind of event";
  if (line.starts_with('#')) {
    auto const number = take_word(line);
    event.number = static_cast<std::uint64_t>(to_int(number.substr(1)));
  }
  event.reason = line;
  return event;
}

std::string describe(const Advance& advance) {
  auto const& state = advance.next;
  auto text = fmt::format(
      "{}, step {}, {} % of [{}]",
      to_string(state.stage),
      state.step + 1,
      state.weight,
      fmt::join(serving(state), " ")
  );
  if (!advance.action) return text;
  auto const& [number, act, release, percent] = *advance.action;
  return text + fmt::format("; #{} {} {} {}", number, to_string(act), release, percent);
}

std::string run(const CaseFile& file) {
  State state{.plan = read_plan(file.section("plan"))};
  Time now{};
  std::string text;
  auto const events = file.section("events");
  for (auto const line : split(events, '\n')) {
    if (line.empty()) continue;
    auto const result = advance(state, read_event(line, state, now));
    auto const is_same = result.next == state && !result.action;
    text += fmt::format("{} => {}\n", line, is_same ? "nothing" : describe(result));
    state = result.next;
  }
  if (!state.reason.empty()) text += fmt::format("reason: {}\n", state.reason);
  for (auto const& remark : state.remarks) text += fmt::format("remark: {}\n", remark);
  return text;
}

class Case : public ::testing::TestWithParam<std::string> {};
TEST_P(Case, GoesAsWritten) {
  davit::testing::expect_case("testdata/" + GetParam() + ".case", run);
}
INSTANTIATE_TEST_SUITE_P(
    Rollout,
    Case,
    ::testing::ValuesIn(davit::testing::case_names("testdata")),
    [](const auto& info) { return info.param; }
);

TEST(Advance, FailsAReleaseWhoseStateMakesNoSense) {
  State const planned{.plan = {.release = "v2", .steps = make_steps(Strategy::canary, {})}};
  auto state = advance(planned, {.kind = Event::Kind::begin}).next;
  for (auto const spoil :
       {+[](State& s) { s.step = 7; }, +[](State& s) { s.plan.steps.clear(); }}) {
    auto spoilt = state;
    spoil(spoilt);
    auto const result = advance(spoilt, {.kind = Event::Kind::succeeded, .number = 1});
    EXPECT_EQ(result.next.stage, Stage::failed);
    EXPECT_FALSE(result.action);
    EXPECT_NE(result.next.reason.find("makes no sense"), std::string::npos);
  }
}

TEST(Advance, DoesNotOverflowWithAClockThatIsFarOff) {
  State const planned{.plan = {.release = "v2", .steps = make_steps(Strategy::canary, {})}};
  for (auto const now : {Time::min(), Time::max()}) {
    auto const result = advance(planned, {.kind = Event::Kind::begin, .now = now});
    ASSERT_TRUE(result.next.deadline);
    EXPECT_GE(*result.next.deadline, now);
  }
}

TEST(Advance, KeepsOnlySoMuchOfAReason) {
  State const planned{.plan = {.release = "v2", .steps = make_steps(Strategy::canary, {})}};
  auto const result =
      advance(planned, {.kind = Event::Kind::roll_back, .reason = std::string(100'000, 'x')});
  EXPECT_EQ(result.next.reason.size(), 2000U);
}

TEST(Names, AreReadAsTheyAreWritten) {
  std::set<std::string_view> names;
  for (auto const& row : stage_rows()) {
    EXPECT_EQ(&row_of(row.stage), &row) << row.name << ": the rows are in the order of Stage";
    EXPECT_EQ(parse_stage(to_string(row.stage)), row.stage);
    names.insert(row.name);
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(Stage::failed) + 1);
  EXPECT_EQ(parse_stage("flying"), std::nullopt);
}

TEST(Table, HasOneRowForAStageAndAnEvent) {
  std::set<std::pair<Stage, Event::Kind>> seen;
  for (auto const& row : rows()) {
    for (auto const stage : row.from) {
      EXPECT_TRUE(seen.emplace(stage, row.kind).second)
          << to_string(stage) << " " << to_string(row.kind);
      EXPECT_FALSE(is_end(stage)) << to_string(stage) << " is an end";
    }
  }
}

TEST(Picture, HasNoLabelThatMermaidCannotRead) {
  auto const picture = to_mermaid();
  for (auto const line : split(picture, '\n')) {
    auto const colon = line.find(": ");
    if (line.find("-->") == line.npos || colon == line.npos) continue;
    EXPECT_EQ(line.find_first_of(":;", colon + 1), line.npos) << line;
  }
}

constexpr auto kDocument = "../../docs/rollout.md";
constexpr std::string_view kGenerated =
    "<!-- Written by rollout_test from here on: DAVIT_UPDATE=1 brings it up to date. -->\n";

TEST(Document, HasThePictureAndTheTables) {
  auto const text = davit::testing::read_text_file(kDocument);
  auto const introduction = text.substr(0, text.find(kGenerated));
  davit::testing::expect_file(
      kDocument,
      fmt::format(
          "{}{}\n## The picture\n\n```mermaid\n{}```\n\n## The stages\n\n{}\n## What leads "
          "where\n\n"
          "What is not in the table changes nothing.\n\n{}",
          introduction,
          kGenerated,
          to_mermaid(),
          stages_to_markdown(),
          rows_to_markdown()
      )
  );
}

}  // namespace
}  // namespace davit::rollout

#include "app/local/picture.h"

#include <gtest/gtest.h>

#include "app/local/paint.h"
#include "base/strings.h"
#include "support/case_file.h"

namespace davit::app {
namespace {

using rollout::Stage;
using rollout::Time;
using std::chrono::milliseconds;
using std::chrono::seconds;

// "2026-11-22 01:22:33" would do as well: only differences are shown.
constexpr Time kBegan{seconds(1'800'000'000)};

int number(std::string_view text) {
  return text.empty() ? 0 : std::atoi(std::string(text).c_str());
}

// "davitd-1 green healthy 128 2" is a task: id, release, state, weight, restarts, last exit.
local::TaskStatus read_task(const std::vector<std::string_view>& words) {
  local::TaskStatus task;
  task.record.id = words.at(0);
  task.record.release = words.at(1);
  task.record.ports.port = static_cast<std::uint16_t>(40'000 + words.at(0).back() - '0');
  task.state = words.at(2);
  task.weight = number(words.at(3));
  if (words.size() > 4) task.restarts = number(words[4]);
  if (words.size() > 5) task.last_exit = std::string(words[5]) + " 2";
  return task;
}

// One line of a case: a name and its words.
void read_line(View& view, std::string_view line) {
  auto const words = split(line, ' ');
  auto const rest = std::string(line.substr(std::min(line.size(), words[0].size() + 1)));
  if (words[0] == "task") {
    view.status.tasks.push_back(read_task({words.begin() + 1, words.end()}));
    view.ages[view.status.tasks.back().record.id] = seconds(view.status.tasks.size() * 4000);
  } else if (words[0] == "serving") {
    view.status.serving = rest;
    view.status.port = 8080;
    view.status.balancer_pid = 4711;
  } else if (words[0] == "unwatched") {
    view.is_running = false;
    view.status.balancer_pid = 0;
    view.status.port = 0;
  } else if (words[0] == "note") {
    view.note = rest;
  } else if (words[0] == "elapsed") {
    view.now = kBegan + milliseconds(number(rest));
  } else {
    if (!view.state) view.state.emplace();
    auto& state = *view.state;
    if (words[0] == "release") state.plan.release = rest;
    if (words[0] == "previous") state.plan.previous = rest;
    if (words[0] == "steps") state.plan.steps.resize(static_cast<std::size_t>(number(rest)));
    if (words[0] == "stage") state.stage = *rollout::parse_stage(rest);
    if (words[0] == "step") state.step = static_cast<std::size_t>(number(rest));
    if (words[0] == "weight") state.weight = number(rest);
    if (words[0] == "shifts") state.under_way = {1, rollout::Act::shift, "", number(rest)};
    if (words[0] == "left") state.deadline = view.now + milliseconds(number(rest));
    if (words[0] == "reason") state.reason = rest;
    if (words[0] == "remark") state.remarks.push_back(rest);
  }
}

View read_view(std::string_view text) {
  View view;
  view.began = view.now = kBegan;
  view.actor = "ada@build-7";
  view.command = "davit deploy --strategy canary";
  for (auto const line : split(text, '\n')) {
    if (!line.empty()) read_line(view, line);
  }
  return view;
}

Look look_of(const testing::CaseFile& file) {
  Look look;
  auto const words = file.section("look");
  for (auto const line : split(words, '\n')) {
    if (line == "coloured") look.is_coloured = true;
    if (auto const width = number(line); width > 0) look.width = static_cast<std::size_t>(width);
  }
  return look;
}

// Escapes are written out, so that they can be read and reviewed.
std::string visible(std::string text) {
  for (std::size_t at = 0; (at = text.find('\x1b', at)) != std::string::npos;) {
    text.replace(at, 1, "\\e");
  }
  return text;
}

class Pictures : public ::testing::TestWithParam<std::string> {};

// Each section `view` is a moment. All are told one after the other, and the last one is drawn.
TEST_P(Pictures, AreAsTheyWere) {
  testing::expect_case("testdata/" + GetParam() + ".case", [](const testing::CaseFile& file) {
    std::string told;
    std::optional<View> before;
    for (auto const& [title, text] : file.sections) {
      if (title != "view") continue;
      auto view = read_view(text);
      told += tell_change(before ? &*before : nullptr, view);
      before = std::move(view);
    }
    auto const look = look_of(file);
    auto out = told.empty() ? "" : "told:\n" + told + '\n';
    out += "status:\n" + draw_status(*before, look);
    if (before->state) out += "\nend:\n" + tell_end(*before->state);
    for (auto const line : split(draw_release(*before, look), '\n')) {
      if (!look.is_coloured) EXPECT_LE(line.size(), look.width) << line;
    }
    return visible(out);
  });
}

INSTANTIATE_TEST_SUITE_P(
    All,
    Pictures,
    ::testing::ValuesIn(testing::case_names("testdata")),
    [](const auto& param) { return param.param; }
);

TEST(Bar, ShowsThatAShareIsNeitherNothingNorAll) {
  EXPECT_EQ(bar(0, 10), "[----------]");
  EXPECT_EQ(bar(1, 10), "[#---------]");
  EXPECT_EQ(bar(50, 10), "[#####-----]");
  EXPECT_EQ(bar(99, 10), "[#########-]");
  EXPECT_EQ(bar(100, 10), "[##########]");
}

TEST(Fit, CutsColumnsAndNotColours) {
  EXPECT_EQ(fit("12345678", 8), "12345678");
  EXPECT_EQ(fit("123456789", 8), "123456..");
  EXPECT_EQ(fit("\x1b[31m12345678\x1b[0m", 8), "\x1b[31m12345678\x1b[0m");
  EXPECT_EQ(fit("\x1b[31m123456789\x1b[0m", 8), "\x1b[31m123456..\x1b[0m");
  EXPECT_EQ(fit("12", 1), ".");
}

TEST(DurationText, IsReadable) {
  EXPECT_EQ(to_text(milliseconds(999)), "0 s");
  EXPECT_EQ(to_text(seconds(65)), "1:05");
  EXPECT_EQ(to_text(seconds(3661)), "1:01:01");
  EXPECT_EQ(to_text(seconds(90'000)), "1 d 1 h");
}

}  // namespace
}  // namespace davit::app

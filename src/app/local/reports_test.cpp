// `davit history`, `davit doctor` and `davit logs` as they are shown.
#include "app/local/reports.h"

#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/local/doctor.h"
#include "app/local/view_fixture.h"
#include "app/terminal.h"
#include "support/case_file.h"
#include "support/child.h"

namespace davit::app {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string text(const json::Value& value, std::string_view key) {
  return std::string(json::find_string(value, key).value_or(""));
}
milliseconds time(const json::Value& value, std::string_view key) {
  return milliseconds(json::find_int(value, key).value_or(0));
}

// The input is JSON, a line for each.
std::vector<json::Value> lines_of(const std::string& text) {
  std::vector<json::Value> values;
  for (auto const line : split(text, '\n')) {
    if (line.empty()) continue;
    auto value = json::parse(line);
    EXPECT_TRUE(value) << line;
    if (value) values.push_back(*std::move(value));
  }
  return values;
}

release::Record record_of(const json::Value& value) {
  release::Record record;
  record.origin.release = text(value, "release");
  record.origin.actor = text(value, "actor");
  record.origin.strategy = text(value, "strategy");
  record.state.reason = text(value, "reason");
  record.state.stage = rollout::parse_stage(text(value, "outcome")).value_or(rollout::Stage::done);
  record.began = rollout::Time(time(value, "began"));
  if (json::find(value, "took") != nullptr) record.ended = record.began + time(value, "took");
  return record;
}

std::string draw_history(const testing::CaseFile& file) {
  std::vector<release::Record> history;
  for (auto const& value : lines_of(file.section("releases"))) history.push_back(record_of(value));
  release::Figures figures;
  for (auto const& value : lines_of(file.section("figures"))) {
    figures.releases = static_cast<std::size_t>(json::find_int(value, "releases").value_or(0));
    figures.per_week = static_cast<double>(json::find_int(value, "in_ten_weeks").value_or(0)) / 10;
    figures.failure_rate =
        static_cast<double>(json::find_int(value, "failed_percent").value_or(0)) / 100;
    figures.lead_time = time(value, "lead_time");
  }
  auto const most = number(file.section("number"));
  auto const count = static_cast<std::size_t>(most == 0 ? 20 : most);
  return describe_history(history, figures, count, read_look(file.section("look")));
}

std::string draw_doctor(const testing::CaseFile& file) {
  std::vector<Finding> findings;
  for (auto const& value : lines_of(file.section("findings"))) {
    auto const word = text(value, "outcome");
    auto const outcome = word == "ok"       ? Finding::Outcome::ok
                         : word == "failed" ? Finding::Outcome::failed
                                            : Finding::Outcome::skipped;
    findings.push_back({text(value, "name"), outcome, text(value, "detail"), text(value, "next")});
  }
  return describe(findings, read_look(file.section("look")));
}

// A section `log NAME` is a file; `flags` are --task NAME, --lines N and --json.
std::string print_logs(const testing::CaseFile& file) {
  davit::testing::TemporaryDirectory const folder;
  LogsRequest request;
  request.place.state = folder.path().string();
  std::filesystem::create_directories(folder.path() / "logs");
  for (auto const& [title, content] : file.sections) {
    if (!title.starts_with("log ")) continue;
    std::ofstream(folder.path() / "logs" / (title.substr(4) + ".log")) << content;
  }
  auto const flags = file.section("flags");
  for (auto const line : split(flags, '\n')) {
    auto const words = split(line, ' ');
    if (words[0] == "--json") request.place.json = true;
    if (words[0] == "--task") request.task = words.at(1);
    if (words[0] == "--lines") request.lines = static_cast<std::size_t>(number(words.at(1)));
  }
  ::testing::internal::CaptureStdout();
  auto const code = run_logs(request);
  std::fflush(stdout);
  auto out = ::testing::internal::GetCapturedStdout();
  return code ? out : out + "davit: " + code.error().message() + '\n';
}

// Standard output as it is when its reader has gone: `| head -1`.
class UnreadOutput {
 public:
  UnreadOutput() : output_(::dup(STDOUT_FILENO)) {
    std::fflush(stdout);
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
  }
  ~UnreadOutput() {
    std::fflush(stdout);
    ::dup2(output_, STDOUT_FILENO);
    ::close(output_);
    std::clearerr(stdout);
    std::signal(SIGPIPE, before_);
  }

 private:
  // As in the program.
  void (*before_)(int) = std::signal(SIGPIPE, SIG_IGN);
  int output_;
};

TEST(Reports, EndWhenNobodyReadsThem) {
  davit::testing::TemporaryDirectory const folder;
  Place place;
  place.state = folder.path().string();
  std::filesystem::create_directories(folder.path() / "logs");
  std::ofstream(folder.path() / "logs" / "notes-1.log") << "one\ntwo\n";
  std::vector<Result<int>> ended;
  {
    UnreadOutput const unread;
    ended.push_back(run_status({.place = place, .watches = true}));
    ended.push_back(run_history({.place = place}));
    ended.push_back(run_logs({.place = place, .follows = true}));
    place.json = true;
    ended.push_back(run_status({.place = place, .watches = true}));
    EXPECT_TRUE(has_no_reader());
  }
  for (auto const& code : ended) EXPECT_TRUE(code) << code.error().message();
  EXPECT_FALSE(has_no_reader());
}

struct Report {
  std::string_view folder;
  std::string (*draw)(const testing::CaseFile& file);
};
constexpr Report kReports[] = {
    {"history", draw_history}, {"doctor", draw_doctor}, {"logs", print_logs}
};

// A server may print anything.
TEST(Logs, AreJsonWhateverTheTasksPrint) {
  testing::TemporaryDirectory const folder;
  std::filesystem::create_directories(folder.path() / "logs");
  std::ofstream(folder.path() / "logs" / "notes-1.log") << "a\xff\x80z\n";
  LogsRequest request;
  request.place.state = folder.path().string();
  request.place.json = true;
  ::testing::internal::CaptureStdout();
  EXPECT_TRUE(run_logs(request));
  std::fflush(stdout);
  auto const line = json::parse(::testing::internal::GetCapturedStdout());
  ASSERT_TRUE(line) << line.error().message();
  EXPECT_THAT(text(*line, "line"), ::testing::AllOf(StartsWith("a"), ::testing::EndsWith("z")));
}

TEST(History, TellsWhyOfThoseThatDidNotGoWell) {
  std::vector<release::Record> history(2);
  history[0].origin.command = "davit deploy --wait-until done";
  history[0].state.stage = rollout::Stage::done;
  history[1].state.stage = rollout::Stage::refused;
  history[1].state.reason = "the gate failed";
  auto const text = describe_history(history, {.releases = 1}, 20, {});
  EXPECT_THAT(text, HasSubstr("the gate failed"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("davit deploy"))) << "a command is no reason";
  EXPECT_THAT(text, HasSubstr("1 release,"));
}

TEST(Reports, AreAsTheyWere) {
  for (auto const& [folder, draw] : kReports) {
    auto const place = "testdata/" + std::string(folder);
    auto const names = testing::case_names(place);
    EXPECT_FALSE(names.empty()) << place;
    for (auto const& name : names) {
      testing::expect_case(place + '/' + name + ".case", [&](const testing::CaseFile& file) {
        return visible(draw(file));
      });
    }
  }
}

}  // namespace
}  // namespace davit::app

#include "connectors/gitlab/gitlab.h"

#include <gtest/gtest.h>

#include "connector/definition.h"
#include "connectors/gitlab/diff.h"
#include "connectors/gitlab/references.h"
#include "connectors/gitlab/trace.h"
#include "support/connector_suite.h"
#include "support/connector_world.h"

namespace davit::connectors::gitlab {
namespace {

using connector::Tool;

DAVIT_CONNECTOR_TESTS(
    Gitlab,
    (testing::ConnectorFiles{
        .connector = connector,
        .manual = "../../../docs/connectors/gitlab.md",
    })
);

// References
// -----------------------------------------------------------------------------------------

Result<json::Object> resolved(std::string_view arguments, std::string_view base) {
  static constexpr Tool kTool{
      .params = {{.name = "mr"}, {.name = "issue"}, {.name = "pipeline"}, {.name = "job"}},
  };
  auto object = json::parse(arguments)->get_object();
  DAVIT_TRY(auto const url, http::parse_url(base));
  DAVIT_CHECK(resolve_references(kTool, url, object));
  return object;
}

std::string shown(std::string_view arguments) {
  auto const object = resolved(arguments, "https://gitlab.example.com/api/v4");
  return object ? json::to_text(*object) : object.error().message();
}

TEST(GitlabReferences, AreNumbersSigilsOrAddresses) {
  EXPECT_EQ(shown(R"({"mr":"12"})"), R"({"mr":"12"})");
  EXPECT_EQ(shown(R"({"mr":" !12 "})"), R"({"mr":"12"})");
  EXPECT_EQ(shown(R"({"issue":"#7"})"), R"({"issue":"7"})");
  EXPECT_EQ(shown(R"({"mr":"a/b!12"})"), R"({"mr":"12","project":"a/b"})");
  EXPECT_EQ(
      shown(R"({"issue":"https://gitlab.example.com/a/b/-/work_items/7"})"),
      R"({"issue":"7","project":"a/b"})"
  );
  EXPECT_EQ(
      shown(R"({"job":"https://gitlab.example.com/a/b/-/jobs/5#L12"})"),
      R"({"job":"5","project":"a/b"})"
  );
}

TEST(GitlabReferences, OfProjectsAndGroupsArePathsIdsOrAddresses) {
  EXPECT_EQ(shown(R"({"project":"/a/b/"})"), R"({"project":"a/b"})");
  EXPECT_EQ(shown(R"({"project":"a%2Fb"})"), R"({"project":"a/b"})");
  EXPECT_EQ(
      shown(R"({"project":"https://gitlab.example.com/a/b/-/tree/main"})"), R"({"project":"a/b"})"
  );
  EXPECT_EQ(shown(R"({"group":"https://gitlab.example.com/groups/a/c"})"), R"({"group":"a/c"})");
}

TEST(GitlabReferences, TheLatestPipelineIsTheOneWithoutAnId) {
  EXPECT_EQ(shown(R"({"pipeline":"latest"})"), "{}");
}

TEST(GitlabReferences, KnowInstancesBelowAPath) {
  auto const base = "https://example.com/tools/gitlab/api/v4";
  auto const inside =
      resolved(R"({"mr":"https://example.com/tools/gitlab/a/b/-/merge_requests/3"})", base);
  ASSERT_TRUE(inside);
  EXPECT_EQ(json::to_text(*inside), R"({"mr":"3","project":"a/b"})");
  EXPECT_FALSE(resolved(R"({"mr":"https://example.com/a/b/-/merge_requests/3"})", base));
}

// Diffs
// ------------------------------------------------------------------------------------------------

TEST(GitlabDiff, CountsLinesOfHunksOnly) {
  auto const counts = count_lines("--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n a\n-b\n+c\n+d\n");
  EXPECT_EQ(counts.added, 2);
  EXPECT_EQ(counts.removed, 1);
}

TEST(GitlabDiff, NumbersGoOnInEachHunk) {
  EXPECT_EQ(
      with_line_numbers("@@ -9 +9,2 @@\n a\n+b\n@@ -20,2 +21 @@ f()\n-c\n d\n", 1000).text,
      "@@ -9 +9,2 @@\n"
      "    9     9  a\n"
      "         10 +b\n"
      "@@ -20,2 +21 @@ f()\n"
      "   20       -c\n"
      "   21    21  d\n"
  );
}

TEST(GitlabDiff, SaysWhenItIsCut) {
  auto const diff = "@@ -1 +1 @@\n-a\n+b\n";
  auto const begin = with_line_numbers(diff, 20);
  EXPECT_EQ(begin.text, "@@ -1 +1 @@\n... (cut)\n");
  EXPECT_TRUE(begin.is_cut);
  auto const rest = with_line_numbers(diff, 1000, begin.lines);
  EXPECT_EQ(rest.text, "    1       -a\n          1 +b\n");
  EXPECT_FALSE(rest.is_cut);
}

TEST(GitlabDiff, AlwaysGoesOn) {
  auto const shown = with_line_numbers("@@ -1 +1 @@\n+" + std::string(9000, 'a') + "\n", 10, 1);
  EXPECT_EQ(shown.lines, 1U);
  EXPECT_LT(shown.text.size(), 2100U);
  EXPECT_TRUE(shown.text.ends_with("a...\n"));
}

// Logs
// -------------------------------------------------------------------------------------------------

TEST(GitlabTrace, ReadsLikeOnATerminal) {
  EXPECT_EQ(readable("\x1B[0;33mwarning\x1B[0m: x"), "warning: x");
  EXPECT_EQ(readable("10%\r50%\r100%\r"), "100%");
  EXPECT_EQ(readable("section_start:1560896352:build\r\x1B[0K\x1B[1mBuilding\x1B[0m"), "Building");
  EXPECT_EQ(readable("section_end:1560896353:build\r\x1B[0K"), "");
  EXPECT_EQ(readable("\x1B]0;title\x07text\x1B["), "text");
}

std::vector<Line> filtered(TraceWish wish, int count) {
  TraceFilter filter(std::move(wish));
  for (int i = 1; i <= count; ++i) filter.take({i, "line " + std::to_string(i)});
  return std::move(filter).kept();
}

TEST(GitlabTrace, KeepsTheEndOfALongLogInLittleMemory) {
  auto const lines = filtered({.lines = 3}, 100'000);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines.front().number, 99'998);
}

TEST(GitlabTrace, KeepsAWindow) {
  auto const lines = filtered({.lines = 2, .first = 5}, 10);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines.front().text, "line 5");
}

TEST(GitlabTrace, KeepsTheLinesAroundEachMatchOnce) {
  auto const lines = filtered({.lines = 20, .grep = "LINE 1", .context = 1}, 20);
  std::vector<std::int64_t> numbers;
  for (auto const& line : lines) numbers.push_back(line.number);
  EXPECT_EQ(
      numbers, (std::vector<std::int64_t>{1, 2, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  );
}

TEST(GitlabTrace, SaysWhetherThereWasMore) {
  auto const is_full = [](TraceWish wish) {
    TraceFilter filter(std::move(wish));
    for (int i = 1; i <= 10; ++i) filter.take({i, "line " + std::to_string(i)});
    return filter.is_full();
  };
  EXPECT_TRUE(is_full({.lines = 2, .first = 5}));
  EXPECT_FALSE(is_full({.lines = 6, .first = 5}));
  EXPECT_TRUE(is_full({.lines = 2, .grep = "line"}));
  EXPECT_FALSE(is_full({.lines = 1, .grep = "line 2"}));
}

TEST(GitlabTrace, TellingLinesAreThoseAboutErrorsElseTheEnd) {
  std::vector<Line> log;
  for (int i = 1; i <= 50; ++i) log.push_back({i, i == 20 ? "fatal: no such file" : "fine"});
  auto const telling = telling_lines(log, 10);
  ASSERT_EQ(telling.size(), 7U);
  EXPECT_EQ(telling.front().number, 17);
  log[19].text = "0 errors";
  EXPECT_EQ(telling_lines(log, 10).front().number, 41);
}

TEST(GitlabTrace, TheLastErrorsAreTheFirstChoice) {
  std::vector<Line> log;
  for (int i = 1; i <= 50; ++i) log.push_back({i, i % 10 == 0 ? "error" : "fine"});
  auto const telling = telling_lines(log, 4);
  EXPECT_EQ(telling.back().number, 50);
  EXPECT_EQ(telling.front().number, 47);
}

TEST(GitlabTrace, ALogOfManyMegabytesIsReadInPieces) {
  testing::ConnectorWorld world(connector);
  std::string log;
  while (log.size() < 6'000'000) log += "a line of a log that goes on and on\n";
  world.client().script.push_back({.body = log + "the end\n"});
  auto const result = world.call("gitlab_get_job_log", R"({"project": 7, "job": 5, "lines": 1})");
  ASSERT_TRUE(result);
  EXPECT_TRUE(json::find_string(*result->structured, "log")->ends_with(": the end\n"));
}

}  // namespace
}  // namespace davit::connectors::gitlab

// The decisions of tools that need no upstream.
#include <gtest/gtest.h>

#include "connectors/gitlab/context.h"
#include "connectors/gitlab/edits.h"
#include "connectors/gitlab/merge_requests.h"
#include "connectors/gitlab/positions.h"
#include "connectors/gitlab/quick_actions.h"
#include "connectors/gitlab/updates.h"

namespace davit::connectors::gitlab {
namespace {

TEST(GitlabEdits, ReplaceWhatIsThereOnce) {
  EXPECT_EQ(*replaced_once("f", "a b c", "b", "x"), "a x c");
  EXPECT_EQ(*replaced_once("f", "a b c", "b ", ""), "a c");
  EXPECT_FALSE(replaced_once("f", "a b b", "b", "x"));
  EXPECT_FALSE(replaced_once("f", "aaa", "aa", "x"));  // twice, one over the other
  EXPECT_FALSE(replaced_once("f", "a", "b", "x"));
  EXPECT_FALSE(replaced_once("f", "a", "", "x"));
}

TEST(GitlabDrafts, AreMarkedOnceInTheTitle) {
  EXPECT_EQ(with_draft_mark("Fix", true), "Draft: Fix");
  EXPECT_EQ(with_draft_mark("draft: Fix", true), "Draft: Fix");
  EXPECT_EQ(with_draft_mark("[Draft] (Draft) Fix", false), "Fix");
  EXPECT_EQ(with_draft_mark("Drafty", false), "Drafty");
}

TEST(GitlabVersions, KnowAutoMergeFrom1711On) {
  EXPECT_TRUE(knows_auto_merge("17.11.0"));
  EXPECT_TRUE(knows_auto_merge("19.4.1-ee"));
  EXPECT_FALSE(knows_auto_merge("17.10.8-ee"));
  EXPECT_FALSE(knows_auto_merge("16.7"));
  for (auto const text : {"", "17", "17.", "x.11"}) EXPECT_FALSE(knows_auto_merge(text));
}

// Quick actions
// --------------------------------------------------------------------------------------

bool refuses(std::string_view arguments) {
  return !refuse_quick_actions(json::parse(arguments)->get_object());
}

TEST(GitlabQuickActions, AreLinesThatBeginWithACommand) {
  EXPECT_TRUE(refuses(R"({"body": "ok\n  /merge"})"));
  EXPECT_TRUE(refuses(R"({"body": "/assign @mina"})"));
  EXPECT_TRUE(refuses(R"({"body": "/close\r\nx"})"));
  EXPECT_FALSE(refuses(R"({"body": "/api/users answers 500"})"));
  EXPECT_FALSE(refuses(R"({"body": "see `/merge`"})"));
  EXPECT_FALSE(refuses(R"({"body": "/merge", "allow_quick_actions": true})"));
}

TEST(GitlabQuickActions, AreLookedForInEveryTextThatIsSent) {
  EXPECT_TRUE(refuses(R"({"description": "/close"})"));
  EXPECT_TRUE(refuses(R"({"title": "/close"})"));
  EXPECT_TRUE(refuses(R"({"summary": "/approve"})"));
  EXPECT_TRUE(refuses(R"({"description_edit": {"old_str": "a", "new_str": "/close"}})"));
  EXPECT_TRUE(refuses(R"({"comments": [{"body": "fine"}, {"body": "/merge"}]})"));
  EXPECT_TRUE(refuses(R"({"comments": [{"body": "fine", "suggestion": "x\n```\n/merge"}]})"));
}

// Positions
// -------------------------------------------------------------------------------------------

Positions positions() {
  auto const refs = json::parse(R"({"base_sha": "b", "start_sha": "s", "head_sha": "h"})");
  auto const files = json::parse(R"([
      {"old_path": "old.cpp", "new_path": "new.cpp", "diff": "@@ -9,3 +9,3 @@\n a\n-b\n+c\n d\n"},
      {"old_path": "x", "new_path": "x", "diff": "", "too_large": true}])");
  return Positions(*refs, files->get_array());
}

std::string shown(Place place) {
  auto const position = positions().find(place);
  if (!position) return position.error().message();
  auto shown = *position;
  for (auto const key : {"position_type", "base_sha", "start_sha", "head_sha"}) shown.erase(key);
  return json::canonical(shown);
}

TEST(GitlabPositions, HaveTheNumbersThatGitlabWants) {
  EXPECT_EQ(
      shown({.path = "new.cpp", .line = 9}),
      R"({"new_line":9,"new_path":"new.cpp","old_line":9,"old_path":"old.cpp"})"
  );
  EXPECT_EQ(
      shown({.path = "new.cpp", .line = 10}),
      R"({"new_line":10,"new_path":"new.cpp","old_path":"old.cpp"})"
  );
  EXPECT_EQ(
      shown({.path = "old.cpp", .line = 10, .is_old = true}),
      R"({"new_path":"new.cpp","old_line":10,"old_path":"old.cpp"})"
  );
}

TEST(GitlabPositions, NameTheNearestLine) {
  EXPECT_EQ(
      shown({.path = "new.cpp", .line = 40}),
      "line 40 is not on the new side of the diff; the nearest is 11"
  );
  EXPECT_EQ(
      shown({.path = "new.cpp", .line = 1}),
      "line 1 is not on the new side of the diff; the nearest is 9"
  );
  EXPECT_EQ(shown({.path = "x", .line = 1}), "GitLab shows no text of x: say it in the summary");
  EXPECT_EQ(shown({.path = "y", .line = 1}), "y is not in the diff; it has new.cpp, x");
}

// Code search
// -----------------------------------------------------------------------------------------

TEST(GitlabCodeSearch, AFilterBringsInNoOther) {
  EXPECT_TRUE(
      check_code_search(json::parse(R"({"path": "src/*", "extension": "cpp"})")->get_object())
  );
  EXPECT_FALSE(check_code_search(json::parse(R"({"path": "a path:b"})")->get_object()));
  EXPECT_FALSE(check_code_search(json::parse(R"({"extension": "cpp\tfilename:x"})")->get_object()));
  EXPECT_FALSE(check_code_search(json::parse(R"({"path": "\"a"})")->get_object()));
}

}  // namespace
}  // namespace davit::connectors::gitlab

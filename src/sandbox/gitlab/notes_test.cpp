#include <gtest/gtest.h>

#include "sandbox/gitlab/test_harness.h"

namespace davit::sandbox::gitlab {
namespace {

class GitlabNotesAndIssues : public testing::Test, protected Harness {};

TEST_F(GitlabNotesAndIssues, AQuickActionIsCarriedOut) {
  auto const noted = post(std::string(kMr7) + "/notes", R"({"body":"Not now.\n/close\n"})");
  EXPECT_EQ(noted.status, 201);
  EXPECT_EQ(noted.text("body"), "Not now.");
  EXPECT_EQ(get(kMr7).text("state"), "closed");
  auto const silent = post("/projects/101/issues/17/notes", R"({"body":"/close"})");
  EXPECT_EQ(silent.status, 202);
  EXPECT_EQ(silent.text("commands_changes.state_event"), "close");
  EXPECT_EQ(silent.text("summary.0"), "Closed this issue.");
  EXPECT_EQ(get("/projects/101/issues/17").text("state"), "closed");
}
TEST_F(GitlabNotesAndIssues, CodeAndUnknownCommandsStayText) {
  auto const body = R"({"body":"```\n/close\n```\n/etc/passwd"})";
  auto const noted = post(std::string(kMr7) + "/notes", body);
  EXPECT_EQ(noted.text("body"), "```\n/close\n```\n/etc/passwd");
  EXPECT_EQ(get(kMr7).text("state"), "opened");
}
TEST_F(GitlabNotesAndIssues, ANoteNeedsABody) {
  EXPECT_EQ(post(std::string(kMr7) + "/notes", "{}").body, R"({"error":"body is missing"})");
  EXPECT_EQ(
      post(std::string(kMr7) + "/notes", R"({"body":" "})").text("message"),
      R"(400 Bad request - Note {:note=>["can't be blank"]})"
  );
}

std::string position(const Answer& mr, std::string_view lines, std::string_view path) {
  return R"({"body":"here","position":{"position_type":"text","base_sha":")" +
         mr.text("diff_refs.base_sha") + R"(","start_sha":")" + mr.text("diff_refs.start_sha") +
         R"(","head_sha":")" + mr.text("diff_refs.head_sha") + R"(","old_path":")" +
         std::string(path) + R"(","new_path":")" + std::string(path) + "\"," + std::string(lines) +
         "}}";
}
TEST_F(GitlabNotesAndIssues, AnInlineThreadMustLieInTheDiff) {
  auto const mr = get(kMr7);
  auto const comment = [&](std::string_view lines, std::string_view path) {
    return post(std::string(kMr7) + "/discussions", position(mr, lines, path));
  };
  auto const* client = "src/payments/client.ts";
  auto const added = comment(R"("new_line":3)", client);
  EXPECT_EQ(added.status, 201) << added.body;
  EXPECT_EQ(added.text("notes.0.type"), "DiffNote");
  EXPECT_EQ(added.number("notes.0.position.new_line"), 3);
  EXPECT_EQ(comment(R"("new_line":1)", client).status, 400);  // unchanged: needs both
  EXPECT_EQ(comment(R"("old_line":1,"new_line":1)", client).status, 201);
  EXPECT_EQ(comment(R"("old_line":4,"new_line":5)", client).status, 201);
  EXPECT_EQ(comment(R"("old_line":4,"new_line":4)", client).status, 400);
  EXPECT_EQ(comment(R"("old_line":2)", "src/payments/legacy_timeout.ts").status, 201);
  auto const outside = comment(R"("new_line":1)", "README.md");
  EXPECT_EQ(
      outside.text("message"),
      R"(400 Bad request - Note {:line_code=>["can't be blank", "must be a valid line code"]})"
  );
}
TEST_F(GitlabNotesAndIssues, ThreadsAreAnsweredAndResolved) {
  auto const discussions = get(std::string(kMr7) + "/discussions");
  ASSERT_EQ(discussions.size(), 8u);
  auto const path = std::string(kMr7) + "/discussions/" + discussions.text("2.id");
  EXPECT_EQ(json::find_bool(discussions.json, "2.notes.0.resolved"), false);
  EXPECT_EQ(post(path + "/notes", R"({"body":"Agreed."})").text("type"), "DiffNote");
  auto const resolved = put(path, R"({"resolved":true})");
  EXPECT_EQ(resolved.status, 200);
  EXPECT_EQ(resolved.text("notes.2.resolved_by.username"), "mina");
  EXPECT_EQ(put(path, "{}").body, R"({"error":"resolved is missing"})");
  EXPECT_EQ(put(path + "?resolved=false").status, 200);
  EXPECT_EQ(
      get(std::string(kMr7) + "/discussions/nope").text("message"), "404 Discussion Not Found"
  );
}
TEST_F(GitlabNotesAndIssues, DraftNotesAreSeenByNobodyUntilTheyArePublished) {
  auto const drafts = std::string(kMr7) + "/draft_notes";
  auto const before = get(kMr7).number("user_notes_count");
  EXPECT_EQ(post(drafts, R"({"note":"One"})").status, 201);
  EXPECT_EQ(
      post(drafts, position(get(kMr7), R"("new_line":3)", "src/payments/client.ts")).body,
      R"({"error":"note is missing"})"
  );
  EXPECT_EQ(get(drafts).size(), 1u);
  EXPECT_EQ(get(kMr7).number("user_notes_count"), before);
  EXPECT_EQ(
      post(drafts + "/bulk_publish", R"({"reviewer_state":"requested_changes"})").status, 204
  );
  EXPECT_EQ(get(drafts).size(), 0u);
  EXPECT_EQ(get(kMr7).number("user_notes_count"), before + 1);
  EXPECT_EQ(get(std::string(kMr7) + "/reviewers").text("1.state"), "requested_changes");
}

TEST_F(GitlabNotesAndIssues, AnIssueIsCreatedChangedAndRead) {
  auto const made = post(
      "/projects/harbor%2Fapi/issues",
      R"({"title":"New one","labels":["bug"],"assignee_ids":[12],"due_date":"2026-12-01",
          "milestone_id":302,"description":null})"
  );
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.number("iid"), 61);
  EXPECT_EQ(made.text("web_url"), "http://gitlab.test/harbor/api/-/issues/61");
  auto const changed = put("/projects/101/issues/61", R"({"state_event":"close","labels":""})");
  EXPECT_EQ(changed.text("state"), "closed");
  EXPECT_EQ(changed.text("closed_by.username"), "mina");
  auto const read = get("/projects/101/issues/61");
  EXPECT_EQ(json::to_text(*json::find(read.json, "labels")), "[]");
  EXPECT_EQ(read.text("milestone.title"), "Christmas readiness");
  EXPECT_EQ(json::find(read.json, "description"), nullptr);
}
TEST_F(GitlabNotesAndIssues, IssuesKnowTheirNeighbours) {
  EXPECT_EQ(get("/projects/101/issues/12/related_merge_requests").size(), 2u);
  auto const links = get("/projects/101/issues/12/links");
  EXPECT_EQ(links.size(), 3u);
  EXPECT_EQ(links.text("0.link_type"), "is_blocked_by");
  auto const linked = post(
      "/projects/101/issues/16/links", R"({"target_project_id":"harbor/web","target_issue_iid":1})"
  );
  EXPECT_EQ(linked.status, 201);
  EXPECT_EQ(linked.text("target_issue.references.full"), "harbor/web#1");
  EXPECT_EQ(get("/projects/102/issues/1/links").size(), 1u);
}
TEST_F(GitlabNotesAndIssues, MergingClosesTheIssuesThatAreNamed) {
  put(kMr7, R"({"description":"Fixes #16"})");
  auto const threads = get(std::string(kMr7) + "/discussions");
  for (auto const& one : threads.json.get_array()) {
    auto const id = std::string(*json::find_string(one, "id"));
    put(std::string(kMr7) + "/discussions/" + id, R"({"resolved":true})");
  }
  post(std::string(kMr7) + "/approve");
  post("/projects/101/pipelines/5107/retry");
  clock.advance(60s);
  ASSERT_EQ(put(std::string(kMr7) + "/merge").status, 200) << get(kMr7).body;
  EXPECT_EQ(get("/projects/101/issues/16").text("state"), "closed");
  EXPECT_EQ(get("/projects/101/issues/12").text("state"), "opened");
}

}  // namespace
}  // namespace davit::sandbox::gitlab

#include <gtest/gtest.h>

#include "sandbox/gitlab/test_harness.h"

namespace davit::sandbox::gitlab {
namespace {

class GitlabMergeRequests : public testing::Test, protected Harness {};

TEST_F(GitlabMergeRequests, TheWholeInstanceShowsMineUnlessAskedForAll) {
  EXPECT_EQ(get("/merge_requests?state=opened").size(), 2u);
  EXPECT_EQ(get("/merge_requests?state=opened&scope=all").size(), 7u);
  EXPECT_EQ(get("/merge_requests?scope=reviews_for_me&state=opened").size(), 2u);
  EXPECT_EQ(get("/projects/101/merge_requests").size(), 8u);
  EXPECT_EQ(get("/groups/harbor/merge_requests?state=merged").size(), 2u);
}
TEST_F(GitlabMergeRequests, FiltersOfMergeRequests) {
  for (auto const& [query, rows] : std::vector<std::pair<std::string, std::size_t>>{
           {"author_username=jonas", 3},
           {"author_username=nobody", 0},
           {"assignee_username=mina", 1},
           {"assignee_id=None", 1},
           {"reviewer_username=aisha&state=opened", 2},
           {"labels=payments,backend&state=opened", 3},
           {"labels=None", 0},
           {"not[labels]=payments&state=opened", 1},
           {"milestone=Christmas%20readiness", 5},
           {"milestone=None", 2},
           {"source_branch=retry-payment-client", 1},
           {"search=backoff", 1},
           {"search=provider&in=title", 3},
           {"wip=yes", 1},
           {"draft=true", 8},  // not a parameter of GitLab: ignored
           {"approved=yes", 4},
           {"iids[]=7&iids[]=8", 2},
           {"created_after=2026-11-18T00:00:00Z", 3},
       }) {
    EXPECT_EQ(get("/projects/101/merge_requests?" + query).size(), rows) << query;
  }
}
TEST_F(GitlabMergeRequests, ADiffIsPagedByFileAndLeavesLargeOnesOut) {
  auto const diffs = get(std::string(kMr7) + "/diffs");
  ASSERT_EQ(diffs.size(), 7u);
  EXPECT_EQ(diffs.text("0.new_path"), "package-lock.json");
  EXPECT_EQ(json::find_bool(diffs.json, "0.collapsed"), true);
  EXPECT_EQ(json::find_bool(diffs.json, "0.generated_file"), true);
  EXPECT_EQ(diffs.text("0.diff"), "");
  EXPECT_TRUE(diffs.text("1.diff").starts_with("@@ -1,5 +1,6 @@\n"));
  EXPECT_EQ(json::find_bool(diffs.json, "2.deleted_file"), true);
  EXPECT_EQ(json::find_bool(diffs.json, "3.new_file"), true);
  EXPECT_EQ(diffs.text("6.old_path"), "test/helpers/http_stub.ts");
  EXPECT_EQ(json::find_bool(diffs.json, "6.renamed_file"), true);
  auto const second = get(std::string(kMr7) + "/diffs?page=2&per_page=1&unidiff=true");
  EXPECT_TRUE(second.text("0.diff").starts_with("--- a/src/payments/client.ts\n+++ b/"));
  auto const raw = get(std::string(kMr7) + "/raw_diffs");
  EXPECT_TRUE(raw.body.starts_with("diff --git a/package-lock.json b/package-lock.json\nindex "));
  EXPECT_GT(raw.body.size(), 20'000u);
}
TEST_F(GitlabMergeRequests, AMergeRequestIsCreatedAndReadBack) {
  auto const made = post(
      "/projects/101/merge_requests",
      R"({"title":"PDF tickets","source_branch":"feature/ticket-pdf","target_branch":"main",
          "labels":"backend,brand new","reviewer_ids":[13],"description":"Closes #17\n/label ~bug"})"
  );
  ASSERT_EQ(made.status, 201) << made.body;
  auto const read = get("/projects/101/merge_requests/11");
  EXPECT_EQ(read.text("title"), "PDF tickets");
  EXPECT_EQ(read.text("description"), "Closes #17");  // the quick action ran
  EXPECT_EQ(json::to_text(*json::find(read.json, "labels")), R"(["backend","brand new","bug"])");
  EXPECT_EQ(read.text("reviewers.0.username"), "aisha");
  EXPECT_EQ(read.text("changes_count"), "1");
  EXPECT_EQ(read.text("created_at"), "2026-11-21T00:00:00.000Z");
  EXPECT_EQ(read.text("references.full"), "harbor/api!11");
  EXPECT_EQ(get("/projects/101/merge_requests/11/closes_issues").number("0.iid"), 17);
}
TEST_F(GitlabMergeRequests, UpdatingAMergeRequestLeavesTraces) {
  EXPECT_EQ(put(kMr7, "{}").status, 400);
  EXPECT_EQ(put(kMr7, R"({"title":" "})").body, R"({"error":"title is empty"})");
  auto const changed =
      put(kMr7, R"({"title":"Draft: Retry","add_labels":"bug","state_event":"close"})");
  EXPECT_EQ(changed.text("state"), "closed");
  EXPECT_EQ(json::find_bool(changed.json, "draft"), true);
  auto const notes = get(std::string(kMr7) + "/notes?activity_filter=only_activity&sort=desc");
  EXPECT_EQ(notes.text("0.body"), "closed");
  EXPECT_EQ(notes.text("1.body"), "added ~\"bug\" label");
  EXPECT_EQ(put(kMr7, R"({"state_event":"reopen"})").text("state"), "opened");
}

TEST_F(GitlabMergeRequests, MergeRefusesInTheDocumentedOrder) {
  EXPECT_EQ(put(std::string(kMr7) + "/merge").status, 405);  // open threads
  EXPECT_EQ(get(kMr7).text("detailed_merge_status"), "discussions_not_resolved");
  EXPECT_EQ(put("/projects/101/merge_requests/5/merge").status, 405);  // draft
  EXPECT_EQ(put("/projects/102/merge_requests/3/merge").status, 422);  // needs a rebase
  auto const wrong = put("/projects/101/merge_requests/8/merge", R"({"sha":"0000"})");
  EXPECT_EQ(wrong.status, 409);
  EXPECT_TRUE(wrong.text("message").starts_with("SHA does not match HEAD of source branch: "));
  token = "read-only-token";
  EXPECT_EQ(put("/projects/101/merge_requests/8/merge").status, 403);
}
TEST_F(GitlabMergeRequests, MergingMovesTheTargetBranch) {
  std::string const path = "/projects/101/merge_requests/8";
  auto const sha = get(path).text("sha");
  auto const merged = put(path + "/merge", R"({"sha":")" + sha + R"("})");
  ASSERT_EQ(merged.status, 200) << merged.body;
  EXPECT_EQ(merged.text("state"), "merged");
  EXPECT_EQ(
      get("/projects/101/repository/commits/main").text("id"), merged.text("merge_commit_sha")
  );
  EXPECT_NE(
      get("/projects/101/repository/files/src%2Fpayments%2Ferrors.ts/raw").body.find("requestId"),
      std::string::npos
  );
  EXPECT_EQ(get("/projects/101/repository/branches/log-request-id").status, 404);
  EXPECT_EQ(put(path + "/merge").status, 405);
}
TEST_F(GitlabMergeRequests, AConflictCannotBeMerged) {
  std::string const path = "/projects/101/merge_requests/6";
  auto const before = get(path);
  EXPECT_EQ(json::find_bool(before.json, "has_conflicts"), true);
  EXPECT_EQ(before.text("merge_status"), "cannot_be_merged");
  EXPECT_EQ(put(path + "/rebase").status, 202);
  clock.advance(2s);
  auto const after = get(path + "?include_rebase_in_progress=true");
  EXPECT_EQ(json::find_bool(after.json, "rebase_in_progress"), false);
  EXPECT_TRUE(after.text("merge_error").starts_with("Rebase failed"));
}
TEST_F(GitlabMergeRequests, ARebaseTakesAMomentAndThenAllowsTheMerge) {
  std::string const path = "/projects/102/merge_requests/3";
  auto const behind = get(path + "?include_diverged_commits_count=true");
  EXPECT_EQ(behind.text("detailed_merge_status"), "need_rebase");
  EXPECT_EQ(behind.number("diverged_commits_count"), 1);
  EXPECT_EQ(put(path + "/rebase").body, R"({"rebase_in_progress":true})");
  EXPECT_EQ(put(path + "/rebase").status, 409);
  auto const during = get(path + "?include_rebase_in_progress=true");
  EXPECT_EQ(json::find_bool(during.json, "rebase_in_progress"), true);
  clock.advance(2s);
  EXPECT_EQ(get(path).text("detailed_merge_status"), "mergeable");
  EXPECT_EQ(put(path + "/merge").text("state"), "merged");
}
TEST_F(GitlabMergeRequests, AMergeIsScheduledWhileThePipelineRuns) {
  std::string const path = "/projects/101/merge_requests/9";
  EXPECT_EQ(put(path + "/merge").status, 405);
  for (auto const* name : {"auto_merge", "merge_when_pipeline_succeeds"}) {
    auto const waiting = put(path + "/merge", R"({")" + std::string(name) + R"(":true})");
    EXPECT_EQ(waiting.status, 200);
    EXPECT_EQ(waiting.text("state"), "opened");
    EXPECT_EQ(json::find_bool(waiting.json, "merge_when_pipeline_succeeds"), true);
  }
  EXPECT_EQ(post(path + "/cancel_merge_when_pipeline_succeeds").status, 201);
  EXPECT_EQ(post(path + "/cancel_merge_when_pipeline_succeeds").status, 406);
  put(path + "/merge", R"({"auto_merge":true})");
  post("/projects/101/pipeline", R"({"ref":"bump-undici"})");
  clock.advance(60s);
  EXPECT_EQ(get(path).text("state"), "merged");
}
TEST_F(GitlabMergeRequests, ApprovalsCountOncePerUser) {
  auto const sha = get(kMr7).text("sha");
  EXPECT_EQ(post(std::string(kMr7) + "/approve", R"({"sha":"0000"})").status, 409);
  auto const approved = post(std::string(kMr7) + "/approve", R"({"sha":")" + sha + R"("})");
  EXPECT_EQ(approved.status, 201);
  EXPECT_EQ(approved.text("approved_by.0.user.username"), "mina");
  EXPECT_EQ(approved.number("approvals_left"), 0);
  EXPECT_EQ(post(std::string(kMr7) + "/approve").status, 401);  // already approved
  EXPECT_EQ(post(std::string(kMr7) + "/unapprove").status, 201);
  EXPECT_EQ(post(std::string(kMr7) + "/unapprove").status, 404);
  token = "jonas-token";
  EXPECT_EQ(post(std::string(kMr7) + "/approve").status, 401);  // the author
}

}  // namespace
}  // namespace davit::sandbox::gitlab

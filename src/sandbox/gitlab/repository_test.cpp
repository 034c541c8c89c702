#include <algorithm>

#include <gtest/gtest.h>

#include "sandbox/gitlab/test_harness.h"

namespace davit::sandbox::gitlab {
namespace {

class GitlabRepositoryAndCi : public testing::Test, protected Harness {};

TEST_F(GitlabRepositoryAndCi, AFileComesInThreeForms) {
  std::string const path = "/projects/101/repository/files/README.md";
  EXPECT_EQ(get(path).body, R"({"error":"ref is missing"})");
  auto const described = get(path + "?ref=HEAD");
  EXPECT_EQ(described.text("encoding"), "base64");
  auto const head = send(request(http::Method::head, "/api/v4" + path + "?ref=main"));
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("X-Gitlab-Blob-Id"), described.text("blob_id"));
  EXPECT_EQ(head.header("X-Gitlab-Size"), std::to_string(described.number("size")));
  EXPECT_EQ(head.header("X-Gitlab-Execute-Filemode"), "false");
  EXPECT_TRUE(head.body.empty());
  EXPECT_TRUE(get(path + "/raw").body.starts_with("# Harbor API\n"));
  EXPECT_EQ(
      get("/projects/101/repository/files/no.md?ref=main").text("message"), "404 File Not Found"
  );
  EXPECT_EQ(get(path + "?ref=no-such").text("message"), "404 Commit Not Found");
}
TEST_F(GitlabRepositoryAndCi, BlameNamesTheCommitOfEachLine) {
  auto const blame =
      get("/projects/101/repository/files/package.json/blame?ref=main&range[start]=2&range[end]=4");
  ASSERT_EQ(blame.size(), 3u) << blame.body;
  EXPECT_EQ(blame.text("1.commit.message"), "Release 4.1.14");
  EXPECT_EQ(blame.text("1.lines.0"), "  \"version\": \"4.1.14\",");
}
TEST_F(GitlabRepositoryAndCi, ABranchAndACommitAreMade) {
  EXPECT_EQ(
      post("/projects/101/repository/branches", R"({"branch":"fix/it","ref":"main"})").status, 201
  );
  EXPECT_EQ(
      post("/projects/101/repository/branches", R"({"branch":"fix/it","ref":"main"})")
          .text("message"),
      "Branch already exists"
  );
  auto const commits = "/projects/101/repository/commits";
  auto const made = post(
      commits,
      R"({"branch":"fix/it","commit_message":"Fix it","actions":[
          {"action":"update","file_path":"README.md","content":"short\n"},
          {"action":"move","file_path":"bin/m.sh","previous_path":"bin/migrate.sh"},
          {"action":"create","file_path":"a.bin","content":"AAE=","encoding":"base64"},
          {"action":"delete","file_path":"docs/payments.md"}]})"
  );
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.number("stats.additions"), 1);
  EXPECT_EQ(get("/projects/101/repository/files/README.md/raw?ref=fix%2Fit").body, "short\n");
  auto const diff = get(std::string(commits) + "/fix%2Fit/diff");
  EXPECT_EQ(diff.size(), 4u);
  EXPECT_EQ(json::find_bool(diff.json, "2.renamed_file"), true);
  auto const compared = get("/projects/101/repository/compare?from=main&to=fix%2Fit");
  EXPECT_EQ(json::find_array(compared.json, "commits")->size(), 1u);
  EXPECT_EQ(
      post(commits, R"({"branch":"fix/it","commit_message":"x","actions":[
          {"action":"create","file_path":"README.md","content":"x"}]})")
          .text("message"),
      "A file with this name already exists"
  );
  EXPECT_EQ(
      post(commits, R"({"branch":"fix/it","commit_message":"x","actions":[{"action":"update"}]})")
          .text("error"),
      "actions[0][file_path] is missing"
  );
}
TEST_F(GitlabRepositoryAndCi, AProtectedBranchRefusesDevelopers) {
  token = "jonas-token";
  auto const refused = post(
      "/projects/101/repository/commits", R"({"branch":"main","commit_message":"x","actions":[]})"
  );
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(
      refused.text("message"), "403 Forbidden - You are not allowed to push into this branch"
  );
}
TEST_F(GitlabRepositoryAndCi, APushTakesApprovalsBack) {
  auto const approved = [&] {
    return get("/projects/101/merge_requests/8/approvals").number("approvals_left");
  };
  EXPECT_EQ(approved(), 0);
  auto const old_sha = get("/projects/101/merge_requests/8").text("sha");
  post(
      "/projects/101/repository/commits",
      R"({"branch":"log-request-id","commit_message":"More","actions":[
          {"action":"create","file_path":"x","content":"x"}]})"
  );
  EXPECT_EQ(approved(), 1);
  EXPECT_NE(get("/projects/101/merge_requests/8").text("sha"), old_sha);
}
TEST_F(GitlabRepositoryAndCi, TreesListDirectoriesFirst) {
  auto const tree = get("/projects/101/repository/tree?path=src");
  EXPECT_EQ(tree.text("0.type"), "tree");
  EXPECT_EQ(
      get("/projects/101/repository/tree?path=nope").text("message"),
      "404 invalid revision or path Not Found"
  );
  EXPECT_EQ(get("/projects/101/repository/tree?ref=nope").text("message"), "404 Tree Not Found");
}

TEST_F(GitlabRepositoryAndCi, AFailedPipelineTellsWhy) {
  auto const jobs = get("/projects/101/pipelines/5107/jobs?scope[]=failed");
  ASSERT_EQ(jobs.size(), 2u);
  EXPECT_EQ(jobs.text("0.name"), "unit-tests");
  EXPECT_EQ(jobs.text("0.failure_reason"), "script_failure");
  EXPECT_EQ(
      get("/projects/101/pipelines/5107/jobs?scope[]=failed&include_retried=true").size(), 3u
  );
  auto const trace = get("/projects/101/jobs/61072/trace");
  EXPECT_EQ(trace.header("Content-Type"), "text/plain");
  EXPECT_GT(std::ranges::count(trace.body, '\n'), 4000);
  for (auto const* mark : {"section_start:", "section_end:", "\r", "\x1b[31;1m", "FAIL"}) {
    EXPECT_NE(trace.body.find(mark), std::string::npos) << mark;
  }
  auto const report = get("/projects/101/pipelines/5107/test_report");
  EXPECT_EQ(report.number("failed_count"), 2);
  auto const summary = get("/projects/101/pipelines/5107/test_report_summary");
  EXPECT_EQ(summary.number("total.failed"), 2);
  EXPECT_EQ(summary.number("test_suites.0.build_ids.0"), 61072);
}
TEST_F(GitlabRepositoryAndCi, ABridgeLeadsToAnotherProjectsPipeline) {
  auto const bridges = get("/projects/101/pipelines/5099/bridges");
  EXPECT_EQ(bridges.number("0.downstream_pipeline.id"), 5200);
  EXPECT_EQ(bridges.number("0.downstream_pipeline.project_id"), 103);
  EXPECT_EQ(get("/projects/103/pipelines/5200/jobs").number("0.id"), 62000);
}
TEST_F(GitlabRepositoryAndCi, APipelineRunsByTheClock) {
  auto const made = post("/projects/101/pipeline", R"({"ref":"main"})");
  ASSERT_EQ(made.status, 201) << made.body;
  auto const path = "/projects/101/pipelines/" + std::to_string(made.number("id"));
  EXPECT_EQ(get(path).text("status"), "pending");
  clock.advance(5s);
  EXPECT_EQ(get(path).text("status"), "running");
  clock.advance(60s);
  EXPECT_EQ(get(path).text("status"), "success");
  EXPECT_EQ(get("/projects/101/pipelines/latest").number("id"), made.number("id"));
  EXPECT_EQ(post("/projects/101/pipeline", R"({"ref":"nope"})").status, 400);
}
TEST_F(GitlabRepositoryAndCi, JobsAreRetriedCancelledAndPlayed) {
  auto const again = post("/projects/101/jobs/61072/retry");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(post("/projects/101/jobs/61072/retry").status, 403);
  auto const path = "/projects/101/jobs/" + std::to_string(again.number("id"));
  EXPECT_EQ(post(path + "/cancel").text("status"), "canceled");
  EXPECT_EQ(post("/projects/101/jobs/60992/play").status, 200);
  EXPECT_EQ(post("/projects/101/jobs/61072/play").status, 400);
  EXPECT_EQ(get("/projects/101/pipelines/5107").text("status"), "canceled");
}

}  // namespace
}  // namespace davit::sandbox::gitlab

// This sandbox's part of the story of all of them, and what jobs leave.
#include "sandbox/story.h"

#include <gtest/gtest.h>

#include "sandbox/gitlab/test_harness.h"

namespace davit::sandbox::gitlab {
namespace {

struct GitlabStory : ::testing::Test, Harness {
  std::string ago(std::chrono::minutes before) const {
    return to_text(std::chrono::floor<std::chrono::milliseconds>(clock.now()) - before);
  }
};

TEST_F(GitlabStory, TheMergeRequestIsMergedShortlyBeforeTheStart) {
  auto const mr = get("/projects/harbor%2Fapi/merge_requests/10");
  EXPECT_EQ(mr.text("title"), story::kMergeRequestTitle);
  EXPECT_EQ(mr.text("author.username"), "jonas");
  EXPECT_EQ(mr.text("merge_user.username"), "aisha");
  EXPECT_EQ(mr.text("state"), "merged");
  EXPECT_EQ(mr.text("merged_at"), ago(story::kMerged));
  EXPECT_EQ(mr.text("source_branch"), "keep-provider-connections");
  EXPECT_EQ(
      get("/projects/101/merge_requests/10/approvals").text("approved_by.0.user.username"), "aisha"
  );
  auto const diffs = get("/projects/101/merge_requests/10/diffs");
  EXPECT_EQ(diffs.text("0.new_path"), "src/payments/provider.ts");
  EXPECT_NE(diffs.text("0.diff").find("POOL_SIZE = 4"), std::string::npos);
}

TEST_F(GitlabStory, ItsVersionIsDeployedAndReleased) {
  auto const pipeline = get("/projects/101/pipelines/latest?ref=main");
  EXPECT_EQ(pipeline.text("status"), "success");
  EXPECT_EQ(pipeline.text("sha"), get("/projects/101/merge_requests/10").text("merge_commit_sha"));
  auto const jobs = get("/projects/101/pipelines/5112/jobs");
  EXPECT_EQ(jobs.text("0.name"), "deploy-production");
  EXPECT_EQ(jobs.text("0.finished_at"), ago(story::kDeployed));
  EXPECT_EQ(get("/projects/101/repository/tags/v4.2.0").text("target"), pipeline.text("sha"));
  EXPECT_EQ(get("/projects/101/releases/v4.2.0").text("released_at"), ago(story::kDeployed));
}

TEST_F(GitlabStory, TheOnCallEngineerIsADeveloper) {
  auto const members = get("/projects/101/members/all?query=tomas");
  EXPECT_EQ(members.text("0.name"), story::kTomas.name);
  EXPECT_EQ(members.number("0.access_level"), 30);
}

TEST_F(GitlabStory, AResetKeepsItsTimes) {
  auto const merged = get("/projects/101/merge_requests/10").text("merged_at");
  clock.advance(3600s);
  EXPECT_EQ(send(request(http::Method::post, "/_sandbox/reset")).status, 204);
  EXPECT_EQ(get("/projects/101/merge_requests/10").text("merged_at"), merged);
}

TEST_F(GitlabStory, JobsLeaveFiles) {
  auto const top = get("/projects/101/jobs/61070/artifacts/tree");
  EXPECT_EQ(top.text("0.path"), "dist");
  EXPECT_EQ(top.text("0.type"), "directory");
  auto const all = get("/projects/101/jobs/61070/artifacts/tree?recursive=true&per_page=3");
  EXPECT_EQ(all.size(), 3u);
  EXPECT_EQ(all.header("X-Total"), "5");
  EXPECT_EQ(get("/projects/101/jobs/61070/artifacts/tree?path=dist/payments").size(), 1u);
  EXPECT_EQ(get("/projects/101/jobs/61072/artifacts/tree").text("0.path"), "junit.xml");
  auto const file = get("/projects/101/jobs/61070/artifacts/dist/payments/client.js");
  EXPECT_EQ(file.body, "import { request } from 'undici';\n");
  EXPECT_EQ(get("/projects/101/jobs/61070/artifacts/dist/none.js").status, 404);
  EXPECT_EQ(get("/projects/101/jobs/61071/artifacts/tree").status, 404);
}

}  // namespace
}  // namespace davit::sandbox::gitlab

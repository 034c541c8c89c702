// This connector's part of the story of all sandboxes: a merge request that keeps too many
// connections is merged and deployed.
#include <algorithm>

#include <fmt/format.h>

#include "sandbox/gitlab/merging.h"
#include "sandbox/gitlab/seed.h"
#include "sandbox/gitlab/seed_files.h"
#include "sandbox/gitlab/seed_history.h"
#include "sandbox/gitlab/seed_rows.h"
#include "sandbox/gitlab/seed_thread.h"
#include "sandbox/story.h"

namespace davit::sandbox::gitlab {
namespace {

constexpr std::string_view kBranch = "keep-provider-connections";
constexpr Id kBranchPipeline = 5111;
constexpr Id kMainPipeline = 5112;
constexpr Id kDeployJob = 61123;

// Points in time as the seed writes them.
class Ago {
 public:
  explicit Ago(Time start) : start_(start) {}
  std::string operator()(std::chrono::minutes before) const { return to_text(start_ - before); }
  Time time(std::chrono::minutes before) const { return start_ - before; }

 private:
  Time start_;
};

using std::chrono::hours;
using std::chrono::minutes;

std::string write_branch(Store& store, Project& api, const Ago& ago) {
  History history(store, api);
  history.branch(kBranch);
  return history.commit(
      kBranch,
      kJonas,
      ago(hours(21)),
      "Keep connections to the payment provider open\n\nA handshake costs 80 ms of each payment.\n",
      {{"src/payments/provider.ts", std::string(files::kProvider)},
       {"src/server.ts", std::string(files::kServerWithPool)}}
  );
}

MergeRequest& open_and_review(Store& store, Project& api, const Ago& ago) {
  auto const opened = ago(hours(20));
  auto const approved = ago(story::kMerged + minutes(9));
  auto& mr = add_merge_request(
      api,
      7000,
      {.iid = story::kMergeRequest,
       .title = story::kMergeRequestTitle,
       .source = kBranch,
       .author = kJonas,
       .created = opened,
       .updated = approved,
       .assignees = {kJonas},
       .reviewers = {kAisha},
       .labels = {"backend", "payments"},
       .milestone = 302,
       .description =
           "Each payment opens a connection, and its TLS handshake takes 80 ms. A pool of four "
           "connections stays open now; who finds none free waits for up to two seconds.\n\n"
           "Measured on staging with ten payments at a time: 310 ms before, 228 ms after."}
  );
  Thread(store, mr)
      .system(kJonas, opened, "requested review from @aisha")
      .comment(
          kAisha,
          ago(story::kMerged + minutes(12)),
          "80 ms is a lot. Four connections for each instance should do at our load."
      )
      .system(kAisha, approved, "approved this merge request");
  mr.approvals.push_back({kAisha, ago.time(story::kMerged + minutes(9))});
  mr.reviewer_states[kAisha] = "approved";
  return mr;
}

void run_branch_pipeline(Project& api, const std::string& sha, const Ago& ago) {
  add_pipeline(
      api,
      {kBranchPipeline,
       51,
       kBranch,
       sha,
       "success",
       "push",
       0,
       kJonas,
       ago(hours(20)),
       {{61110, "compile", "build", "success", 4, 70, ""},
        {61111, "lint", "test", "success", 75, 19, "", true},
        {61112, "unit-tests", "test", "success", 75, 66, ""},
        {61113, "integration-tests", "test", "success", 75, 81, ""}}}
  );
}

constexpr std::string_view kDeployLog =
    "\x1B[0KRunning with gitlab-runner 19.4.0\x1B[0;m\n"
    "\x1B[32;1m$ ./bin/deploy.sh production\x1B[0;m\n"
    "harbor-api 4.1.14 -> 4.2.0\n"
    "instance 1 of 3: replaced, healthy\n"
    "instance 2 of 3: replaced, healthy\n"
    "instance 3 of 3: replaced, healthy\n"
    "harbor-api 4.2.0 serves all requests\n"
    "\x1B[32;1mJob succeeded\x1B[0;m\n";

// Its last job ends when the new version serves everybody.
void deploy(Project& api, const Ago& ago) {
  constexpr int kDeployBegins = 200;
  auto const created = story::kMerged - minutes(1);
  auto const takes = std::chrono::seconds(created - story::kDeployed).count() - kDeployBegins;
  auto const head = api.repository.branches.find("main")->second;
  add_pipeline(
      api,
      {kMainPipeline,
       52,
       "main",
       head,
       "success",
       "push",
       0,
       kAisha,
       ago(created),
       {{61120, "compile", "build", "success", 4, 71, ""},
        {61121, "unit-tests", "test", "success", 80, 64, ""},
        {61122, "integration-tests", "test", "success", 80, 85, ""},
        {kDeployJob,
         "deploy-production",
         "deploy",
         "success",
         kDeployBegins,
         static_cast<int>(takes),
         ""}}}
  );
  api.jobs.at(kDeployJob).trace = kDeployLog;
}

}  // namespace

void seed_story(Store& store, Time start) {
  Ago const ago(start);
  auto& api = store.projects.at(kApi);
  auto const sha = write_branch(store, api, ago);
  auto& mr = open_and_review(store, api, ago);
  run_branch_pipeline(api, sha, ago);
  merge_now(store, api, mr, kAisha, ago.time(story::kMerged), "");
  auto const tag = fmt::format("v{}", story::kBadVersion);
  History(store, api)
      .tag(tag, fmt::format("Release {}", story::kBadVersion), ago(story::kMerged - minutes(1)));
  deploy(api, ago);
  api.releases.push_back(
      {tag,
       fmt::format("Release {}", story::kBadVersion),
       fmt::format(
           "- Payments are 80 ms faster: connections to the provider stay open (!{})\n",
           story::kMergeRequest
       ),
       kBot,
       ago.time(story::kDeployed)}
  );
  api.last_activity = std::max(api.last_activity, ago.time(story::kDeployed));
}

}  // namespace davit::sandbox::gitlab

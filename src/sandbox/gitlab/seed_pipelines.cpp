// The pipelines of the story: the failed one of harbor/api!7 with its long trace, a running one,
// and what they started in deploy-tools.
#include <array>

#include <fmt/format.h>

#include "sandbox/gitlab/seed.h"
#include "sandbox/gitlab/seed_rows.h"
#include "sandbox/gitlab/seed_traces.h"

namespace davit::sandbox::gitlab {
namespace {

std::chrono::seconds seconds(int count) { return std::chrono::seconds(count); }

void add_job(Project& project, const Pipeline& pipeline, const JobRow& row) {
  Job job;
  job.id = row.id;
  job.pipeline = pipeline.id;
  job.name = row.name;
  job.stage = row.stage;
  job.status = row.status;
  job.failure_reason = row.failure_reason;
  job.allow_failure = row.allow_failure;
  job.is_retried = row.is_retried;
  job.is_manual = row.status == "manual";
  job.user = pipeline.user;
  job.created = pipeline.created;
  job.tags = {"docker"};
  if (row.begins >= 0) {
    job.started = pipeline.created + seconds(row.begins);
    if (row.seconds >= 0) job.finished = *job.started + seconds(row.seconds);
    job.trace = traces::plain(job.name, pipeline.sha, job.status);
  }
  project.jobs.emplace(job.id, std::move(job));
}

void add_bridge(
    Project& project, const Pipeline& pipeline, Id id, std::string_view status, Id downstream
) {
  Bridge bridge;
  bridge.job.id = id;
  bridge.job.pipeline = pipeline.id;
  bridge.job.name = "smoke";
  bridge.job.stage = "deploy";
  bridge.job.status = status;
  bridge.job.user = pipeline.user;
  bridge.job.created = pipeline.created;
  if (downstream != 0) {
    bridge.job.started = pipeline.created + seconds(300);
    bridge.job.finished = pipeline.created + seconds(360);
    bridge.downstream_project = kDeployTools;
    bridge.downstream_pipeline = downstream;
  }
  if (status == "failed") bridge.job.failure_reason = "downstream_pipeline_creation_failed";
  project.bridges.emplace(id, std::move(bridge));
}

TestSuite unit_tests(Id job) {
  TestSuite suite{.name = "unit-tests", .job = job};
  constexpr std::array kModules{
      "orders/service", "orders/basket", "tickets/pdf", "tickets/seat", "payments/errors"
  };
  for (int i = 0; i < 120; ++i) {
    auto const* module = kModules[static_cast<std::size_t>(i) % kModules.size()];
    suite.cases.push_back(
        {.status = i % 40 == 39 ? "skipped" : "success",
         .name = fmt::format("{} case {}", module, i),
         .classname = module,
         .file = fmt::format("test/{}.test.ts", module),
         .seconds = 0.01 * (i % 9)}
    );
  }
  suite.cases.push_back(
      {.status = "success",
       .name = "retry > asks again after a 503",
       .classname = "test/payments/retry.test.ts",
       .file = "test/payments/retry.test.ts",
       .seconds = 0.412}
  );
  suite.cases.push_back(
      {.status = "failed",
       .name = "retry > gives up",
       .classname = "test/payments/retry.test.ts",
       .file = "test/payments/retry.test.ts",
       .seconds = 5.003,
       .output = "Error: Test timed out in 5000ms.\nIf this is a long-running test, pass a timeout "
                 "value as the last argument or configure it globally with \"testTimeout\".\n"
                 " > test/payments/retry.test.ts:14:3",
       .stack_trace = "test/payments/retry.test.ts:14:3",
       .recent_failures = 2}
  );
  suite.cases.push_back(
      {.status = "failed",
       .name = "PaymentClient > charges once",
       .classname = "test/payments/client.test.ts",
       .file = "test/payments/client.test.ts",
       .seconds = 0.871,
       .output =
           "AssertionError: expected [ { method: 'POST', ... }, ...(2) ] to have a length of 1 "
           "but got 3\n > test/payments/client.test.ts:10:27",
       .stack_trace = "test/payments/client.test.ts:10:27"}
  );
  return suite;
}

void add_retry_pipelines(Project& api, const MergeRequest& mr) {
  auto const* head = api.repository.find(mr.head_sha);
  add_pipeline(
      api,
      {5101,
       41,
       "refs/merge-requests/7/head",
       head->parents.front(),
       "failed",
       "merge_request_event",
       7,
       kJonas,
       "2026-11-18 13:21",
       {{61010, "compile", "build", "success", 4, 71, ""},
        {61011, "unit-tests", "test", "failed", 80, 96, "script_failure"},
        {61012, "deploy-review", "deploy", "skipped", -1, -1, ""}}}
  );
  auto& failed = add_pipeline(
      api,
      {5107,
       47,
       "refs/merge-requests/7/head",
       mr.head_sha,
       "failed",
       "merge_request_event",
       7,
       kJonas,
       "2026-11-19 16:06",
       {{61070, "compile", "build", "success", 5, 74, ""},
        {61071, "lint", "test", "failed", 84, 21, "script_failure", true},
        {61072, "unit-tests", "test", "failed", 84, 133, "script_failure"},
        {61073, "integration-tests", "test", "failed", 84, 61, "runner_system_failure", false, true
        },
        {61074, "integration-tests", "test", "success", 150, 88, ""},
        {61075, "deploy-review", "deploy", "skipped", -1, -1, ""}}}
  );
  api.jobs.at(61072).trace = traces::failed_unit_tests(mr.head_sha);
  api.jobs.at(61072).coverage = 84.0;
  api.jobs.at(61071).trace = traces::failed_lint(mr.head_sha);
  failed.tests.push_back(unit_tests(61072));
  add_bridge(api, failed, 61076, "skipped", 0);
}

void add_other_pipelines(Project& api) {
  auto const head_of = [&](std::string_view branch) {
    return api.repository.branches.find(branch)->second;
  };
  add_pipeline(
      api,
      {5104,
       44,
       "log-request-id",
       head_of("log-request-id"),
       "success",
       "push",
       0,
       kAisha,
       "2026-11-16 10:32",
       {{61040, "compile", "build", "success", 3, 70, ""},
        {61041, "lint", "test", "success", 75, 20, "", true},
        {61042, "unit-tests", "test", "success", 75, 64, ""}}}
  );
  add_pipeline(
      api,
      {5110,
       50,
       "bump-undici",
       head_of("bump-undici"),
       "running",
       "push",
       0,
       kBot,
       "2026-11-20 23:58",
       {{61100, "compile", "build", "success", 3, 69, ""},
        {61101, "lint", "test", "success", 75, 20, "", true},
        {61102, "unit-tests", "test", "running", 75, -1, ""}}}
  );
  auto& main = add_pipeline(
      api,
      {5099,
       39,
       "main",
       head_of("main"),
       "failed",
       "push",
       0,
       kMina,
       "2026-11-12 09:01",
       {{60990, "compile", "build", "success", 4, 72, ""},
        {60991, "unit-tests", "test", "success", 80, 66, ""},
        {60992, "deploy-production", "deploy", "manual", -1, -1, "", true}}}
  );
  add_bridge(api, main, 60993, "failed", 5200);
  for (int week = 0; week < 12; ++week) {
    auto const created = fmt::format("2026-{:02}-{:02} 06:00", 8 + week / 4, 4 + 7 * (week % 4));
    auto const first = 52000 + week * 10;
    add_pipeline(
        api,
        {5000 + week,
         10 + week,
         "main",
         head_of("release/4.1"),
         "success",
         "schedule",
         0,
         kAisha,
         created,
         {{first, "compile", "build", "success", 4, 70, ""},
          {first + 1, "unit-tests", "test", "success", 80, 65, ""}}}
    );
  }
}

void add_deploy_pipeline(Project& tools) {
  auto const head = tools.repository.branches.find("main")->second;
  add_pipeline(
      tools,
      {5200,
       12,
       "main",
       head,
       "failed",
       "pipeline",
       0,
       kMina,
       "2026-11-12 09:06",
       {{62000, "smoke", "test", "failed", 3, 31, "script_failure"}}}
  );
  tools.jobs.at(62000).trace = traces::failed_smoke(head);
}

}  // namespace

Pipeline& add_pipeline(Project& project, const PipelineRow& row) {
  Pipeline pipeline;
  pipeline.id = row.id;
  pipeline.iid = row.iid;
  pipeline.ref = row.ref;
  pipeline.sha = row.sha;
  pipeline.status = row.status;
  pipeline.source = row.source;
  pipeline.merge_request = row.merge_request;
  pipeline.user = row.user;
  pipeline.created = at(row.created);
  pipeline.updated = pipeline.created;
  for (auto const& job : row.jobs) {
    if (job.begins < 0) continue;
    auto const begin = pipeline.created + seconds(job.begins);
    if (!pipeline.started) pipeline.started = begin;
    if (job.seconds >= 0)
      pipeline.updated = std::max(pipeline.updated, begin + seconds(job.seconds));
  }
  if (row.status != "running") pipeline.finished = pipeline.updated;
  auto& stored = project.pipelines.emplace(pipeline.id, std::move(pipeline)).first->second;
  for (auto const& job : row.jobs) add_job(project, stored, job);
  return stored;
}

void seed_pipelines(Store& store) {
  auto& api = store.projects.at(kApi);
  add_retry_pipelines(api, api.merge_requests.at(7));
  add_other_pipelines(api);
  add_deploy_pipeline(store.projects.at(kDeployTools));
  api.releases = {
      {"v4.1.0",
       "Shop 4.1",
       "## New\n\n- Discount codes\n- Faster seat map\n",
       kAisha,
       at("2026-07-27 10:05")},
      {"v4.1.14",
       "Release 4.1.14",
       "Small corrections since August.\n",
       kBot,
       at("2026-10-20 10:01")},
  };
}

}  // namespace davit::sandbox::gitlab

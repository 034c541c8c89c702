#include "sandbox/gitlab/ci.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "sandbox/gitlab/merging.h"

namespace davit::sandbox::gitlab {
namespace {

constexpr auto kQueue = std::chrono::seconds(2);
constexpr auto kJobTakes = std::chrono::seconds(10);

struct Plan {
  std::string_view name;
  std::string_view stage;
  int step;  // jobs of one step run side by side
  bool is_manual = false;
};
// As .gitlab-ci.yml of harbor/api has them.
constexpr std::array<Plan, 5> kPlans{{
    {"compile", "build", 0},
    {"lint", "test", 1},
    {"unit-tests", "test", 1},
    {"integration-tests", "test", 1},
    {"deploy-production", "deploy", 2, true},
}};

void advance(Job& job, Time now) {
  if (!job.begins || !job.ends || !is_active(job.status)) return;
  if (now < *job.begins) return;
  job.status = "running";
  job.started = job.begins;
  if (now < *job.ends) return;
  job.status = "success";
  job.finished = job.ends;
  job.trace = fmt::format(
      "Running with gitlab-runner 19.4.0\n$ npm run {}\n\x1b[32;1mJob succeeded\x1b[0;m\n", job.name
  );
}

std::string_view status_of(const std::vector<const Job*>& jobs) {
  auto const any = [&](std::string_view status, bool counts_allowed) {
    return std::ranges::any_of(jobs, [&](const Job* job) {
      return job->status == status && (counts_allowed || !job->allow_failure);
    });
  };
  auto const has_begun =
      std::ranges::any_of(jobs, [](const Job* job) { return job->started.has_value(); });
  if (any("running", true)) return "running";
  if (any("pending", true) || any("created", true)) return has_begun ? "running" : "pending";
  if (any("failed", false)) return "failed";
  if (any("canceled", false)) return "canceled";
  return "success";
}

void advance(Project& project, Pipeline& pipeline, Time now) {
  std::vector<const Job*> jobs;
  for (auto& [id, job] : project.jobs) {
    if (job.pipeline != pipeline.id) continue;
    advance(job, now);
    if (!job.is_retried && job.status != "manual" && job.status != "skipped") jobs.push_back(&job);
  }
  auto const status = status_of(jobs);
  if (status == pipeline.status) return;
  pipeline.status = status;
  pipeline.updated = now;
  pipeline.finished.reset();
  for (auto const* job : jobs) {
    if (job->started && (!pipeline.started || *job->started < *pipeline.started)) {
      pipeline.started = job->started;
    }
    if (!is_active(status) && job->finished) {
      pipeline.finished = std::max(pipeline.finished.value_or(*job->finished), *job->finished);
    }
  }
}

void touch(Project& project, Job& job) { project.pipelines.at(job.pipeline).is_live = true; }

}  // namespace

Pipeline& start_pipeline(
    Store& store,
    Project& project,
    const std::string& ref,
    const std::string& sha,
    Id user,
    Time now
) {
  Pipeline pipeline;
  pipeline.id = store.next_id();
  for (auto const& [id, other] : project.pipelines) {
    pipeline.iid = std::max(pipeline.iid, other.iid + 1);
  }
  pipeline.ref = ref;
  pipeline.sha = sha;
  pipeline.status = "pending";
  pipeline.source = "api";
  pipeline.user = user;
  pipeline.created = now;
  pipeline.updated = now;
  pipeline.is_live = true;
  for (auto const& plan : kPlans) {
    Job job;
    job.id = store.next_id();
    job.pipeline = pipeline.id;
    job.name = plan.name;
    job.stage = plan.stage;
    job.status = plan.is_manual ? "manual" : plan.step == 0 ? "pending" : "created";
    job.is_manual = plan.is_manual;
    job.allow_failure = plan.is_manual || plan.name == "lint";
    job.user = user;
    job.created = now;
    job.tags = {"docker"};
    if (!plan.is_manual) {
      job.begins = now + kQueue + plan.step * kJobTakes;
      job.ends = *job.begins + kJobTakes;
    }
    project.jobs.emplace(job.id, std::move(job));
  }
  return project.pipelines.emplace(pipeline.id, std::move(pipeline)).first->second;
}

Job& retry_job(Store& store, Project& project, Job& job, Id user, Time now) {
  job.is_retried = true;
  Job again = job;
  again.id = store.next_id();
  again.is_retried = false;
  again.trace.clear();
  again.failure_reason.clear();
  again.started.reset();
  again.finished.reset();
  again.created = now;
  auto& stored = project.jobs.emplace(again.id, std::move(again)).first->second;
  play_job(project, stored, user, now);
  return stored;
}

void play_job(Project& project, Job& job, Id user, Time now) {
  job.status = "pending";
  job.user = user;
  job.begins = now + kQueue;
  job.ends = *job.begins + kJobTakes;
  touch(project, job);
  auto& pipeline = project.pipelines.at(job.pipeline);
  advance(project, pipeline, now);
}

void cancel_job(Project& project, Job& job, Time now) {
  if (!is_active(job.status)) return;
  job.status = "canceled";
  job.finished = now;
  touch(project, job);
  advance(project, project.pipelines.at(job.pipeline), now);
}

bool is_active(std::string_view status) {
  return status == "created" || status == "pending" || status == "running";
}

void settle(Store& store, Time now) {
  for (auto& [id, project] : store.projects) {
    for (auto& [pipeline_id, pipeline] : project.pipelines) {
      if (pipeline.is_live) advance(project, pipeline, now);
    }
    for (auto& [iid, mr] : project.merge_requests) {
      if (!mr.has_auto_merge) continue;
      refresh(project, mr);
      if (merge_obstacle(project, mr) != "mergeable") continue;
      merge_now(store, project, mr, *mr.merge_user, now, "");
    }
  }
}

}  // namespace davit::sandbox::gitlab

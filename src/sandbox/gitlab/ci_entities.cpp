#include <array>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/gitlab/entities.h"

namespace davit::sandbox::gitlab {
namespace {

json::Value seconds_between(std::optional<Time> from, std::optional<Time> to) {
  if (!from || !to) return nullptr;
  return std::chrono::duration<double>(*to - *from).count();
}

json::Object detailed_status(std::string_view status, std::string_view path) {
  struct Look {
    std::string_view status, text, icon;
  };
  constexpr std::array<Look, 5> kLooks{{
      {"success", "Passed", "status_success"},
      {"failed", "Failed", "status_failed"},
      {"running", "Running", "status_running"},
      {"pending", "Pending", "status_pending"},
      {"canceled", "Canceled", "status_canceled"},
  }};
  Look look{status, "Created", "status_created"};
  for (auto const& known : kLooks) {
    if (known.status == status) look = known;
  }
  return {
      {"icon", look.icon},
      {"text", look.text},
      {"label", to_lower(look.text)},
      {"group", status},
      {"tooltip", to_lower(look.text)},
      {"has_details", true},
      {"details_path", path},
      {"illustration", nullptr},
      {"favicon", fmt::format("/assets/ci_favicons/favicon_{}.png", look.icon)},
  };
}

json::Value commit_or_null(const Call& call, const Project& project, std::string_view sha) {
  auto const* commit = project.repository.find(sha);
  return commit == nullptr ? json::Value() : json::Value(show_commit(call, project, *commit));
}

}  // namespace

json::Object show_pipeline_basic(const Call& call, const Project& project, const Pipeline& one) {
  return {
      {"id", one.id},
      {"iid", one.iid},
      {"project_id", project.id},
      {"sha", one.sha},
      {"ref", one.ref},
      {"status", one.status},
      {"source", one.source},
      {"created_at", to_text(one.created)},
      {"updated_at", to_text(one.updated)},
      {"web_url", fmt::format("{}/-/pipelines/{}", web_url(call, project), one.id)},
      {"name", or_null(one.name)},
  };
}

json::Object show_pipeline(const Call& call, const Project& project, const Pipeline& one) {
  auto shown = show_pipeline_basic(call, project, one);
  auto const path = fmt::format("/{}/-/pipelines/{}", call.store.full_path(project), one.id);
  auto duration = seconds_between(one.started, one.finished);
  if (duration.is_double()) duration = static_cast<std::int64_t>(duration.get_double());
  auto const queued = seconds_between(one.created, one.started);
  shown.insert({
      {"before_sha", "0000000000000000000000000000000000000000"},
      {"tag", project.repository.tags.contains(one.ref)},
      {"yaml_errors", or_null(one.yaml_errors)},
      {"user", show_user_basic(call, one.user)},
      {"started_at", to_json(one.started)},
      {"finished_at", to_json(one.finished)},
      {"committed_at", nullptr},
      {"duration", duration},
      {"queued_duration",
       queued.is_double() ? json::Value(static_cast<std::int64_t>(queued.get_double())) : queued},
      {"coverage", nullptr},
      {"detailed_status", detailed_status(one.status, path)},
      {"archived", false},
  });
  return shown;
}

json::Object show_job(const Call& call, const Project& project, const Job& job) {
  auto const& pipeline = project.pipelines.at(job.pipeline);
  json::Array artifacts;
  if (!job.trace.empty()) {
    artifacts.push_back(json::Object{
        {"file_type", "trace"},
        {"size", job.trace.size()},
        {"filename", "job.log"},
        {"file_format", nullptr}
    });
  }
  std::size_t bytes = 0;
  for (auto const& [path, content] : job.artifacts) bytes += content.size();
  if (bytes > 0) {
    artifacts.push_back(json::Object{
        {"file_type", "archive"},
        {"size", bytes},
        {"filename", "artifacts.zip"},
        {"file_format", "zip"}
    });
  }
  json::Value runner;
  if (job.started) {
    runner = json::Object{
        {"id", 5},
        {"description", "linux-docker-1"},
        {"ip_address", nullptr},
        {"active", true},
        {"paused", false},
        {"is_shared", true},
        {"runner_type", "instance_type"},
        {"name", "gitlab-runner"},
        {"online", true},
        {"created_at", "2024-03-01T09:00:00.000Z"},
        {"status", "online"},
        {"job_execution_status", "idle"}
    };
  }
  json::Object shown{
      {"id", job.id},
      {"status", job.status},
      {"stage", job.stage},
      {"name", job.name},
      {"ref", pipeline.ref},
      {"tag", project.repository.tags.contains(pipeline.ref)},
      {"coverage", job.coverage ? json::Value(*job.coverage) : json::Value()},
      {"allow_failure", job.allow_failure},
      {"created_at", to_text(job.created)},
      {"started_at", to_json(job.started)},
      {"finished_at", to_json(job.finished)},
      {"erased_at", nullptr},
      {"duration", seconds_between(job.started, job.finished)},
      {"queued_duration", job.started ? json::Value(job.queued_seconds) : json::Value()},
      {"user", show_user(call, call.store.user(job.user))},
      {"commit", commit_or_null(call, project, pipeline.sha)},
      {"pipeline", show_pipeline_basic(call, project, pipeline)},
  };
  if (!job.failure_reason.empty()) shown["failure_reason"] = job.failure_reason;
  shown.insert({
      {"web_url", fmt::format("{}/-/jobs/{}", web_url(call, project), job.id)},
      {"project", json::Object{{"ci_job_token_scope_enabled", false}}},
      {"artifacts", std::move(artifacts)},
      {"runner", std::move(runner)},
      {"runner_manager", nullptr},
      {"artifacts_expire_at", nullptr},
      {"archived", false},
      {"tag_list", to_json(job.tags)},
  });
  return shown;
}

json::Object show_bridge(const Call& call, const Project& project, const Bridge& bridge) {
  auto shown = show_job(call, project, bridge.job);
  for (auto const* name :
       {"artifacts", "runner", "runner_manager", "artifacts_expire_at", "tag_list"}) {
    shown.erase(name);
  }
  shown["downstream_pipeline"] = nullptr;
  auto const other = call.store.projects.find(bridge.downstream_project);
  if (other == call.store.projects.end()) return shown;
  auto const pipeline = other->second.pipelines.find(bridge.downstream_pipeline);
  if (pipeline != other->second.pipelines.end() && call.can_see(other->second)) {
    shown["downstream_pipeline"] = show_pipeline_basic(call, other->second, pipeline->second);
  }
  return shown;
}

}  // namespace davit::sandbox::gitlab

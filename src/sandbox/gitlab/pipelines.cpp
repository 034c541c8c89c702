// Pipelines: lists, one, the latest, test reports, start, retry, cancel.
#include <algorithm>

#include <fmt/format.h>

#include "sandbox/gitlab/ci.h"
#include "sandbox/gitlab/entities.h"
#include "sandbox/gitlab/lookup.h"
#include "sandbox/gitlab/paging.h"
#include "sandbox/gitlab/routes.h"

namespace davit::sandbox::gitlab {
namespace {

using enum http::Method;

constexpr Param kFilters[] = {
    {"scope", Kind::text, Need::optional, "running|pending|finished|branches|tags"},
    {"status",
     Kind::text,
     Need::optional,
     "created|waiting_for_resource|preparing|waiting_for_callback|pending|running|success|failed|"
     "canceling|canceled|skipped|manual|scheduled"},
    {"ref"},
    {"sha"},
    {"yaml_errors", Kind::flag},
    {"username"},
    {"name"},
    {"updated_before", Kind::time},
    {"updated_after", Kind::time},
    {"created_before", Kind::time},
    {"created_after", Kind::time},
    {"order_by", Kind::text, Need::optional, "id|status|ref|updated_at|user_id", "id"},
    {"sort", Kind::text, Need::optional, "asc|desc", "desc"},
    {"source",
     Kind::text,
     Need::optional,
     "unknown|push|web|trigger|schedule|api|external|pipeline|chat|webide|merge_request_event|"
     "external_pull_request_event|parent_pipeline|ondemand_dast_scan|ondemand_dast_validation|"
     "security_orchestration_policy|container_registry_push|duo_workflow|"
     "pipeline_execution_policy_schedule|dependency_management_security_update"},
};

bool fits_scope(const Project& project, const Pipeline& one, std::string_view scope) {
  if (scope.empty()) return true;
  if (scope == "finished") return one.finished.has_value();
  if (scope == "branches") return project.repository.branches.contains(one.ref);
  if (scope == "tags") return project.repository.tags.contains(one.ref);
  return one.status == scope;
}

bool fits(const Call& call, const Project& project, const Pipeline& one) {
  auto const differs = [&](std::string_view name, std::string_view value) {
    auto const wanted = call.text(name);
    return wanted && *wanted != value;
  };
  if (differs("status", one.status) || differs("ref", one.ref) || differs("sha", one.sha) ||
      differs("source", one.source) || differs("name", one.name) ||
      differs("username", call.store.user(one.user).username)) {
    return false;
  }
  auto const is_outside = [&](std::string_view what, Time time) {
    auto const after = call.time(fmt::format("{}_after", what));
    auto const before = call.time(fmt::format("{}_before", what));
    return (after && time < *after) || (before && time > *before);
  };
  return !is_outside("created", one.created) && !is_outside("updated", one.updated) &&
         fits_scope(project, one, call.text("scope").value_or(""));
}

http::Response list_pipelines(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  std::vector<const Pipeline*> rows;
  for (auto const& [id, pipeline] : project->pipelines) {
    if (fits(call, *project, pipeline)) rows.push_back(&pipeline);
  }
  auto const order = call.text("order_by");
  std::ranges::sort(rows, {}, [&](const Pipeline* one) {
    auto const key = order == "status"       ? one->status
                     : order == "ref"        ? one->ref
                     : order == "updated_at" ? to_text(one->updated)
                                             : std::string();
    return std::pair(key, one->id);
  });
  if (call.text("sort") == "desc") std::ranges::reverse(rows);
  return paged(call, rows, [&](const Pipeline* one) {
    return show_pipeline_basic(call, *project, *one);
  });
}

http::Response get_one(Call& call) {
  DAVIT_TRY(auto found, find_pipeline(call));
  return answer(show_pipeline(call, *found.project, *found.pipeline));
}

constexpr Param kRef[] = {{"ref"}};

// The newest pipeline for the newest commit of the branch.
http::Response get_latest(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  auto const ref = call.text("ref").value_or(project->repository.default_branch);
  auto const* head = project->repository.resolve(ref);
  const Pipeline* latest = nullptr;
  for (auto const& [id, pipeline] : project->pipelines) {
    if (head != nullptr && pipeline.ref == ref && pipeline.sha == head->id) latest = &pipeline;
  }
  if (latest == nullptr) return forbidden();
  return answer(show_pipeline(call, *project, *latest));
}

constexpr Param kCreate[] = {
    {"ref", Kind::text, Need::required_not_blank},
    {"variables", Kind::objects},
    {"inputs", Kind::object},
};

http::Response create(Call& call) {
  DAVIT_TRY(auto* project, call.project(Role::developer));
  auto const ref = std::string(call.text("ref").value_or(""));
  auto const* head = project->repository.resolve(ref);
  auto const is_ref =
      project->repository.branches.contains(ref) || project->repository.tags.contains(ref);
  if (head == nullptr || !is_ref) {
    return messages(400, json::Object{{"base", json::Array{"Reference not found"}}});
  }
  if (!head->files.contains(".gitlab-ci.yml")) {
    return messages(400, json::Object{{"base", json::Array{"Missing CI config file"}}});
  }
  auto& pipeline = start_pipeline(call.store, *project, ref, head->id, call.user_id(), call.now);
  if (auto const* given = call.params.if_contains("variables"); given && given->is_array()) {
    pipeline.variables = given->get_array();
  }
  return created(show_pipeline(call, *project, pipeline));
}

std::vector<Job*> jobs_of(Project& project, const Pipeline& pipeline) {
  std::vector<Job*> jobs;
  for (auto& [id, job] : project.jobs) {
    if (job.pipeline == pipeline.id && !job.is_retried) jobs.push_back(&job);
  }
  return jobs;
}

http::Response retry(Call& call) {
  DAVIT_TRY(auto found, find_pipeline(call, Role::developer));
  for (auto* job : jobs_of(*found.project, *found.pipeline)) {
    if (job->status == "failed" || job->status == "canceled") {
      retry_job(call.store, *found.project, *job, call.user_id(), call.now);
    } else if (job->status == "skipped") {
      play_job(*found.project, *job, call.user_id(), call.now);
    }
  }
  return created(show_pipeline(call, *found.project, *found.pipeline));
}

http::Response cancel(Call& call) {
  DAVIT_TRY(auto found, find_pipeline(call, Role::developer));
  for (auto* job : jobs_of(*found.project, *found.pipeline)) {
    cancel_job(*found.project, *job, call.now);
  }
  return created(show_pipeline(call, *found.project, *found.pipeline));
}

http::Response variables(Call& call) {
  DAVIT_TRY(auto found, find_pipeline(call, Role::developer));
  return answer(found.pipeline->variables);
}

struct Counts {
  double seconds = 0;
  std::int64_t total = 0, success = 0, failed = 0, skipped = 0, error = 0;
};

Counts count(const TestSuite& suite) {
  Counts counts;
  for (auto const& one : suite.cases) {
    counts.seconds += one.seconds;
    ++counts.total;
    ++(one.status == "success"   ? counts.success
       : one.status == "failed"  ? counts.failed
       : one.status == "skipped" ? counts.skipped
                                 : counts.error);
  }
  return counts;
}

Counts count(const Pipeline& pipeline) {
  Counts all;
  for (auto const& suite : pipeline.tests) {
    auto const one = count(suite);
    all.seconds += one.seconds;
    all.total += one.total;
    all.success += one.success;
    all.failed += one.failed;
    all.skipped += one.skipped;
    all.error += one.error;
  }
  return all;
}

json::Object show_counts(const Counts& counts) {
  return {
      {"total_time", counts.seconds},
      {"total_count", counts.total},
      {"success_count", counts.success},
      {"failed_count", counts.failed},
      {"skipped_count", counts.skipped},
      {"error_count", counts.error},
  };
}

json::Object show_case(const Call& call, const Project& project, const TestCase& one) {
  json::Object shown{
      {"status", one.status},
      {"name", one.name},
      {"classname", one.classname},
      {"file", or_null(one.file)},
      {"execution_time", one.seconds},
      {"system_output", or_null(one.output)},
      {"stack_trace", or_null(one.stack_trace)},
      {"recent_failures", nullptr},
  };
  if (one.recent_failures > 0) {
    shown["recent_failures"] = json::Object{
        {"count", one.recent_failures}, {"base_branch", project.repository.default_branch}
    };
    shown["attachment_url"] = web_url(call, project) + "/-/jobs/artifacts";
  }
  return shown;
}

http::Response test_report(Call& call) {
  DAVIT_TRY(auto found, find_pipeline(call));
  auto shown = show_counts(count(*found.pipeline));
  json::Array suites;
  for (auto const& suite : found.pipeline->tests) {
    json::Object one{{"name", suite.name}};
    for (auto const& member : show_counts(count(suite))) one[member.key()] = member.value();
    json::Array cases;
    for (auto const& test : suite.cases) cases.push_back(show_case(call, *found.project, test));
    one["test_cases"] = std::move(cases);
    one["suite_error"] = nullptr;
    suites.push_back(std::move(one));
  }
  shown["test_suites"] = std::move(suites);
  return answer(shown);
}

http::Response test_report_summary(Call& call) {
  DAVIT_TRY(auto found, find_pipeline(call));
  auto const all = count(*found.pipeline);
  json::Array suites;
  for (auto const& suite : found.pipeline->tests) {
    json::Object one{{"name", suite.name}};
    for (auto const& member : show_counts(count(suite))) one[member.key()] = member.value();
    one["build_ids"] = json::Array{suite.job};
    one["suite_error"] = nullptr;
    suites.push_back(std::move(one));
  }
  return answer(json::Object{
      {"total",
       json::Object{
           {"time", all.seconds},
           {"count", all.total},
           {"success", all.success},
           {"failed", all.failed},
           {"skipped", all.skipped},
           {"error", all.error},
           {"suite_error", nullptr}
       }},
      {"test_suites", std::move(suites)}
  });
}

constexpr Route kRoutes[] = {
    {get, "/pipelines", list_pipelines, kFilters},
    {post, "/pipeline", create, kCreate},
    {get, "/pipelines/latest", get_latest, kRef},
    {get, "/pipelines/#pipeline_id", get_one},
    {post, "/pipelines/#pipeline_id/retry", retry},
    {post, "/pipelines/#pipeline_id/cancel", cancel},
    {get, "/pipelines/#pipeline_id/variables", variables},
    {get, "/pipelines/#pipeline_id/test_report", test_report},
    {get, "/pipelines/#pipeline_id/test_report_summary", test_report_summary},
};

}  // namespace

std::span<const Route> pipeline_routes() { return kRoutes; }

}  // namespace davit::sandbox::gitlab

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/projection.h"
#include "connector/text.h"
#include "connectors/gitlab/pipelines.h"
#include "connectors/gitlab/trace.h"

namespace davit::connectors::gitlab {
namespace {

using connector::Invocation;
using connector::Keep;
using connector::Projection;

constexpr std::size_t kExcerptBytes = 6 * 1024;
// How much of a log's end is searched for what went wrong.
constexpr std::size_t kSearchedLines = 4000;
constexpr std::size_t kTestCases = 20;
constexpr std::size_t kReasonBytes = 2000;

constexpr Keep kJob = "id name~200 stage reason=failure_reason allow_failure? duration";
constexpr Keep kTestCase = "name~200 file suite=classname~200 message=system_output~600";
constexpr Keep kDownstream =
    "name~200 status pipeline=downstream_pipeline.id project=downstream_pipeline.project_id";

// The pipeline that the arguments speak of. Those of a merge request come as a list, newest first.
Async<json::Value> find_pipeline(Invocation call) {
  auto found = co_await call.perform();
  if (!found) {
    auto const is_latest = !call.has("pipeline") && !call.has("mr");
    co_return is_latest ? explain_no_latest(found.error()) : found.error();
  }
  if (found->is_object()) co_return *std::move(found);
  if (!found->is_array())
    co_return Error(ErrorKind::protocol, "GitLab answered without a pipeline");
  auto const* newest = json::find(*found, "0");
  if (newest == nullptr) co_return Error(ErrorKind::not_found, "the merge request has no pipeline");
  // The list does not say why a pipeline has no jobs.
  auto whole = co_await call.get("/projects/{project}/pipelines/{.id}", *newest);
  if (whole && whole->is_object()) co_return whole;
  if (!whole && whole.error().kind() == ErrorKind::cancelled) co_return whole.error();
  co_return *newest;
}

// What failed for good before what was allowed to fail, each in the order in which it ran; GitLab
// lists the newest first.
json::Array sorted_jobs(json::Array newest_first) {
  json::Array jobs(newest_first.storage());
  for (auto const allowed : {false, true}) {
    for (auto at = newest_first.size(); at-- > 0;) {
      auto& job = newest_first[at];
      auto const is_allowed = json::find_bool(job, "allow_failure").value_or(false);
      if (is_allowed == allowed) jobs.push_back(std::move(job));
    }
  }
  return jobs;
}

// `project` is a placeholder, or the id of another project.
Async<std::string> excerpt(Invocation call, std::string project, std::int64_t job) {
  TraceWish const wish{.lines = kSearchedLines};
  auto const path = fmt::format("/projects/{}/jobs/{}/trace", project, job);
  DAVIT_CO_TRY(auto trace, co_await read_trace(call, path, wish));
  auto const count = static_cast<std::size_t>(call.integer("lines_per_job"));
  auto const lines = telling_lines(std::move(trace.lines), count);
  auto const written = write_lines(lines, kExcerptBytes);
  co_return written.text;
}

Async<json::Array> describe_jobs(Invocation call, std::string project, json::Array jobs) {
  Projection const keep(kJob);
  json::Array out;
  for (auto const& job : jobs) {
    auto described = keep.apply(job, {}).get_object();
    auto const id = json::find_int(job, "id").value_or(0);
    auto const text = co_await excerpt(call, project, id);
    if (!text && text.error().kind() == ErrorKind::cancelled) co_return text.error();
    described["excerpt"] = text ? *text : "(no log: " + text.error().message() + ")";
    out.push_back(std::move(described));
    call.context().progress(
        static_cast<double>(out.size()), static_cast<double>(jobs.size()), "reading logs"
    );
  }
  co_return out;
}

// The failed cases of all suites, at most so many.
json::Array failed_cases(const json::Value& report) {
  Projection const keep(kTestCase);
  json::Array cases;
  auto const* suites = json::find_array(report, "test_suites");
  if (suites == nullptr) return cases;
  for (auto const& suite : *suites) {
    auto const* tests = json::find_array(suite, "test_cases");
    if (tests == nullptr) continue;
    for (auto const& test : *tests) {
      auto const status = json::find_string(test, "status").value_or("");
      if (status != "failed" && status != "error") continue;
      if (cases.size() < kTestCases) cases.push_back(keep.apply(test, {}));
    }
  }
  return cases;
}

// The failed jobs of a pipeline that this one has started. It may be one that the token cannot see.
Async<json::Array> downstream_jobs(Invocation call, json::Value bridge, std::size_t count) {
  DAVIT_CO_TRY(
      auto failed,
      co_await call.get(
          "/projects/{.downstream_pipeline.project_id}/pipelines/{.downstream_pipeline.id}/jobs"
          "?scope=failed&per_page=100",
          bridge
      )
  );
  if (!failed.is_array()) co_return json::Array();
  auto jobs = sorted_jobs(std::move(failed.get_array()));
  if (jobs.size() > count) jobs.resize(count);
  auto const project = json::find_int(bridge, "downstream_pipeline.project_id").value_or(0);
  co_return co_await describe_jobs(call, std::to_string(project), std::move(jobs));
}

// Each with its failed jobs, as long as there is room for them.
Async<json::Array> describe_downstream(Invocation call, json::Array bridges, std::size_t room) {
  Projection const keep(kDownstream);
  json::Array out;
  for (auto const& bridge : bridges) {
    auto described = keep.apply(bridge, {}).get_object();
    auto const has_pipeline = json::find(bridge, "downstream_pipeline.id") != nullptr;
    if (has_pipeline && room > 0) {
      auto jobs = co_await downstream_jobs(call, bridge, room);
      if (!jobs && jobs.error().kind() == ErrorKind::cancelled) co_return jobs.error();
      if (jobs) {
        room -= jobs->size();
        described["jobs"] = *std::move(jobs);
      } else {
        described["unavailable"] = jobs.error().message();
      }
    }
    out.push_back(std::move(described));
  }
  co_return out;
}

// Tests that did not pass; empty without a report or when all passed. The whole report is asked for
// only then, because it may be large.
Async<json::Object> describe_tests(Invocation call, json::Value pipeline) {
  json::Object out;
  auto const summary =
      co_await call.get("/projects/{project}/pipelines/{.id}/test_report_summary", pipeline);
  if (!summary) {
    if (summary.error().kind() == ErrorKind::cancelled) co_return summary.error();
    co_return out;
  }
  auto const failed = json::find_int(*summary, "total.failed").value_or(0) +
                      json::find_int(*summary, "total.error").value_or(0);
  if (failed == 0) co_return out;
  out["total"] = json::find_int(*summary, "total.count").value_or(0);
  out["failed"] = failed;
  auto const report =
      co_await call.get("/projects/{project}/pipelines/{.id}/test_report", pipeline);
  if (report) {
    out["cases"] = failed_cases(*report);
  } else if (report.error().kind() == ErrorKind::cancelled) {
    co_return report.error();
  } else {
    out["unavailable"] = report.error().message();
  }
  co_return out;
}

}  // namespace

Async<json::Value> get_pipeline_failures(Invocation call) {
  DAVIT_CO_TRY(auto const pipeline, co_await find_pipeline(call));
  DAVIT_CO_TRY(
      auto failed,
      co_await call.get_all(
          "/projects/{project}/pipelines/{.id}/jobs?scope=failed&per_page=100", 1, pipeline
      )
  );
  auto const all = failed.items.size();
  auto const shown = std::min(all, static_cast<std::size_t>(call.integer("max_jobs")));
  auto shown_jobs = sorted_jobs(std::move(failed.items));
  shown_jobs.resize(shown);

  json::Object out;
  for (auto const key : {"id", "status", "ref", "sha"}) {
    if (auto const* value = json::find(pipeline, key)) out[key] = *value;
  }
  auto const why = json::find_string(pipeline, "yaml_errors").value_or("");
  if (!why.empty())
    out["yaml_errors"] = connector::without_invisible(utf8_prefix(why, kReasonBytes));
  out["failed_jobs"] = all;
  if (!failed.complete) out["failed_jobs"] = fmt::format("more than {}", all);
  DAVIT_CO_TRY(auto jobs, co_await describe_jobs(call, "{project}", std::move(shown_jobs)));
  if (shown < all) out["shown"] = shown;
  if (!jobs.empty()) out["jobs"] = std::move(jobs);

  DAVIT_CO_TRY(auto tests, co_await describe_tests(call, pipeline));
  if (!tests.empty()) out["tests"] = std::move(tests);
  auto downstream = co_await call.get_all(
      "/projects/{project}/pipelines/{.id}/bridges?scope=failed", 1, pipeline
  );
  if (!downstream && downstream.error().kind() == ErrorKind::cancelled)
    co_return downstream.error();
  if (downstream && !downstream->items.empty()) {
    auto const room = static_cast<std::size_t>(call.integer("max_jobs")) - shown;
    DAVIT_CO_TRY(
        out["downstream"], co_await describe_downstream(call, std::move(downstream->items), room)
    );
  }
  if (all > 0) out["more"] = "gitlab_get_job_log shows a whole log";
  co_return out;
}

}  // namespace davit::connectors::gitlab

// Jobs: of a project or pipeline, one, its trace, retry, cancel, play.
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
    {"scope",
     Kind::list,
     Need::optional,
     "created|waiting_for_resource|preparing|waiting_for_callback|pending|running|success|failed|"
     "canceling|canceled|skipped|manual|scheduled"},
    {"include_retried", Kind::flag},
};

bool fits(const Call& call, const Job& job) {
  auto const scopes = call.list("scope");
  return scopes.empty() || std::ranges::find(scopes, job.status) != scopes.end();
}

// Newest first; retried ones only for the project as a whole, or when they are asked for.
http::Response list_jobs(Call& call, Project& project, Id pipeline) {
  std::vector<const Job*> rows;
  for (auto const& [id, job] : project.jobs) {
    if (pipeline != 0 && job.pipeline != pipeline) continue;
    if (pipeline != 0 && job.is_retried && !call.flag("include_retried")) continue;
    if (fits(call, job)) rows.push_back(&job);
  }
  std::ranges::reverse(rows);
  auto const show = [&](const Job* job) { return show_job(call, project, *job); };
  if (pipeline != 0 || call.text("pagination") != "keyset") return paged(call, rows, show);
  std::vector<std::string> ids;
  for (auto const* job : rows) ids.push_back(fmt::format("{}", job->id));
  auto const page = keyset_page(call, ids, "cursor");
  json::Array shown;
  for (auto i = page.begin; i < page.end; ++i) shown.push_back(show(rows[i]));
  return page_answer(page, std::move(shown));
}

http::Response project_jobs(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  return list_jobs(call, *project, 0);
}

http::Response pipeline_jobs(Call& call) {
  DAVIT_TRY(auto found, find_pipeline(call));
  return list_jobs(call, *found.project, found.pipeline->id);
}

http::Response pipeline_bridges(Call& call) {
  DAVIT_TRY(auto found, find_pipeline(call));
  std::vector<const Bridge*> rows;
  for (auto const& [id, bridge] : found.project->bridges) {
    if (bridge.job.pipeline == found.pipeline->id && fits(call, bridge.job))
      rows.push_back(&bridge);
  }
  return paged(call, rows, [&](const Bridge* bridge) {
    return show_bridge(call, *found.project, *bridge);
  });
}

http::Response get_one(Call& call) {
  DAVIT_TRY(auto found, find_job(call));
  return answer(show_job(call, *found.project, *found.job));
}

// Plain text, and empty as long as the job has written nothing.
http::Response trace(Call& call) {
  DAVIT_TRY(auto found, find_job(call));
  return http::Response::text(200, "text/plain", found.job->trace);
}

http::Response retry(Call& call) {
  DAVIT_TRY(auto found, find_job(call, Role::developer));
  if (is_active(found.job->status) || found.job->is_retried || found.job->status == "manual") {
    return message(403, "403 Forbidden - Job is not retryable");
  }
  auto& again = retry_job(call.store, *found.project, *found.job, call.user_id(), call.now);
  return created(show_job(call, *found.project, again));
}

http::Response cancel(Call& call) {
  DAVIT_TRY(auto found, find_job(call, Role::developer));
  cancel_job(*found.project, *found.job, call.now);
  return created(show_job(call, *found.project, *found.job));
}

constexpr Param kPlay[] = {{"job_variables_attributes", Kind::objects}};

http::Response play(Call& call) {
  DAVIT_TRY(auto found, find_job(call, Role::developer));
  if (found.job->status != "manual") return bad_request("Unplayable Job");
  play_job(*found.project, *found.job, call.user_id(), call.now);
  return answer(show_job(call, *found.project, *found.job));
}

constexpr Route kRoutes[] = {
    {get, "/jobs", project_jobs, kFilters},
    {get, "/pipelines/#pipeline_id/jobs", pipeline_jobs, kFilters},
    {get, "/pipelines/#pipeline_id/bridges", pipeline_bridges, kFilters},
    {get, "/jobs/#job_id", get_one},
    {get, "/jobs/#job_id/trace", trace},
    {post, "/jobs/#job_id/retry", retry},
    {post, "/jobs/#job_id/cancel", cancel},
    {post, "/jobs/#job_id/play", play, kPlay},
};

}  // namespace

std::span<const Route> job_routes() { return kRoutes; }

}  // namespace davit::sandbox::gitlab

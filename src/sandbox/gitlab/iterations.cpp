// Iterations, which GitLab has above the Free tier: those of harbor, two weeks each.
#include <array>

#include <fmt/format.h>

#include "sandbox/gitlab/paging.h"
#include "sandbox/gitlab/routes.h"

namespace davit::sandbox::gitlab {
namespace {

using enum http::Method;

struct Iteration {
  Id id;
  Id iid;
  std::string_view title;
  std::string_view start;
  std::string_view due;
  int state;  // 1 upcoming, 2 current, 3 closed
};

constexpr Id kGroup = 10;

constexpr std::array<Iteration, 3> kIterations{{
    {701, 1, "Sprint 46", "2026-10-26", "2026-11-08", 3},
    {702, 2, "Sprint 47", "2026-11-09", "2026-11-22", 2},
    {703, 3, "Sprint 48", "2026-11-23", "2026-12-06", 1},
}};

bool fits(const Call& call, const Iteration& one) {
  auto const state = call.text("state").value_or("all");
  if (one.title.find(call.text("search").value_or("")) == std::string_view::npos) return false;
  if (state == "opened") return one.state != 3;
  if (state == "upcoming") return one.state == 1;
  if (state == "current") return one.state == 2;
  return state != "closed" || one.state == 3;
}

http::Response show_all(Call& call) {
  std::vector<Iteration> rows;
  for (auto const& one : kIterations) {
    if (fits(call, one)) rows.push_back(one);
  }
  return paged(call, rows, [&](const Iteration& one) {
    return json::Object{
        {"id", one.id},
        {"iid", one.iid},
        {"sequence", one.iid},
        {"group_id", kGroup},
        {"title", one.title},
        {"description", nullptr},
        {"state", one.state},
        {"created_at", "2026-10-19T08:00:00.000Z"},
        {"updated_at", "2026-10-19T08:00:00.000Z"},
        {"start_date", one.start},
        {"due_date", one.due},
        {"web_url", fmt::format("{}/groups/harbor/-/iterations/{}", call.base_url, one.id)},
    };
  });
}

constexpr Param kFilters[] = {
    {"state", Kind::text, Need::optional, "opened|upcoming|current|closed|all", "all"},
    {"search"},
    {"include_ancestors", Kind::flag},
};

http::Response of_project(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  static_cast<void>(project);
  return show_all(call);
}

http::Response of_group(Call& call) {
  DAVIT_TRY(auto* group, call.group());
  static_cast<void>(group);
  return show_all(call);
}

constexpr Route kRoutes[] = {
    {get, "/projects/:id/iterations", of_project, kFilters},
    {get, "/groups/:id/iterations", of_group, kFilters},
};

}  // namespace

std::span<const Route> iteration_routes() { return kRoutes; }

}  // namespace davit::sandbox::gitlab

// Releases.
#include <algorithm>

#include <fmt/format.h>

#include "sandbox/gitlab/entities.h"
#include "sandbox/gitlab/paging.h"
#include "sandbox/gitlab/routes.h"

namespace davit::sandbox::gitlab {
namespace {

using enum http::Method;

json::Object show_release(const Call& call, const Project& project, const Release& release) {
  auto const url = web_url(call, project);
  json::Array sources;
  for (auto const* format : {"zip", "tar.gz", "tar.bz2", "tar"}) {
    sources.push_back(json::Object{
        {"format", format},
        {"url", fmt::format("{0}/-/archive/{1}/{2}-{1}.{3}", url, release.tag, project.path, format)
        }
    });
  }
  auto const* commit = project.repository.resolve(release.tag);
  return {
      {"tag_name", release.tag},
      {"description", release.description},
      {"name", release.name},
      {"created_at", to_text(release.released)},
      {"released_at", to_text(release.released)},
      {"upcoming_release", release.released > call.now},
      {"author", show_user_basic(call, release.author)},
      {"commit",
       commit == nullptr ? json::Value() : json::Value(show_commit(call, project, *commit))},
      {"milestones", json::Array()},
      {"commit_path",
       commit == nullptr
           ? json::Value()
           : json::Value(fmt::format("/{}/-/commit/{}", call.store.full_path(project), commit->id))
      },
      {"tag_path", fmt::format("/{}/-/tags/{}", call.store.full_path(project), release.tag)},
      {"assets",
       json::Object{{"count", 4}, {"sources", std::move(sources)}, {"links", json::Array()}}},
      {"evidences", json::Array()},
      {"_links", json::Object{{"self", fmt::format("{}/-/releases/{}", url, release.tag)}}},
  };
}

constexpr Param kReleases[] = {
    {"order_by", Kind::text, Need::optional, "released_at|created_at", "released_at"},
    {"sort", Kind::text, Need::optional, "asc|desc", "desc"},
};

http::Response list_releases(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  auto rows = project->releases;
  std::ranges::sort(rows, {}, &Release::released);
  if (call.text("sort") == "desc") std::ranges::reverse(rows);
  return paged(call, rows, [&](const Release& one) { return show_release(call, *project, one); });
}

http::Response one_release(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  auto const found = std::ranges::find(project->releases, call.arg("tag_name"), &Release::tag);
  if (found == project->releases.end()) return message(404, "404 Not Found");
  return answer(show_release(call, *project, *found));
}

constexpr Route kRoutes[] = {
    {get, "/releases", list_releases, kReleases},
    {get, "/releases/:tag_name", one_release},
};

}  // namespace

std::span<const Route> release_routes() { return kRoutes; }

}  // namespace davit::sandbox::gitlab

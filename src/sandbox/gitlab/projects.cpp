// Projects and groups.
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/gitlab/entities.h"
#include "sandbox/gitlab/paging.h"
#include "sandbox/gitlab/routes.h"

namespace davit::sandbox::gitlab {
namespace {

using enum http::Method;

constexpr Param kProjectList[] = {
    {"order_by",
     Kind::text,
     Need::optional,
     "id|name|path|created_at|updated_at|last_activity_at|similarity|star_count",
     "created_at"},
    {"sort", Kind::text, Need::optional, "asc|desc", "desc"},
    {"archived", Kind::flag},
    {"visibility", Kind::text, Need::optional, "private|internal|public"},
    {"search"},
    {"search_namespaces", Kind::flag},
    {"owned", Kind::flag},
    {"starred", Kind::flag},
    {"membership", Kind::flag},
    {"simple", Kind::flag},
    {"min_access_level", Kind::integer, Need::optional, "10|15|20|30|40|50"},
    {"topic", Kind::list},
    {"with_programming_language"},
    {"id_after", Kind::integer},
    {"id_before", Kind::integer},
    {"last_activity_after", Kind::time},
    {"last_activity_before", Kind::time},
    {"include_subgroups", Kind::flag},
};

bool has_language(const Project& project, std::string_view language) {
  return std::ranges::any_of(project.languages, [&](auto const& entry) {
    return iequals(entry.first, language);
  });
}

bool fits(Call& call, const Project& project) {
  if (!call.can_see(project)) return false;
  auto const role = call.role_in(project);
  if (call.flag("membership") && role == Role::none) return false;
  if (call.flag("owned") && role < Role::owner) return false;
  if (call.flag("starred") && project.stars == 0) return false;
  if (call.has("archived") && call.flag("archived") != project.is_archived) return false;
  if (auto const least = call.integer("min_access_level");
      least && static_cast<Id>(role) < *least) {
    return false;
  }
  if (auto const wanted = call.text("visibility"); wanted && project.visibility != *wanted) {
    return false;
  }
  if (auto const language = call.text("with_programming_language");
      language && !has_language(project, *language)) {
    return false;
  }
  for (auto const& topic : call.list("topic")) {
    if (std::ranges::find(project.topics, topic) == project.topics.end()) return false;
  }
  auto const after = call.integer("id_after");
  auto const before = call.integer("id_before");
  if ((after && project.id <= *after) || (before && project.id >= *before)) return false;
  auto const active_after = call.time("last_activity_after");
  auto const active_before = call.time("last_activity_before");
  if ((active_after && project.last_activity < *active_after) ||
      (active_before && project.last_activity > *active_before)) {
    return false;
  }
  auto const search = to_lower(call.text("search").value_or(""));
  auto const name = call.flag("search_namespaces")
                        ? call.store.full_path(project) + project.name
                        : project.path + '\n' + project.name + '\n' + project.description;
  return to_lower(name).find(search) != std::string::npos;
}

void sort_projects(Call& call, std::vector<const Project*>& rows) {
  auto const order = call.text("order_by").value_or("created_at");
  auto const key = [&](const Project* project) -> std::pair<std::string, Id> {
    if (order == "name") return {to_lower(project->name), project->id};
    if (order == "path") return {project->path, project->id};
    if (order == "created_at") return {to_text(project->created), project->id};
    if (order == "star_count") return {fmt::format("{:09}", project->stars), project->id};
    if (order == "id" || order == "similarity") return {"", project->id};
    return {to_text(project->last_activity), project->id};
  };
  std::ranges::sort(rows, {}, key);
  if (call.text("sort") != "asc") std::ranges::reverse(rows);
}

json::Object show(const Call& call, const Project& project) {
  auto const is_simple = call.flag("simple") || call.user == nullptr;
  return is_simple ? show_project_simple(call, project) : show_project(call, project);
}

// Projects page by their own ids, with `id_after` or `id_before` in the Link header.
http::Response project_keyset(Call& call, const std::vector<const Project*>& rows) {
  if (call.text("order_by") != "id") {
    return error(405, "Keyset pagination is not yet available for this type of request");
  }
  Page page;
  page.end = std::min(rows.size(), per_page(call));
  json::Array shown;
  for (std::size_t i = 0; i < page.end; ++i) shown.push_back(show(call, *rows[i]));
  if (page.end < rows.size()) {
    auto const* name = call.text("sort") == "asc" ? "id_after" : "id_before";
    auto const next =
        link_to(call, {{name, fmt::format("{}", rows[page.end - 1]->id)}, {"page", ""}});
    page.headers.add("Link", fmt::format("<{}>; rel=\"next\"", next));
  }
  return page_answer(page, std::move(shown));
}

http::Response list_projects(Call& call) {
  std::vector<const Project*> rows;
  for (auto const& [id, project] : call.store.projects) {
    if (fits(call, project)) rows.push_back(&project);
  }
  sort_projects(call, rows);
  if (call.text("pagination") == "keyset") return project_keyset(call, rows);
  return paged(call, rows, [&](const Project* project) { return show(call, *project); });
}

http::Response one_project(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  return answer(show_project(call, *project));
}

http::Response languages(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  json::Object shares;
  for (auto const& [language, percent] : project->languages) shares[language] = percent;
  return answer(shares);
}

// A user sees a group when there is a project below it that the user sees.
std::vector<const Group*> visible_groups(Call& call) {
  std::vector<const Group*> rows;
  for (auto const& [id, group] : call.store.groups) {
    auto const prefix = group.full_path + "/";
    auto const sees = std::ranges::any_of(call.store.projects, [&](auto const& entry) {
      return call.can_see(entry.second) && call.store.full_path(entry.second).starts_with(prefix);
    });
    if (sees) rows.push_back(&group);
  }
  return rows;
}

constexpr Param kGroupList[] = {
    {"search"},
    {"owned", Kind::flag},
    {"all_available", Kind::flag},
    {"top_level_only", Kind::flag},
    {"min_access_level", Kind::integer, Need::optional, "10|15|20|30|40|50"},
    {"order_by", Kind::text, Need::optional, "name|path|id|similarity", "name"},
    {"sort", Kind::text, Need::optional, "asc|desc", "asc"},
};

http::Response list_some_groups(Call& call, std::vector<const Group*> rows) {
  auto const search = to_lower(call.text("search").value_or(""));
  std::erase_if(rows, [&](const Group* group) {
    return (call.flag("top_level_only") && group->parent != 0) ||
           to_lower(group->full_path + '\n' + group->full_name).find(search) == std::string::npos;
  });
  auto const order = call.text("order_by");
  std::ranges::sort(rows, {}, [&](const Group* group) {
    return std::pair(
        order == "name"   ? to_lower(group->name)
        : order == "path" ? group->path
                          : "",
        group->id
    );
  });
  if (call.text("sort") == "desc") std::ranges::reverse(rows);
  return paged(call, rows, [&](const Group* group) { return show_group(call, *group); });
}

http::Response list_groups(Call& call) { return list_some_groups(call, visible_groups(call)); }

http::Response list_subgroups(Call& call) {
  DAVIT_TRY(auto* group, call.group());
  auto rows = visible_groups(call);
  std::erase_if(rows, [&](const Group* other) { return other->parent != group->id; });
  return list_some_groups(call, std::move(rows));
}

std::vector<const Project*> projects_below(Call& call, const Group& group, bool with_subgroups) {
  std::vector<const Project*> rows;
  for (auto const& [id, project] : call.store.projects) {
    auto const is_below = call.store.full_path(project).starts_with(group.full_path + "/");
    if (is_below && (with_subgroups || project.group == group.id) && fits(call, project)) {
      rows.push_back(&project);
    }
  }
  sort_projects(call, rows);
  return rows;
}

constexpr Param kOneGroup[] = {{"with_projects", Kind::flag, Need::optional, "", "true"}};

http::Response one_group(Call& call) {
  DAVIT_TRY(auto* group, call.group());
  auto shown = show_group(call, *group);
  shown["shared_with_groups"] = json::Array();
  if (call.flag("with_projects")) {
    json::Array projects;
    for (auto const* project : projects_below(call, *group, false)) {
      projects.push_back(show_project(call, *project));
    }
    shown["projects"] = std::move(projects);
    shown["shared_projects"] = json::Array();
  }
  return answer(shown);
}

http::Response group_projects(Call& call) {
  DAVIT_TRY(auto* group, call.group());
  auto const rows = projects_below(call, *group, call.flag("include_subgroups"));
  return paged(call, rows, [&](const Project* project) { return show(call, *project); });
}

constexpr Route kRoutes[] = {
    {get, "/projects", list_projects, kProjectList},
    {get, "/projects/:id", one_project},
    {get, "/projects/:id/languages", languages},
    {get, "/groups", list_groups, kGroupList},
    {get, "/groups/:id", one_group, kOneGroup},
    {get, "/groups/:id/subgroups", list_subgroups, kGroupList},
    {get, "/groups/:id/projects", group_projects, kProjectList},
};

}  // namespace

std::span<const Route> project_routes() { return kRoutes; }

}  // namespace davit::sandbox::gitlab

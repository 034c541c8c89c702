#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/atlassian/answers.h"
#include "sandbox/atlassian/entities.h"
#include "sandbox/atlassian/routes.h"

namespace davit::sandbox::atlassian {
namespace {

json::Object project_row(const Store& store, const Project& project) {
  auto out = project_json(store, project);
  out["style"] = "classic";
  out["isPrivate"] = false;
  out["lead"] = user_json(store, project.lead);
  return out;
}

http::Response no_project(std::string_view key) {
  return error(404, fmt::format("No project could be found with key '{}'.", key));
}

bool contains(std::string_view text, std::string_view part) {
  return to_lower(text).find(to_lower(part)) != std::string::npos;
}

http::Response search(Store& store, Call& call) {
  auto const query = call.text("query").value_or("");
  auto const type = call.text("typeKey").value_or("software");
  auto const keys = call.list("keys");
  json::Array rows;
  for (auto const& one : store.projects) {
    if (!contains(one.key, query) && !contains(one.name, query)) continue;
    if (!keys.empty() && std::ranges::find(keys, one.key) == keys.end()) continue;
    if (type.find("software") != type.npos) rows.push_back(project_row(store, one));
  }
  return offset_page(call, std::move(rows), {.limit = 100});
}

http::Response get_project(Store& store, Call& call) {
  auto const* project = store.find_project(call.arg("key"));
  if (project == nullptr) return no_project(call.arg("key"));
  auto out = project_row(store, *project);
  out["description"] = project->description;
  out["assigneeType"] = "UNASSIGNED";
  json::Array types, versions, components;
  for (auto const id : project->types) types.push_back(type_json(store, id));
  for (auto const& one : store.versions) {
    if (one.project == project->id) versions.push_back(version_json(store, one));
  }
  for (auto const& one : store.components) {
    if (one.project == project->id) components.push_back(component_json(store, one));
  }
  out["issueTypes"] = std::move(types);
  out["versions"] = std::move(versions);
  out["components"] = std::move(components);
  return json_answer(out);
}

json::Array versions_of(const Store& store, const Project& project) {
  json::Array rows;
  for (auto const& one : store.versions) {
    if (one.project == project.id) rows.push_back(version_json(store, one));
  }
  return rows;
}

// With "version" in the singular a page, in the plural an array of all.
http::Response page_versions(Store& store, Call& call) {
  auto const* project = store.find_project(call.arg("key"));
  if (project == nullptr) return no_project(call.arg("key"));
  auto const status = call.text("status").value_or("released,unreleased");
  auto const query = call.text("query").value_or("");
  json::Array rows;
  for (auto const& one : store.versions) {
    if (one.project != project->id || !contains(one.name, query)) continue;
    auto const words = split(status, ',');
    auto const wanted = one.is_released ? "released" : "unreleased";
    if (std::ranges::find(words, wanted) == words.end()) continue;
    rows.push_back(version_json(store, one));
  }
  if (call.text("orderBy").value_or("").starts_with('-')) std::ranges::reverse(rows);
  return offset_page(call, std::move(rows));
}

http::Response list_versions(Store& store, Call& call) {
  auto const* project = store.find_project(call.arg("key"));
  if (project == nullptr) return no_project(call.arg("key"));
  return json_answer(versions_of(store, *project));
}

json::Array components_of(const Store& store, const Project& project, std::string_view query) {
  json::Array rows;
  for (auto const& one : store.components) {
    if (one.project != project.id || !contains(one.name, query)) continue;
    auto row = component_json(store, one);
    row["lead"] = user_json(store, one.lead);
    row["assigneeType"] = "PROJECT_DEFAULT";
    row["project"] = project.key;
    row["projectId"] = project.id;
    rows.push_back(std::move(row));
  }
  return rows;
}

http::Response page_components(Store& store, Call& call) {
  auto const* project = store.find_project(call.arg("key"));
  if (project == nullptr) return no_project(call.arg("key"));
  return offset_page(call, components_of(store, *project, call.text("query").value_or("")));
}

http::Response list_components(Store& store, Call& call) {
  auto const* project = store.find_project(call.arg("key"));
  if (project == nullptr) return no_project(call.arg("key"));
  return json_answer(components_of(store, *project, ""));
}

http::Response list_statuses(Store& store, Call& call) {
  auto const* project = store.find_project(call.arg("key"));
  if (project == nullptr) return no_project(call.arg("key"));
  json::Array rows;
  for (auto const type : project->types) {
    json::Array statuses;
    for (auto const& status : kStatuses) statuses.push_back(status_json(store, status.id));
    auto const row = type_json(store, type);
    rows.push_back(json::Object{
        {"self", row.at("self")},
        {"id", row.at("id")},
        {"name", row.at("name")},
        {"subtask", row.at("subtask")},
        {"statuses", std::move(statuses)}
    });
  }
  return json_answer(std::move(rows));
}

http::Response list_priorities(Store& store, Call&) {
  json::Array rows;
  for (auto const& one : kPriorities) rows.push_back(priority_json(store, one.id));
  return json_answer(std::move(rows));
}

http::Response list_resolutions(Store& store, Call&) {
  json::Array rows;
  for (auto const& one : kResolutions) rows.push_back(resolution_json(store, one.id));
  return json_answer(std::move(rows));
}

http::Response create_version(Store& store, Call& call) {
  auto const name = json::find_string(call.body, "name").value_or("");
  auto const id = json::find_int(call.body, "projectId").value_or(0);
  auto const* project = store.find_project(fmt::format("{}", id));
  if (name.empty()) return field_errors({{"name", "You must specify a valid version name"}});
  if (project == nullptr) return no_project(fmt::format("{}", id));
  for (auto const& one : store.versions) {
    if (one.project == project->id && one.name == name) {
      return field_errors({{"name", "A version with this name already exists in this project."}});
    }
  }
  auto const text = [&](const char* what) {
    return std::string(json::find_string(call.body, what).value_or(""));
  };
  store.versions.push_back(
      {store.next_id(),
       project->id,
       std::string(name),
       text("description"),
       json::find_bool(call.body, "released").value_or(false),
       text("releaseDate")}
  );
  return json_answer(version_json(store, store.versions.back()), 201);
}

http::Response update_version(Store& store, Call& call) {
  auto const found = std::ranges::find(store.versions, to_id(call.arg("id")), &Version::id);
  if (found == store.versions.end()) {
    return error(404, fmt::format("Could not find version for id '{}'", call.arg("id")));
  }
  if (auto const name = json::find_string(call.body, "name")) found->name = *name;
  if (auto const text = json::find_string(call.body, "description")) found->description = *text;
  if (auto const date = json::find_string(call.body, "releaseDate")) found->release_date = *date;
  found->is_released = json::find_bool(call.body, "released").value_or(found->is_released);
  return json_answer(version_json(store, *found));
}

http::Response server_info(Store& store, Call&) {
  return json_answer(json::Object{
      {"baseUrl", store.site},
      {"version", "1001.0.0-SNAPSHOT"},
      {"deploymentType", "Cloud"},
      {"serverTitle", "Jira"},
      {"serverTime", jira_time(store.now)}
  });
}

constexpr JiraRoute kRoutes[] = {
    {http::Method::get, "/rest/api/3/serverInfo", server_info},
    {http::Method::put, "/rest/api/3/version/:id", update_version},
    {http::Method::get, "/rest/api/3/project/search", search},
    {http::Method::get, "/rest/api/3/project/:key", get_project},
    {http::Method::get, "/rest/api/3/project/:key/version", page_versions},
    {http::Method::get, "/rest/api/3/project/:key/versions", list_versions},
    {http::Method::get, "/rest/api/3/project/:key/component", page_components},
    {http::Method::get, "/rest/api/3/project/:key/components", list_components},
    {http::Method::get, "/rest/api/3/project/:key/statuses", list_statuses},
    {http::Method::get, "/rest/api/3/priority", list_priorities},
    {http::Method::get, "/rest/api/3/resolution", list_resolutions},
    {http::Method::post, "/rest/api/3/version", create_version},
};

}  // namespace

Routes project_routes() { return kRoutes; }

}  // namespace davit::sandbox::atlassian

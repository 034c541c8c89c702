#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/atlassian/answers.h"
#include "sandbox/atlassian/entities.h"
#include "sandbox/atlassian/fields.h"
#include "sandbox/atlassian/issue_parts.h"
#include "sandbox/atlassian/routes.h"

namespace davit::sandbox::atlassian {
namespace {

bool is_array(const Field& field) {
  return field.type == "array" && field.id != "customfield_10020";
}

bool is_required(const Field& field, int type) {
  return field.id == "summary" || field.id == "issuetype" || field.id == "project" ||
         (field.id == "parent" && type == kSubtask);
}

json::Object meta_of(const Store& store, const Project& project, const Field& field, int type) {
  json::Object out{
      {"required", is_required(field, type)},
      {"schema", schema_of(field)},
      {"name", field.name},
      {"key", field.id},
      {"hasDefaultValue", field.id == "priority" || field.id == "reporter"},
      {"operations", is_array(field) ? json::Array{"add", "set", "remove"} : json::Array{"set"}}
  };
  if (field.allowed != nullptr) out["allowedValues"] = field.allowed(store, project);
  return out;
}

// Epics and sub-tasks go into no sprint by themselves, and an epic has no story points.
bool is_on_screen(const Field& field, int type) {
  if (field.id == "project") return true;
  if (field.write == nullptr) return false;
  auto const is_planned = field.id == "customfield_10016" || field.id == "customfield_10020";
  return !(is_planned && (type == kEpic || type == kSubtask)) &&
         !(field.id == "parent" && type == kEpic);
}

const IssueType* type_of(const Project& project, std::string_view id) {
  auto const* type = find_in(kIssueTypes, to_id(id));
  if (type == nullptr) return nullptr;
  return std::ranges::find(project.types, type->id) == project.types.end() ? nullptr : type;
}

http::Response create_types(Store& store, Call& call) {
  auto const* project = store.find_project(call.arg("key"));
  if (project == nullptr) {
    return error(404, fmt::format("No project could be found with key '{}'.", call.arg("key")));
  }
  json::Array rows;
  for (auto const id : project->types) rows.push_back(type_json(store, id));
  return offset_page(
      call, std::move(rows), {.rows = "issueTypes", .limit = 200, .has_links = false}
  );
}

http::Response create_fields(Store& store, Call& call) {
  auto const* project = store.find_project(call.arg("key"));
  auto const* type = project == nullptr ? nullptr : type_of(*project, call.arg("type"));
  if (type == nullptr) {
    return error(404, "The issue type is not valid for the project, or there is no such project.");
  }
  json::Array rows;
  for (auto const& field : all_fields()) {
    if (!is_on_screen(field, type->id)) continue;
    auto row = meta_of(store, *project, field, type->id);
    row["fieldId"] = field.id;
    rows.push_back(std::move(row));
  }
  return offset_page(call, std::move(rows), {.rows = "fields", .limit = 200, .has_links = false});
}

http::Response edit_meta(Store& store, Call& call) {
  auto const* issue = store.find_issue(call.arg("key"));
  return issue == nullptr ? no_issue() : json_answer(editmeta_json(store, *issue));
}

// Names that JQL has for a field. Known of "Get fields".
json::Array clause_names(const Field& field) {
  if (!field.is_custom()) return {to_lower(field.id)};
  return {fmt::format("cf[{}]", field.id.substr(12)), field.name};
}

http::Response list_fields(Store&, Call&) {
  json::Array rows;
  for (auto const& field : all_fields()) {
    json::Object row{
        {"id", field.id},
        {"key", field.id},
        {"name", field.name},
        {"custom", field.is_custom()},
        {"orderable", field.write != nullptr},
        {"navigable", true},
        {"searchable", true},
        {"clauseNames", clause_names(field)},
        {"schema", schema_of(field)}
    };
    if (field.is_custom()) row["untranslatedName"] = field.name;
    rows.push_back(std::move(row));
  }
  return json_answer(std::move(rows));
}

http::Response search_fields(Store&, Call& call) {
  auto const query = to_lower(call.text("query").value_or(""));
  auto const types = call.list("type");
  auto const ids = call.list("id");
  auto const listed = [](const std::vector<std::string>& all, std::string_view one) {
    return all.empty() || std::ranges::find(all, one) != all.end();
  };
  json::Array rows;
  for (auto const& field : all_fields()) {
    if (to_lower(field.name).find(query) == std::string::npos) continue;
    if (!listed(types, field.is_custom() ? "custom" : "system") || !listed(ids, field.id)) continue;
    rows.push_back(json::Object{
        {"id", field.id},
        {"key", field.id},
        {"name", field.name},
        {"description", ""},
        {"schema", schema_of(field)},
        {"isLocked", false}
    });
  }
  return offset_page(call, std::move(rows));
}

constexpr JiraRoute kRoutes[] = {
    {http::Method::get, "/rest/api/3/issue/createmeta/:key/issuetypes", create_types},
    {http::Method::get, "/rest/api/3/issue/createmeta/:key/issuetypes/:type", create_fields},
    {http::Method::get, "/rest/api/3/issue/:key/editmeta", edit_meta},
    {http::Method::get, "/rest/api/3/field", list_fields},
    {http::Method::get, "/rest/api/3/field/search", search_fields},
};

}  // namespace

Routes meta_routes() { return kRoutes; }

json::Object editmeta_json(const Store& store, const Issue& issue) {
  json::Object fields;
  for (auto const& field : all_fields()) {
    if (field.id == "project" || !is_on_screen(field, issue.type)) continue;
    fields[field.id] = meta_of(store, store.project(issue.project), field, issue.type);
  }
  return {{"fields", std::move(fields)}};
}

}  // namespace davit::sandbox::atlassian

#include "sandbox/atlassian/fields.h"

#include <algorithm>

#include <fmt/format.h>

#include "sandbox/atlassian/adf.h"
#include "sandbox/atlassian/entities.h"
#include "sandbox/atlassian/field_access.h"

namespace davit::sandbox::atlassian {
namespace {

json::Array allowed_types(const Store& store, const Project& project) {
  json::Array out;
  for (auto const id : project.types) out.push_back(type_json(store, id));
  return out;
}
json::Array allowed_priorities(const Store& store, const Project&) {
  json::Array out;
  for (auto const& one : kPriorities) out.push_back(priority_json(store, one.id));
  return out;
}
json::Array allowed_versions(const Store& store, const Project& project) {
  json::Array out;
  for (auto const& one : store.versions) {
    if (one.project == project.id) out.push_back(version_json(store, one));
  }
  return out;
}
json::Array allowed_components(const Store& store, const Project& project) {
  json::Array out;
  for (auto const& one : store.components) {
    if (one.project == project.id) out.push_back(component_json(store, one));
  }
  return out;
}
json::Object severity_option(const Store& store, int index) {
  constexpr std::string_view kNames[] = {"Sev 1", "Sev 2", "Sev 3", "Sev 4"};
  return {
      {"self", fmt::format("{}/rest/api/3/customFieldOption/{}", store.site, 10100 + index)},
      {"value", kNames[index]},
      {"id", fmt::format("{}", 10100 + index)}
  };
}
json::Array allowed_severities(const Store& store, const Project&) {
  json::Array out;
  for (int i = 0; i < 4; ++i) out.push_back(severity_option(store, i));
  return out;
}
json::Array allowed_projects(const Store& store, const Project& project) {
  return {project_json(store, project)};
}

std::string set_severity(const Store& store, Issue& draft, const json::Value& value) {
  if (value.is_null()) return draft.custom["customfield_10041"] = nullptr, "";
  for (int i = 0; i < 4; ++i) {
    auto const option = severity_option(store, i);
    for (auto const* name : {"id", "value"}) {
      if (json::find_string(value, name) == json::view(option.at(name).get_string())) {
        draft.custom["customfield_10041"] = option;
        return "";
      }
    }
  }
  return "Option value is not valid";
}
std::string set_severity_text(const Store&, Issue& draft, const json::Value& value) {
  if (!value.is_string() && !value.is_null()) return "Operation value must be a string";
  draft.custom["customfield_10057"] = value;
  return "";
}
std::string set_customer_impact(const Store&, Issue& draft, const json::Value& value) {
  if (!value.is_null() && !adf::is_valid(value)) {
    return "Operation value must be an Atlassian Document (see the Atlassian Document Format)";
  }
  draft.custom["customfield_10060"] = value;
  return "";
}

using namespace access;

// "Severity" is there twice, as on many sites.
constexpr Field kFields[] = {
    {"summary", "Summary", "string", "", "", summary, set_summary},
    {"issuetype", "Issue Type", "issuetype", "", "", type, set_type, allowed_types},
    {"project", "Project", "project", "", "", project, nullptr, allowed_projects},
    {"description", "Description", "string", "", "", description, set_description},
    {"environment", "Environment", "string", "", "", environment, set_environment},
    {"status", "Status", "status", "", "", status, nullptr},
    {"statusCategory",
     "Status Category",
     "statusCategory",
     "",
     "",
     [](const Store& store, const Issue& issue) {
       return *json::find(status_json(store, issue.status), "statusCategory");
     },
     nullptr},
    {"priority", "Priority", "priority", "", "", priority, set_priority, allowed_priorities},
    {"resolution", "Resolution", "resolution", "", "", resolution, nullptr},
    {"assignee", "Assignee", "user", "", "", assignee, set_assignee},
    {"reporter", "Reporter", "user", "", "", reporter, set_reporter},
    {"creator", "Creator", "user", "", "", creator, nullptr},
    {"labels", "Labels", "array", "string", "", labels, set_labels},
    {"components",
     "Components",
     "array",
     "component",
     "",
     components,
     set_components,
     allowed_components},
    {"fixVersions",
     "Fix versions",
     "array",
     "version",
     "",
     fix_versions,
     set_fix_versions,
     allowed_versions},
    {"versions",
     "Affects versions",
     "array",
     "version",
     "",
     versions,
     set_versions,
     allowed_versions},
    {"parent", "Parent", "issuelink", "", "", parent, set_parent},
    {"subtasks", "Sub-tasks", "array", "issuelinks", "", subtasks, nullptr},
    {"issuelinks", "Linked Issues", "array", "issuelinks", "", links, nullptr},
    {"duedate", "Due date", "date", "", "", due_date, set_due_date},
    {"created", "Created", "datetime", "", "", created, nullptr},
    {"updated", "Updated", "datetime", "", "", updated, nullptr},
    {"resolutiondate", "Resolved", "datetime", "", "", resolved, nullptr},
    {"timetracking", "Time tracking", "timetracking", "", "", time_tracking, set_time_tracking},
    {"comment", "Comment", "comments-page", "", "", comments, nullptr},
    {"worklog", "Log Work", "array", "worklog", "", worklogs, nullptr},
    {"attachment", "Attachment", "array", "attachment", "", attachments, nullptr},
    {"customfield_10016",
     "Story Points",
     "number",
     "",
     "com.atlassian.jira.plugin.system.customfieldtypes:float",
     points,
     set_points},
    {"customfield_10019",
     "Rank",
     "any",
     "",
     "com.pyxis.greenhopper.jira:gh-lexo-rank",
     rank,
     nullptr},
    {"customfield_10020",
     "Sprint",
     "array",
     "json",
     "com.pyxis.greenhopper.jira:gh-sprint",
     sprint,
     set_sprint},
    {"customfield_10041",
     "Severity",
     "option",
     "",
     "com.atlassian.jira.plugin.system.customfieldtypes:select",
     nullptr,
     set_severity,
     allowed_severities},
    {"customfield_10057",
     "Severity",
     "string",
     "",
     "com.atlassian.jira.plugin.system.customfieldtypes:textfield",
     nullptr,
     set_severity_text},
    {"customfield_10060",
     "Customer impact",
     "string",
     "",
     "com.atlassian.jira.plugin.system.customfieldtypes:textarea",
     nullptr,
     set_customer_impact},
};

std::string joined(const json::Value& value, std::string (*write)(const json::Value&)) {
  std::string out;
  for (auto const& item : value.get_array()) {
    auto const text = write(item);
    if (!text.empty()) out += (out.empty() ? "" : " ") + text;
  }
  return out;
}

}  // namespace

std::span<const Field> all_fields() { return kFields; }

const Field* find_field(std::string_view id) {
  auto const found = std::ranges::find(kFields, id, &Field::id);
  return found == std::end(kFields) ? nullptr : &*found;
}

json::Value read_field(const Store& store, const Issue& issue, const Field& field) {
  if (field.read != nullptr) return field.read(store, issue);
  auto const* value = issue.custom.if_contains(field.id);
  return value == nullptr ? json::Value(nullptr) : *value;
}

std::string write_field(
    const Store& store, Issue& draft, const Field& field, const json::Value& value
) {
  return field.write(store, draft, value);
}

json::Object schema_of(const Field& field) {
  json::Object schema{{"type", field.type}};
  if (!field.items.empty()) schema["items"] = field.items;
  if (field.is_custom()) {
    schema["custom"] = field.custom;
    schema["customId"] = to_id(field.id.substr(std::string_view("customfield_").size()));
  } else {
    schema["system"] = field.id;
  }
  return schema;
}

std::string shown_text(const json::Value& value) {
  if (value.is_array()) return joined(value, shown_text);
  if (value.is_string()) return std::string(json::view(value.get_string()));
  if (value.is_number()) return fmt::format("{}", value.to_number<double>());
  if (json::find_string(value, "type") == "doc") return adf::plain(value);
  for (auto const* name : {"displayName", "name", "value", "key"}) {
    if (auto const text = json::find_string(value, name)) return std::string(*text);
  }
  return "";
}

std::string id_text_of(const json::Value& value) {
  if (value.is_array()) return joined(value, id_text_of);
  for (auto const* name : {"accountId", "id"}) {
    if (auto const text = json::find_string(value, name)) return std::string(*text);
    if (auto const number = json::find_int(value, name)) return fmt::format("{}", *number);
  }
  return "";
}

}  // namespace davit::sandbox::atlassian

#include "connectors/atlassian/jira_fields.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/text.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::chrono::minutes kAge{5};

// Ours and Jira's.
constexpr std::pair<std::string_view, std::string_view> kNames[] = {
    {"type", "issuetype"},
    {"due_date", "duedate"},
    {"fix_versions", "fixVersions"},
    {"affects_versions", "versions"},
    {"resolved", "resolutiondate"},
    {"status_changed", "statuscategorychangedate"},
    {"links", "issuelinks"},
    {"attachments", "attachment"},
    {"time", "timetracking"},
};

// Company-managed projects have the one, team-managed projects the other.
constexpr std::string_view kStoryPoints[] = {"Story Points", "Story point estimate"};
constexpr std::string_view kSprint = "com.pyxis.greenhopper.jira:gh-sprint";
constexpr std::string_view kTextArea = "com.atlassian.jira.plugin.system.customfieldtypes:textarea";

std::string text_at(const json::Value& value, std::string_view path) {
  return std::string(json::find_string(value, path).value_or(""));
}

std::string_view id_of_ours(std::string_view name) {
  for (auto const& [ours, id] : kNames) {
    if (ours == name) return id;
  }
  return name;
}

std::string list_ids(const std::vector<const Field*>& fields) {
  std::string text;
  for (auto const* field : fields) {
    if (!text.empty()) text += ", ";
    text += field->id;
    if (!field->project.empty()) text += fmt::format(" (of project {})", field->project);
  }
  return text;
}

Error unknown(std::string_view name) {
  auto const shown = connector::shortened(connector::without_invisible(name), 80);
  return Error(
      ErrorKind::invalid_input,
      fmt::format("there is no field '{}'; jira_search_fields finds fields", shown)
  );
}

}  // namespace

Catalogue::Catalogue(const json::Value& fields) {
  if (!fields.is_array()) return;
  for (auto const& field : fields.get_array()) {
    fields_.push_back({
        .id = text_at(field, "id"),
        .name = connector::without_invisible(text_at(field, "name")),
        .type = text_at(field, "schema.type"),
        .items = text_at(field, "schema.items"),
        .custom = text_at(field, "schema.custom"),
        .project = text_at(field, "scope.project.id"),
        .clause = text_at(field, "clauseNames.0"),
    });
  }
}

const Field* Catalogue::by_id(std::string_view id) const {
  auto const found = std::ranges::find(fields_, id, &Field::id);
  return found == fields_.end() ? nullptr : &*found;
}

Result<const Field*> Catalogue::find(std::string_view name) const {
  if (auto const* field = by_id(id_of_ours(name))) return field;
  if (name == "story_points") return story_points();
  std::vector<const Field*> fitting;
  for (auto const& field : fields_) {
    if (iequals(field.name, name)) fitting.push_back(&field);
  }
  if (fitting.empty()) return unknown(name);
  if (fitting.size() == 1) return fitting.front();
  return Error(
      ErrorKind::invalid_input,
      fmt::format("'{}' is the name of several fields; use an id: {}", name, list_ids(fitting))
  );
}

const Field* Catalogue::sprint() const {
  auto const found = std::ranges::find(fields_, kSprint, &Field::custom);
  return found == fields_.end() ? nullptr : &*found;
}

Result<const Field*> Catalogue::story_points() const {
  std::vector<const Field*> fitting;
  for (auto const& field : fields_) {
    auto const is_named = [&](std::string_view name) { return iequals(field.name, name); };
    if (field.type == "number" && std::ranges::any_of(kStoryPoints, is_named)) {
      fitting.push_back(&field);
    }
  }
  if (fitting.size() == 1) return fitting.front();
  if (fitting.empty()) return unknown("Story Points");
  return Error(
      ErrorKind::invalid_input,
      fmt::format(
          "several fields hold story points; give one by its id in `fields`: {}", list_ids(fitting)
      )
  );
}

Async<Catalogue> fetch_catalogue(connector::Invocation call) {
  DAVIT_CO_TRY(auto const fields, co_await call.get_cached("/rest/api/3/field", kAge));
  co_return Catalogue(fields);
}

std::string shown_name(std::string_view id, std::string_view name) {
  for (auto const& [ours, theirs] : kNames) {
    if (theirs == id) return std::string(ours);
  }
  return std::string(id.starts_with("customfield_") ? name : id);
}

std::string shown_name(const Field& field) { return shown_name(field.id, field.name); }

// https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#version
bool is_rich(const Field& field) {
  return field.id == "description" || field.id == "environment" || field.custom == kTextArea;
}

}  // namespace davit::connectors::atlassian

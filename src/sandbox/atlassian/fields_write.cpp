#include <algorithm>

#include <fmt/format.h>

#include "sandbox/atlassian/adf.h"
#include "sandbox/atlassian/catalog.h"
#include "sandbox/atlassian/durations.h"
#include "sandbox/atlassian/entities.h"
#include "sandbox/atlassian/field_access.h"

namespace davit::sandbox::atlassian::access {
namespace {

// The wording is Jira's own, as met in its answers.
constexpr std::string_view kNotAdf =
    "Operation value must be an Atlassian Document (see the Atlassian Document Format)";

std::string set_rich(json::Value& field, const json::Value& value) {
  if (value.is_null()) return field = nullptr, "";
  if (!value.is_object()) return std::string(kNotAdf);
  if (!adf::is_valid(value)) return "INVALID_INPUT";
  field = value;
  return "";
}

// {"id":"3"} or {"name":"High"}; "" for null.
std::string name_or_id(const json::Value& value) {
  for (auto const* name : {"id", "name", "key"}) {
    if (auto const text = json::find_string(value, name)) return std::string(*text);
    if (auto const number = json::find_int(value, name)) return fmt::format("{}", *number);
  }
  return "";
}

template <std::size_t N>
std::string set_named(
    int& field, const Named (&table)[N], const json::Value& value, std::string_view what
) {
  auto const wanted = name_or_id(value);
  auto const* found = find_in(table, wanted);
  if (found == nullptr) return fmt::format("{} name '{}' is not valid", what, wanted);
  field = found->id;
  return "";
}

template <class Records>
std::string set_many(
    std::vector<int>& field,
    const Records& records,
    int project,
    const json::Value& value,
    std::string_view what
) {
  auto const* array = value.if_array();
  if (array == nullptr) return "data was not an array";
  std::vector<int> ids;
  for (auto const& item : *array) {
    auto const wanted = name_or_id(item);
    auto const found = std::ranges::find_if(records, [&](auto const& one) {
      return one.project == project && (one.id == to_id(wanted) || one.name == wanted);
    });
    if (found == records.end()) return fmt::format("{} name '{}' is not valid", what, wanted);
    ids.push_back(found->id);
  }
  field = std::move(ids);
  return "";
}

std::string set_person(
    const Store& store, std::string& field, const json::Value& value, std::string_view wrong
) {
  if (value.is_null()) return field.clear(), "";
  // accountId and id mean the same on writing; name and e-mail went away with GDPR.
  auto id = json::find_string(value, "accountId");
  if (!id) id = json::find_string(value, "id");
  if (!id) {
    auto const is_null = value.is_object() && value.get_object().contains("accountId");
    return is_null ? (field.clear(), "") : "expected 'accountId' property to be provided";
  }
  auto const* person = store.person(*id);
  if (person == nullptr || !person->is_active) return fmt::format(fmt::runtime(wrong), *id);
  field = person->account_id;
  return "";
}

}  // namespace

std::string set_summary(const Store&, Issue& draft, const json::Value& value) {
  auto const* text = value.if_string();
  if (text == nullptr && !value.is_null()) return "Operation value must be a string";
  if (text == nullptr || text->empty()) return "You must specify a summary of the issue.";
  if (text->find('\n') != json::String::npos) {
    return "The summary is invalid because it contains newline characters.";
  }
  if (text->size() > 255) return "Summary can't exceed 255 characters.";
  draft.summary = json::view(*text);
  return "";
}

std::string set_description(const Store&, Issue& draft, const json::Value& value) {
  return set_rich(draft.description, value);
}
std::string set_environment(const Store&, Issue& draft, const json::Value& value) {
  return set_rich(draft.environment, value);
}

std::string set_type(const Store& store, Issue& draft, const json::Value& value) {
  auto const* type = find_in(kIssueTypes, name_or_id(value));
  auto const& types = store.project(draft.project).types;
  if (type == nullptr || std::ranges::find(types, type->id) == types.end()) {
    return "Specify a valid issue type";
  }
  draft.type = type->id;
  return "";
}

std::string set_priority(const Store&, Issue& draft, const json::Value& value) {
  return set_named(draft.priority, kPriorities, value, "Priority");
}
std::string set_resolution(const Store&, Issue& draft, const json::Value& value) {
  return set_named(draft.resolution, kResolutions, value, "Resolution");
}
std::string set_assignee(const Store& store, Issue& draft, const json::Value& value) {
  return set_person(store, draft.assignee, value, "User '{}' cannot be assigned issues.");
}
std::string set_reporter(const Store& store, Issue& draft, const json::Value& value) {
  if (value.is_null()) return "Reporter is required.";
  return set_person(store, draft.reporter, value, "The reporter specified is not a user.");
}

std::string set_labels(const Store&, Issue& draft, const json::Value& value) {
  auto const* array = value.if_array();
  if (array == nullptr) return "data was not an array";
  std::vector<std::string> labels;
  for (auto const& item : *array) {
    if (!item.is_string()) return "string expected at index 0";
    std::string label(json::view(item.get_string()));
    if (label.find(' ') != std::string::npos) {
      return fmt::format("The label '{}' contains spaces which is invalid.", label);
    }
    if (std::ranges::find(labels, label) == labels.end()) labels.push_back(std::move(label));
  }
  draft.labels = std::move(labels);
  return "";
}

std::string set_components(const Store& store, Issue& draft, const json::Value& value) {
  return set_many(draft.components, store.components, draft.project, value, "Component");
}
std::string set_fix_versions(const Store& store, Issue& draft, const json::Value& value) {
  return set_many(draft.fix_versions, store.versions, draft.project, value, "Version");
}
std::string set_versions(const Store& store, Issue& draft, const json::Value& value) {
  return set_many(draft.affects_versions, store.versions, draft.project, value, "Version");
}

// A parent is one level up: an epic of a story, a story of a sub-task.
std::string set_parent(const Store& store, Issue& draft, const json::Value& value) {
  if (value.is_null() && draft.type != kSubtask) return draft.parent = 0, "";
  auto const* parent = store.find_issue(name_or_id(value));
  if (parent == nullptr) return "Could not find issue by id or key.";
  auto const level = find_in(kIssueTypes, draft.type)->level;
  if (find_in(kIssueTypes, parent->type)->level != level + 1) {
    return "Given parent work item does not belong to appropriate hierarchy.";
  }
  if (level < 0 && parent->project != draft.project) {
    return "Parent and sub-task must be in the same project.";
  }
  draft.parent = parent->id;
  return "";
}

// On writing it is the number of one sprint, though on reading it is an array of objects.
std::string set_sprint(const Store& store, Issue& draft, const json::Value& value) {
  if (auto const* open = store.open_sprint(draft)) std::erase(draft.sprints, open->id);
  if (value.is_null()) return "";
  if (!value.is_number()) return "Number value expected as the Sprint id.";
  auto const id = static_cast<int>(value.is_int64() ? value.get_int64() : 0);
  auto const* sprint = store.sprint(id);
  if (sprint == nullptr) return fmt::format("Sprint with id '{}' does not exist.", id);
  if (sprint->state == "closed") return "Issues cannot be added to a closed sprint.";
  draft.sprints.push_back(id);
  return "";
}

std::string set_points(const Store&, Issue& draft, const json::Value& value) {
  if (value.is_null()) return draft.points.reset(), "";
  if (!value.is_number()) return "Operation value must be a number";
  draft.points = value.to_number<double>();
  return "";
}

std::string set_due_date(const Store&, Issue& draft, const json::Value& value) {
  if (value.is_null()) return draft.due_date.clear(), "";
  auto const* text = value.if_string();
  if (text == nullptr || !parse_date(json::view(*text))) {
    return "Error parsing date string: the format is yyyy-MM-dd";
  }
  draft.due_date = json::view(*text);
  return "";
}

std::string set_time_tracking(const Store&, Issue& draft, const json::Value& value) {
  auto const read = [&](const char* name, std::optional<std::int64_t>& field) {
    auto const text = json::find_string(value, name);
    if (!text) return true;
    field = parse_duration(*text);
    return field.has_value();
  };
  if (!read("originalEstimate", draft.estimate) || !read("remainingEstimate", draft.remaining)) {
    return "You did not specify a valid estimate, e.g. '3w 4d 12h'.";
  }
  return "";
}

}  // namespace davit::sandbox::atlassian::access

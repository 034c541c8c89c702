#include "sandbox/atlassian/drafts.h"

#include <algorithm>

#include <fmt/format.h>

#include "sandbox/atlassian/adf.h"
#include "sandbox/atlassian/catalog.h"

namespace davit::sandbox::atlassian {
namespace {

// What "update" can append though it is no field of the edit screen.
std::string append_record(Store& store, Issue& draft, std::string_view id, const json::Value& add) {
  if (id != "comment") return "Operation not supported.";
  auto const* body = json::find(add, "body");
  if (body == nullptr || !adf::is_valid(*body)) return "Comment body is not valid!";
  draft.comments.push_back(
      {.id = store.next_id(),
       .author = std::string(kCallerId),
       .body = *body,
       .created = store.now,
       .updated = store.now,
       .visibility = {}}
  );
  return "";
}

bool is_same_item(const json::Value& a, const json::Value& b) {
  if (a == b) return true;
  for (auto const* name : {"id", "name"}) {
    auto const text = json::find_string(a, name);
    if (text && text == json::find_string(b, name)) return true;
  }
  return false;
}

std::string operate(Store& store, Issue& draft, const Field& field, const json::Value& operation) {
  if (auto const* value = json::find(operation, "set")) {
    return write_field(store, draft, field, *value);
  }
  if (operation.is_object() && operation.get_object().contains("set")) {
    return write_field(store, draft, field, nullptr);
  }
  auto current = read_field(store, draft, field);
  auto* items = current.if_array();
  if (items == nullptr) return "Operation not supported.";
  if (auto const* value = json::find(operation, "add")) {
    items->push_back(*value);
  } else if (auto const* gone = json::find(operation, "remove")) {
    auto const keep = [&](const json::Value& item) { return !is_same_item(item, *gone); };
    json::Array kept;
    for (auto const& item : *items) {
      if (keep(item)) kept.push_back(item);
    }
    *items = std::move(kept);
  } else {
    return "Operation not supported.";
  }
  return write_field(store, draft, field, current);
}

void apply_update(Store& store, Issue& draft, const json::Object& update, json::Object& errors) {
  for (auto const& member : update) {
    auto const* operations = member.value().if_array();
    auto const* field = find_field(member.key());
    if (field == nullptr || operations == nullptr) {
      errors[member.key()] = fmt::format(
          "Field '{}' cannot be set. It is not on the appropriate screen, or unknown.",
          std::string_view(member.key())
      );
      continue;
    }
    for (auto const& operation : *operations) {
      auto const* add = json::find(operation, "add");
      auto const wrong = field->write == nullptr && add != nullptr
                             ? append_record(store, draft, field->id, *add)
                         : field->write == nullptr ? "Operation not supported."
                                                   : operate(store, draft, *field, operation);
      if (!wrong.empty()) errors[member.key()] = wrong;
    }
  }
}

std::vector<ChangeItem> differences(const Store& store, const Issue& before, const Issue& after) {
  std::vector<ChangeItem> items;
  for (auto const& field : all_fields()) {
    auto const is_logged =
        field.write != nullptr || field.id == "status" || field.id == "resolution";
    if (!is_logged || field.id == "timetracking") continue;
    auto const old_value = read_field(store, before, field);
    auto const new_value = read_field(store, after, field);
    if (old_value == new_value) continue;
    items.push_back(
        {.field = std::string(field.is_custom() ? field.name : field.id),
         .field_id = std::string(field.id),
         .from = id_text_of(old_value),
         .from_text = shown_text(old_value),
         .to = id_text_of(new_value),
         .to_text = shown_text(new_value)}
    );
  }
  return items;
}

std::string text_of(const json::Value& body, std::string_view object) {
  for (auto const* name : {"id", "key", "name"}) {
    auto const path = fmt::format("fields.{}.{}", object, name);
    if (auto const text = json::find_string(body, path)) return std::string(*text);
    if (auto const number = json::find_int(body, path)) return fmt::format("{}", *number);
  }
  return "";
}

}  // namespace

json::Object apply_body(Store& store, Issue& draft, const json::Value& body) {
  json::Object errors;
  auto const* update = json::find_object(body, "update");
  if (auto const* fields = json::find_object(body, "fields")) {
    for (auto const& member : *fields) {
      auto const* field = find_field(member.key());
      std::string wrong;
      if (field == nullptr || field->write == nullptr) {
        wrong = fmt::format(
            "Field '{}' cannot be set. It is not on the appropriate screen, or unknown.",
            std::string_view(member.key())
        );
      } else if (update != nullptr && update->contains(member.key())) {
        wrong = fmt::format(
            "Field '{}' cannot appear in both 'fields' and 'update'", std::string_view(field->id)
        );
      } else {
        wrong = write_field(store, draft, *field, member.value());
      }
      if (!wrong.empty()) errors[member.key()] = wrong;
    }
  }
  if (update != nullptr) apply_update(store, draft, *update, errors);
  return errors;
}

Drafted draft_issue(Store& store, const json::Value& body) {
  Drafted out;
  auto& [issue, errors] = out;
  auto const* project = store.find_project(text_of(body, "project"));
  if (project == nullptr) errors["project"] = "Specify a valid project ID or key";
  auto const type = text_of(body, "issuetype");
  if (type.empty()) errors["issuetype"] = "Specify an issue type";
  if (!errors.empty()) return out;

  issue.project = project->id;
  issue.status = kToDo;
  issue.reporter = issue.creator = kCallerId;
  issue.created = issue.updated = store.now;
  issue.rank = 100000 + store.last_id;
  auto rest = body;
  auto& fields = rest.as_object()["fields"].as_object();
  auto const* table_type = json::find(body, "fields.issuetype");
  auto const wrong = write_field(store, issue, *find_field("issuetype"), *table_type);
  if (!wrong.empty()) errors["issuetype"] = wrong;
  fields.erase("project");
  fields.erase("issuetype");
  for (auto& member : apply_body(store, issue, rest)) errors[member.key()] = member.value();
  if (issue.summary.empty() && !errors.contains("summary")) {
    errors["summary"] = "You must specify a summary of the issue.";
  }
  if (issue.type == kSubtask && issue.parent == 0 && !errors.contains("parent")) {
    errors["parent"] = "Issue type is a sub-task but parent issue key or id not specified.";
  }
  return out;
}

const Issue& add_issue(Store& store, Issue issue) {
  auto& project = *std::ranges::find(store.projects, issue.project, &Project::id);
  issue.id = store.next_id();
  issue.key = fmt::format("{}-{}", project.key, ++project.last_number);
  return store.issues[issue.id] = std::move(issue);
}

void save(Store& store, Issue draft) {
  auto& stored = store.issues.at(draft.id);
  auto items = differences(store, stored, draft);
  stored = std::move(draft);
  store.log(stored, std::move(items));
}

}  // namespace davit::sandbox::atlassian

#include "sandbox/atlassian/selection.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::sandbox::atlassian {
namespace {

// Left out of "*navigable", which is what a list of issues shows.
bool is_heavy(const Field& field) {
  return field.id == "comment" || field.id == "worklog" || field.id == "attachment" ||
         field.id == "timetracking";
}

}  // namespace

Selection::Selection(const std::vector<std::string>& asked, std::string_view fallback) {
  auto const add = [this](std::string_view name) {
    if (name == "*all") {
      all_ = true;
    } else if (name == "*navigable") {
      navigable_ = true;
    } else if (name.starts_with('-')) {
      without_.emplace(name.substr(1));
    } else {
      named_.emplace(name);
    }
  };
  for (auto const& name : asked) add(name);
  if (!all_ && !navigable_ && named_.empty()) add(fallback);
}

bool Selection::has(const Field& field) const {
  if (without_.contains(field.id)) return false;
  return all_ || (navigable_ && !is_heavy(field)) || named_.contains(field.id);
}

bool Selection::only_ids() const {
  return !all_ && !navigable_ && named_.size() == 1 && named_.contains("id");
}

bool Selection::is_more_than_keys() const {
  if (all_ || navigable_) return true;
  return std::ranges::any_of(named_, [](auto const& name) {
    return name != "id" && name != "key" && name != "issuekey";
  });
}

std::vector<std::string> comma_list(const Call& call, std::string_view name) {
  std::vector<std::string> out;
  for (auto const& text : call.list(name)) {
    for (auto const piece : split(text, ',')) {
      if (!trim(piece).empty()) out.emplace_back(trim(piece));
    }
  }
  return out;
}

std::vector<std::string> body_list(const json::Value& body, std::string_view name) {
  std::vector<std::string> out;
  auto const* value = json::find(body, name);
  if (value == nullptr) return out;
  if (auto const* text = value->if_string()) {
    for (auto const piece : split(json::view(*text), ',')) out.emplace_back(trim(piece));
  }
  auto const* array = value->if_array();
  for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
    auto const& item = (*array)[i];
    out.push_back(
        item.is_int64()    ? fmt::format("{}", item.get_int64())
        : item.is_string() ? std::string(json::view(item.get_string()))
                           : ""
    );
  }
  return out;
}

json::Object issue_json(const Store& store, const Issue& issue, const Selection& selection) {
  auto const id = fmt::format("{}", issue.id);
  if (selection.only_ids()) return {{"id", id}};
  json::Object fields;
  for (auto const& field : all_fields()) {
    if (selection.has(field)) fields[field.id] = read_field(store, issue, field);
  }
  // A field without a parent is left out, not null.
  if (issue.parent == 0) fields.erase("parent");
  json::Object out{
      {"expand",
       "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations"},
      {"id", id},
      {"self", fmt::format("{}/rest/api/3/issue/{}", store.site, id)},
      {"key", issue.key}
  };
  if (selection.is_more_than_keys()) out["fields"] = std::move(fields);
  return out;
}

void add_names(json::Object& out, const Selection& selection) {
  json::Object names;
  for (auto const& field : all_fields()) {
    if (selection.has(field)) names[field.id] = field.name;
  }
  out["names"] = std::move(names);
}

void add_schema(json::Object& out, const Selection& selection) {
  json::Object schema;
  for (auto const& field : all_fields()) {
    if (selection.has(field)) schema[field.id] = schema_of(field);
  }
  out["schema"] = std::move(schema);
}

}  // namespace davit::sandbox::atlassian

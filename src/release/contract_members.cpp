// What an object or an array is made of.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "release/contract_schema.h"

namespace davit::release {
namespace {

bool has(const std::vector<std::string_view>& names, std::string_view name) {
  return std::ranges::binary_search(names, name);
}

// Drafts up to 7 write a list of schemas where 2020-12 has `prefixItems`.
const json::Value* prefix_of(const Shape& shape) {
  auto const* prefix = shape.find("prefixItems");
  auto const* items = shape.find("items");
  return prefix == nullptr && items != nullptr && items->is_array() ? items : prefix;
}
const json::Value* items_of(const Shape& shape) {
  auto const* items = shape.find("items");
  return items != nullptr && items->is_array() ? nullptr : items;
}

bool is_open(const Shape& shape) {
  auto const* more = shape.find("additionalProperties");
  return more == nullptr || !more->is_bool() || more->get_bool();
}

}  // namespace

void SchemaComparison::compare_properties(
    const Shape& before, const Shape& after, const std::string& path
) {
  std::set<std::string_view> names;
  for (auto const& list :
       {before.properties(), after.properties(), before.required(), after.required()}) {
    if (!budget_.take(list.size() + 1)) return;
    names.insert(list.begin(), list.end());
  }
  for (auto const name : names) {
    if (!budget_.take()) return;
    compare_property(before, after, std::string(name), path);
  }
  if (is_open(before) == is_open(after)) {
    auto const inner = path + (path.empty() ? "*" : ".*");
    compare(before.find("additionalProperties"), after.find("additionalProperties"), inner);
  } else if (is_open(after)) {
    find(Turn::wider, path, "further ones are allowed now");
  } else {
    find(Turn::narrower, path, "further ones are refused now");
  }
  auto const* old_names = before.find("propertyNames");
  auto const* new_names = after.find("propertyNames");
  compare(old_names, new_names, path + (path.empty() ? "(name)" : ".(name)"));
}

void SchemaComparison::compare_property(
    const Shape& before, const Shape& after, const std::string& name, const std::string& path
) {
  auto const is_input = direction_ == Direction::input;
  auto const inner = fmt::format("{}{}{}", path, path.empty() ? "" : ".", shown(name));
  auto const* was = before.property(name);
  auto const* is = after.property(name);
  auto const was_required = has(before.required(), name);
  auto const is_required = has(after.required(), name);
  if (was != nullptr && is == nullptr) {
    // Clients send it, and read it, whatever else may be there.
    auto const turn = is_input ? Turn::narrower : Turn::wider;
    find(turn, inner, is_input && !is_open(after) ? "is gone, and is refused now" : "is gone");
  } else if (was == nullptr && is != nullptr) {
    auto const turn = is_required || !is_input ? Turn::narrower : Turn::wider;
    find(turn, inner, is_required ? "is new and required" : "is new");
    return;
  } else if (was != nullptr && is != nullptr) {
    compare(was, is, inner);
  }
  if (was_required == is_required || (was != nullptr && is == nullptr)) return;
  if (is_required) {
    find(Turn::narrower, inner, is_input ? "is required now" : "is always there now");
  } else {
    find(Turn::wider, inner, is_input ? "is optional now" : "may be missing now");
  }
}

void SchemaComparison::compare_elements(
    const Shape& before, const Shape& after, const std::string& path
) {
  compare(items_of(before), items_of(after), path + "[]");
  compare(before.find("contains"), after.find("contains"), path + "[any]");
  compare_lists(prefix_of(before), prefix_of(after), path);
}

// Of schemas that stand for each other by their position.
void SchemaComparison::compare_lists(
    const json::Value* before, const json::Value* after, const std::string& path
) {
  json::Array const none;
  auto const list = [&none](const json::Value* value) {
    return value == nullptr ? &none : value->if_array();
  };
  auto const* was = list(before);
  auto const* is = list(after);
  if (was == nullptr || is == nullptr || was->size() != is->size()) {
    return find(Turn::both, path, "is made of other schemas now");
  }
  for (std::size_t i = 0; i < was->size() && budget_.take(); ++i) {
    compare(&(*was)[i], &(*is)[i], fmt::format("{}[{}]", path, i));
  }
}

}  // namespace davit::release

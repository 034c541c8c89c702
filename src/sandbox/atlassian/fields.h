// The fields of issues: how each is read, written and described.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "json/json.h"
#include "sandbox/atlassian/store.h"

namespace davit::sandbox::atlassian {

struct Field {
  std::string_view id;
  std::string_view name;
  std::string_view type;    // of the schema: "string", "array", "user"
  std::string_view items;   // of an array
  std::string_view custom;  // kind of a custom field
  // Null for a custom field without a member of its own in Issue.
  json::Value (*read)(const Store& store, const Issue& issue);
  // Changes a draft; what is wrong with the value, or "". Null when it cannot be set.
  std::string (*write)(const Store& store, Issue& draft, const json::Value& value);
  json::Array (*allowed)(const Store& store, const Project& project) = nullptr;

  bool is_custom() const { return !custom.empty(); }
};

std::span<const Field> all_fields();
const Field* find_field(std::string_view id);

json::Value read_field(const Store& store, const Issue& issue, const Field& field);
std::string write_field(
    const Store& store, Issue& draft, const Field& field, const json::Value& value
);

// {"type":"array","items":"string","system":"labels"}
json::Object schema_of(const Field& field);

// The value of a field as the changelog and JQL know it: names, joined by blanks; and its ids.
std::string shown_text(const json::Value& value);
std::string id_text_of(const json::Value& value);

}  // namespace davit::sandbox::atlassian

#include "connectors/atlassian/jira_create_meta.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/strings.h"
#include "connectors/atlassian/jira_tables.h"
#include "connectors/atlassian/jira_values.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::chrono::minutes kAge{5};

// The manual's example has another name for it than real answers.
const json::Array* rows_at(const json::Value& body, std::initializer_list<Str> names) {
  for (auto const name : names) {
    if (auto const* rows = json::find_array(body, name)) return rows;
  }
  return nullptr;
}

Result<std::string> choose_type(const json::Value& types, Str wanted) {
  auto const* rows = rows_at(types, {"issueTypes", "values"});
  std::string names;
  for (auto const& row : rows == nullptr ? json::Array() : *rows) {
    auto const name = json::find_string(row, "name").value_or("");
    auto const id = json::find_string(row, "id").value_or("");
    if (iequals(name, wanted) || id == wanted) return std::string(id);
    names += fmt::format("{}{}", names.empty() ? "" : ", ", clean_text(name, 60));
  }
  return Error(
      ErrorKind::invalid_input,
      fmt::format("the project has no type '{}', but {}", clean_text(wanted, 60), names)
  );
}

std::string type_of(const json::Value& field) {
  auto const type = json::find_string(field, "schema.type").value_or("");
  if (type != "array") return std::string(type);
  return fmt::format("list of {}", json::find_string(field, "schema.items").value_or("values"));
}

json::Object describe_field(const json::Value& field, std::size_t max_values) {
  auto id = json::find_string(field, "fieldId").value_or("");
  if (id.empty()) id = json::find_string(field, "key").value_or("");
  json::Object out{
      {"name", clean_text(json::find_string(field, "name").value_or(""), 100)},
      {"id", id},
      {"type", type_of(field)}
  };
  auto const has_default = json::find_bool(field, "hasDefaultValue").value_or(false);
  if (json::find_bool(field, "required").value_or(false)) out["required"] = true;
  if (has_default) out["has_default"] = true;
  auto const* values = json::find_array(field, "allowedValues");
  if (values == nullptr || values->empty()) return out;
  json::Array allowed;
  for (auto const& value : *values) {
    if (allowed.size() < max_values) allowed.push_back(show_value(value, 100));
  }
  if (values->size() > allowed.size()) out["more_values"] = values->size() - allowed.size();
  out["allowed"] = std::move(allowed);
  return out;
}

}  // namespace

Async<json::Array> fetch_create_fields(
    connector::Invocation call, std::string project, std::string type
) {
  json::Value given = json::Object{{"project", project}};
  DAVIT_CO_TRY(
      auto const types,
      co_await call.get_cached(
          "/rest/api/3/issue/createmeta/{.project}/issuetypes?maxResults=200", kAge, given
      )
  );
  DAVIT_CO_TRY(auto const id, choose_type(types, type));
  given.get_object()["type"] = id;
  DAVIT_CO_TRY(
      auto const answer,
      co_await call.get_cached(
          "/rest/api/3/issue/createmeta/{.project}/issuetypes/{.type}?maxResults=200", kAge, given
      )
  );
  auto const* fields = rows_at(answer, {"fields", "results", "values"});
  co_return fields == nullptr ? json::Array() : json::Array(*fields, {});
}

json::Array describe_fields(const json::Array& fields, std::size_t max_values) {
  json::Array out;
  for (auto const must : {true, false}) {
    for (auto const& field : fields) {
      if (json::find_bool(field, "required").value_or(false) != must) continue;
      out.push_back(describe_field(field, max_values));
    }
  }
  return out;
}

}  // namespace davit::connectors::atlassian

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connectors/atlassian/jira_calls.h"
#include "connectors/atlassian/jira_create_meta.h"
#include "connectors/atlassian/jira_tables.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::size_t kMostValues = 50;

Result<> check_form(const json::Object& arguments) {
  auto const is_new = arguments.contains("project") && arguments.contains("type");
  if (is_new != arguments.contains("issue")) return {};
  return Error(ErrorKind::invalid_input, "give project and type, or issue");
}

Async<json::Array> fetch_edit_fields(Invocation call) {
  DAVIT_CO_TRY(auto const form, co_await call.get("/rest/api/3/issue/{issue}/editmeta"));
  json::Array fields;
  auto const* members = json::find_object(form, "fields");
  for (auto const& member : members == nullptr ? json::Object() : *members) {
    fields.push_back(member.value());
    if (fields.back().is_object()) fields.back().get_object()["fieldId"] = member.key();
  }
  co_return fields;
}

Async<json::Value> get_create_fields(Invocation call) {
  json::Array fields;
  if (call.has("issue")) {
    DAVIT_CO_TRY(fields, co_await fetch_edit_fields(call));
  } else {
    std::string const project(call.text("project"));
    std::string const type(call.text("type"));
    DAVIT_CO_TRY(fields, co_await fetch_create_fields(call, project, type));
  }
  co_return json::Object{{"fields", describe_fields(fields, kMostValues)}};
}

json::Object describe(const Field& field) {
  json::Object row{{"id", field.id}, {"name", clean_text(field.name, 100)}};
  auto const type = field.type == "array" ? "list of " + field.items : field.type;
  if (!type.empty()) row["type"] = type;
  if (!field.clause.empty() && field.clause != field.id) row["jql"] = field.clause;
  if (!field.project.empty()) row["project"] = field.project;
  return row;
}

// Those that a project shares with others, and its own.
Async<std::string> project_id(Invocation call) {
  if (!call.has("project")) co_return std::string();
  DAVIT_CO_TRY(auto const project, co_await call.get("/rest/api/3/project/{project}"));
  co_return std::string(json::find_string(project, "id").value_or(""));
}

// The list of all fields needs no administrator, unlike the search for fields.
Async<json::Value> search_fields(Invocation call) {
  DAVIT_CO_TRY(auto const catalogue, co_await fetch_catalogue(call));
  DAVIT_CO_TRY(auto const project, co_await project_id(call));
  DAVIT_CO_TRY(auto const at, position(call));
  auto const query = to_lower(call.text("query"));
  json::Array rows;
  for (auto const& field : catalogue.fields()) {
    auto const is_here = project.empty() || field.project.empty() || field.project == project;
    auto const is_like = to_lower(field.name).find(query) != std::string::npos ||
                         field.id.find(query) != std::string::npos;
    if (is_here && is_like) rows.push_back(describe(field));
  }
  auto const total = rows.size();
  auto const last = at.skip + static_cast<std::size_t>(call.integer("limit"));
  json::Object out;
  if (last < total) {
    json::Object const state{{"token", ""}, {"skip", last}};
    out["next_cursor"] = call.make_cursor(state);
    rows.resize(last);
  }
  rows.erase(
      rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(std::min(at.skip, rows.size()))
  );
  out["total"] = total;
  out["complete"] = last >= total;
  out["items"] = std::move(rows);
  co_return out;
}

constexpr Tool kTools[] = {
    {
        .name = "jira_get_create_fields",
        .title = "Get fields of a form",
        .description = "Fields that a new issue of a type, or a change of an issue, may or must "
                       "have, with allowed values.",
        .toolset = "projects",
        .params =
            {
                {.name = "project", .description = "Key or id.", .in = In::path, .needs = "type"},
                {.name = "type", .description = "Such as Bug.", .in = In::none},
                {.name = "issue", .in = In::path, .needs = "!project"},
            },
        .foreign = "fields",
        .source = "https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/"
                  "#api-rest-api-3-issue-createmeta-projectidorkey-issuetypes-issuetypeid-get",
        .check = check_form,
        .run = get_create_fields,
    },
    {
        .name = "jira_search_fields",
        .title = "Search fields",
        .description = "Fields of the site by name, with their ids and names in JQL.",
        .toolset = "projects",
        .params =
            {
                {.name = "query", .description = "A part of the name.", .in = In::none},
                {.name = "project", .description = "Key or id.", .in = In::path},
                {.name = "limit",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "20",
                 .min = 1,
                 .max = 100},
                kCursor,
            },
        .foreign = "items.name",
        .source = "https://developer.atlassian.com/cloud/jira/platform/rest/v3/"
                  "api-group-issue-fields/#api-rest-api-3-field-get",
        .run = search_fields,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> jira_field_tools = kTools;

}  // namespace davit::connectors::atlassian

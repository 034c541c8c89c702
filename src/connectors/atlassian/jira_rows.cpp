#include "connectors/atlassian/jira_rows.h"

namespace davit::connectors::atlassian {
namespace {

std::vector<Column> usual_columns() {
  std::vector<Column> columns;
  for (auto const* id :
       {"summary", "status", "issuetype", "priority", "assignee", "updated", "parent"}) {
    columns.push_back({.id = id, .name = shown_name(id, id)});
  }
  return columns;
}

}  // namespace

Async<std::vector<Column>> choose_columns(connector::Invocation call) {
  auto const wanted = call.list("fields");
  if (wanted.empty()) co_return usual_columns();
  DAVIT_CO_TRY(auto const catalogue, co_await fetch_catalogue(call));
  std::vector<Column> columns;
  for (auto const name : wanted) {
    if (name == "key" || name == "id") continue;  // each row has it
    DAVIT_CO_TRY(auto const* field, catalogue.find(name));
    columns.push_back({.id = field->id, .name = shown_name(*field)});
  }
  if (columns.empty()) columns.push_back({.id = "summary", .name = "summary"});
  co_return columns;
}

json::Array ids_of(const std::vector<Column>& columns) {
  json::Array ids;
  for (auto const& column : columns) ids.emplace_back(column.id);
  return ids;
}

std::string joined_ids(const std::vector<Column>& columns) {
  std::string text;
  for (auto const& column : columns) {
    if (!text.empty()) text += ',';
    text += column.id;
  }
  return text;
}

json::Array rows_of_issues(const json::Value& body, const std::vector<Column>& columns) {
  json::Array rows;
  auto const* issues = json::find_array(body, "issues");
  if (issues == nullptr) return rows;
  for (auto const& issue : *issues) rows.push_back(row_of(issue, columns));
  return rows;
}

}  // namespace davit::connectors::atlassian

#include <algorithm>

#include "base/strings.h"
#include "sandbox/atlassian/answers.h"
#include "sandbox/atlassian/entities.h"
#include "sandbox/atlassian/routes.h"

namespace davit::sandbox::atlassian {
namespace {

http::Response no_board() {
  return error(
      404,
      "The requested board cannot be viewed because it either does not exist or you do not "
      "have permission to view it."
  );
}

http::Response list_boards(Store& store, Call& call) {
  auto const name = to_lower(call.text("name").value_or(""));
  auto const type = call.text("type");
  auto const project_name = call.text("projectKeyOrId");
  auto const* project = project_name ? store.find_project(*project_name) : nullptr;
  if (project_name && project == nullptr) {
    return error(
        400, "No project could be found with key or id '" + std::string(*project_name) + "'."
    );
  }
  json::Array rows;
  for (auto const& one : store.boards) {
    if (to_lower(one.name).find(name) == std::string::npos) continue;
    if ((type && one.type != *type) || (project && one.project != project->id)) continue;
    rows.push_back(board_json(store, one));
  }
  return offset_page(call, std::move(rows));
}

http::Response get_board(Store& store, Call& call) {
  auto const* board = store.board(to_id(call.arg("id")));
  return board == nullptr ? no_board() : json_answer(board_json(store, *board));
}

// By state, closed before active before future.
http::Response list_sprints(Store& store, Call& call) {
  auto const* board = store.board(to_id(call.arg("id")));
  if (board == nullptr) return no_board();
  if (board->type != "scrum") return error(400, "The board does not support sprints");
  auto const states = split(call.text("state").value_or("closed,active,future"), ',');
  json::Array rows;
  for (std::string_view const state : {"closed", "active", "future"}) {
    if (std::ranges::find(states, state) == states.end()) continue;
    for (auto const& one : store.sprints) {
      if (one.board == board->id && one.state == state) {
        rows.push_back(agile_sprint_json(store, one));
      }
    }
  }
  return offset_page(call, std::move(rows));
}

http::Response configuration(Store& store, Call& call) {
  auto const* board = store.board(to_id(call.arg("id")));
  if (board == nullptr) return no_board();
  json::Array columns;
  for (auto const& status : kStatuses) {
    json::Object const one{{"id", std::to_string(status.id)}};
    columns.push_back(json::Object{{"name", status.name}, {"statuses", json::Array{one}}});
  }
  return json_answer(json::Object{
      {"id", board->id},
      {"name", board->name},
      {"type", board->type},
      {"columnConfig", json::Object{{"columns", std::move(columns)}, {"constraintType", "none"}}},
      {"estimation",
       json::Object{
           {"type", "field"},
           {"field", json::Object{{"fieldId", "customfield_10016"}, {"displayName", "Story Points"}}
           }
       }},
      {"ranking", json::Object{{"rankCustomFieldId", 10019}}}
  });
}

constexpr JiraRoute kRoutes[] = {
    {http::Method::get, "/rest/agile/1.0/board", list_boards},
    {http::Method::get, "/rest/agile/1.0/board/:id", get_board},
    {http::Method::get, "/rest/agile/1.0/board/:id/sprint", list_sprints},
    {http::Method::get, "/rest/agile/1.0/board/:id/configuration", configuration},
};

}  // namespace

Routes board_routes() { return kRoutes; }

}  // namespace davit::sandbox::atlassian

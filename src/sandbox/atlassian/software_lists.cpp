#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "sandbox/atlassian/answers.h"
#include "sandbox/atlassian/catalog.h"
#include "sandbox/atlassian/jql.h"
#include "sandbox/atlassian/routes.h"
#include "sandbox/atlassian/search_page.h"

namespace davit::sandbox::atlassian {
namespace {

using Belongs = std::function<bool(const Issue&)>;

// "jql" narrows the list, and its order wins over the rank.
Or<std::vector<const Issue*>> select(Store& store, const Call& call, const Belongs& belongs) {
  DAVIT_TRY(auto query, parse_jql(call.text("jql").value_or("")));
  if (query.order.empty()) query.order.push_back({.field = "rank"});
  DAVIT_TRY(auto found, run_jql(store, query));
  std::erase_if(found, [&](const Issue* issue) { return !belongs(*issue); });
  return found;
}

http::Response list(Store& store, Call& call, const Belongs& belongs) {
  DAVIT_TRY(auto const found, select(store, call, belongs));
  if (call.request.path().ends_with("/approximate-count")) {
    return json_answer(json::Object{{"count", found.size()}});
  }
  return search_answer(
      store,
      found,
      {.list = fmt::format("{} {}", call.request.path(), call.text("jql").value_or("")),
       .token = std::string(call.text("nextPageToken").value_or("")),
       .max_results = call.integer("maxResults").value_or(50),
       .fields = comma_list(call, "fields"),
       .fallback = "*navigable",
       .expand = comma_list(call, "expand")}
  );
}

Or<const Board*> board_of(const Store& store, const Call& call) {
  auto const* board = store.board(to_id(call.arg("id")));
  if (board != nullptr) return board;
  return error(
      404,
      "The requested board cannot be viewed because it either does not exist or you do not "
      "have permission to view it."
  );
}

http::Response of_board(Store& store, Call& call) {
  DAVIT_TRY(auto const* board, board_of(store, call));
  return list(store, call, [=](const Issue& issue) { return issue.project == board->project; });
}

// Neither done nor in an active sprint; epics stand beside the backlog.
http::Response of_backlog(Store& store, Call& call) {
  DAVIT_TRY(auto const* board, board_of(store, call));
  return list(store, call, [&store, board](const Issue& issue) {
    auto const* sprint = store.open_sprint(issue);
    auto const is_active = sprint != nullptr && sprint->state == "active";
    return issue.project == board->project && issue.status != kDone && !is_active &&
           issue.type != kEpic && issue.type != kSubtask;
  });
}

http::Response of_sprint(Store& store, Call& call) {
  auto const* sprint = store.sprint(to_id(call.arg("id")));
  if (sprint == nullptr) {
    return error(404, "Sprint does not exist or you do not have permission to view it.");
  }
  return list(store, call, [id = sprint->id](const Issue& issue) {
    return std::ranges::find(issue.sprints, id) != issue.sprints.end();
  });
}

http::Response of_epic(Store& store, Call& call) {
  auto const* epic = store.find_issue(call.arg("id"));
  if (epic == nullptr || epic->type != kEpic) {
    return error(404, "Epic does not exist or you do not have permission to view it.");
  }
  return list(store, call, [id = epic->id](const Issue& issue) { return issue.parent == id; });
}

http::Response without_epic(Store& store, Call& call) {
  return list(store, call, [](const Issue& issue) {
    return issue.parent == 0 && issue.type != kEpic && issue.type != kSubtask;
  });
}

constexpr JiraRoute kRoutes[] = {
    {http::Method::get, "/rest/software/1.0/board/:id/issue", of_board},
    {http::Method::get, "/rest/software/1.0/board/:id/issue/approximate-count", of_board},
    {http::Method::get, "/rest/software/1.0/board/:id/backlog", of_backlog},
    {http::Method::get, "/rest/software/1.0/board/:id/backlog/approximate-count", of_backlog},
    {http::Method::get, "/rest/software/1.0/sprint/:id/issue", of_sprint},
    {http::Method::get, "/rest/software/1.0/epic/:id/issue", of_epic},
    {http::Method::get, "/rest/software/1.0/epic/none/issue", without_epic},
};

}  // namespace

Routes board_issue_routes() { return kRoutes; }

}  // namespace davit::sandbox::atlassian

#include <algorithm>

#include <fmt/format.h>

#include "sandbox/atlassian/answers.h"
#include "sandbox/atlassian/catalog.h"
#include "sandbox/atlassian/drafts.h"
#include "sandbox/atlassian/entities.h"
#include "sandbox/atlassian/routes.h"
#include "sandbox/atlassian/selection.h"

namespace davit::sandbox::atlassian {
namespace {

constexpr std::size_t kMostMoved = 50;

http::Response no_sprint() {
  return error(404, "Sprint does not exist or you do not have permission to view it.");
}

// Name, goal and dates of the body; what is wrong, by field.
json::Object read_body(Sprint& draft, const json::Value& body) {
  json::Object errors;
  if (auto const name = json::find_string(body, "name")) draft.name = *name;
  if (auto const goal = json::find_string(body, "goal")) draft.goal = *goal;
  if (draft.name.empty()) errors["name"] = "Sprint name cannot be empty.";
  if (draft.name.size() > 30) errors["name"] = "Sprint name must be shorter than 30 characters.";
  auto const read = [&](const char* name, std::optional<Time>& field) {
    auto const text = json::find_string(body, name);
    if (!text) return;
    field = parse_time(*text);
    if (!field) errors[name] = "The date is not in the format yyyy-MM-ddTHH:mm:ss.SSSZ.";
  };
  read("startDate", draft.start);
  read("endDate", draft.end);
  if (draft.start && draft.end && *draft.end <= *draft.start) {
    errors["endDate"] = "The end date must be after the start date.";
  }
  return errors;
}

// future -> active -> closed, and no other way. Known of "Partially update sprint".
json::Object change_state(const Store& store, Sprint& draft, std::string_view state) {
  if (state == draft.state) return {};
  if (draft.state == "future" && state == "active") {
    if (!draft.start || !draft.end) {
      return {{"startDate", "A sprint needs a start date and an end date to be started."}};
    }
    auto const is_one_active = std::ranges::any_of(store.sprints, [&](const Sprint& one) {
      return one.board == draft.board && one.state == "active";
    });
    if (is_one_active) return {{"state", "Another sprint of this board is active."}};
  } else if (draft.state == "active" && state == "closed") {
    draft.complete = store.now;
  } else {
    return {{"state", fmt::format("A sprint cannot go from {} to {}.", draft.state, state)}};
  }
  draft.state = state;
  return {};
}

http::Response create_sprint(Store& store, Call& call) {
  auto const board = json::find_int(call.body, "originBoardId").value_or(0);
  auto const* found = store.board(static_cast<int>(board));
  if (found == nullptr) return error(404, "Board does not exist or you cannot view it.");
  if (found->type != "scrum") return error(400, "The board does not support sprints");
  Sprint draft;
  draft.board = found->id;
  draft.state = "future";
  auto errors = read_body(draft, call.body);
  if (!errors.empty()) return field_errors(std::move(errors));
  draft.id = store.next_id();
  store.sprints.push_back(std::move(draft));
  return json_answer(agile_sprint_json(store, store.sprints.back()), 201);
}

http::Response get_sprint(Store& store, Call& call) {
  auto const* sprint = store.sprint(to_id(call.arg("id")));
  return sprint == nullptr ? no_sprint() : json_answer(agile_sprint_json(store, *sprint));
}

http::Response update_sprint(Store& store, Call& call) {
  auto* sprint = store.sprint(to_id(call.arg("id")));
  if (sprint == nullptr) return no_sprint();
  auto draft = *sprint;
  auto errors = read_body(draft, call.body);
  if (auto const state = json::find_string(call.body, "state"); state && errors.empty()) {
    errors = change_state(store, draft, *state);
  }
  if (!errors.empty()) return field_errors(std::move(errors));
  *sprint = std::move(draft);
  return json_answer(agile_sprint_json(store, *sprint));
}

// All of the issues of the body, or the answer for the first that is not there.
Or<std::vector<int>> issues_of(const Store& store, const json::Value& body) {
  auto const keys = body_list(body, "issues");
  if (keys.empty()) return error(400, "The issues must be provided.");
  if (keys.size() > kMostMoved) {
    return error(400, fmt::format("At most {} issues may be moved at once.", kMostMoved));
  }
  std::vector<int> ids;
  for (auto const& key : keys) {
    auto const* issue = store.find_issue(key);
    if (issue == nullptr) return no_issue();
    if (issue->type == kSubtask) {
      return error(400, "Sub-tasks cannot be moved independently of their parent.");
    }
    ids.push_back(issue->id);
  }
  return ids;
}

// Puts the issues right before or behind another one.
void rank(Store& store, const std::vector<int>& ids, const json::Value& body) {
  auto const before = json::find_string(body, "rankBeforeIssue");
  auto const after = json::find_string(body, "rankAfterIssue");
  auto const* place = store.find_issue(before ? *before : after.value_or(""));
  if (place == nullptr) return;
  auto const from = before ? place->rank : place->rank + 1;
  auto const room = static_cast<int>(ids.size());
  for (auto& [id, issue] : store.issues) {
    if (issue.rank >= from) issue.rank += room;
  }
  for (int i = 0; auto const id : ids) store.issues.at(id).rank = from + i++;
}

http::Response move(Store& store, const Call& call, const json::Value& sprint) {
  DAVIT_TRY(auto const ids, issues_of(store, call.body));
  for (auto const id : ids) {
    auto draft = store.issues.at(id);
    auto const wrong = write_field(store, draft, *find_field("customfield_10020"), sprint);
    if (!wrong.empty()) return error(400, wrong);
    save(store, std::move(draft));
  }
  rank(store, ids, call.body);
  return no_content();
}

http::Response move_to_sprint(Store& store, Call& call) {
  auto const* sprint = store.sprint(to_id(call.arg("id")));
  return sprint == nullptr ? no_sprint() : move(store, call, sprint->id);
}

http::Response move_to_backlog(Store& store, Call& call) { return move(store, call, nullptr); }

http::Response put_rank(Store& store, Call& call) {
  DAVIT_TRY(auto const ids, issues_of(store, call.body));
  rank(store, ids, call.body);
  return no_content();
}

constexpr JiraRoute kRoutes[] = {
    {http::Method::post, "/rest/agile/1.0/sprint", create_sprint},
    {http::Method::get, "/rest/agile/1.0/sprint/:id", get_sprint},
    {http::Method::post, "/rest/agile/1.0/sprint/:id", update_sprint},
    {http::Method::post, "/rest/agile/1.0/sprint/:id/issue", move_to_sprint},
    {http::Method::post, "/rest/agile/1.0/backlog/issue", move_to_backlog},
    {http::Method::put, "/rest/agile/1.0/issue/rank", put_rank},
};

}  // namespace

Routes sprint_routes() { return kRoutes; }

}  // namespace davit::sandbox::atlassian

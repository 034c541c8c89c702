#include <algorithm>

#include "base/strings.h"
#include "sandbox/atlassian/answers.h"
#include "sandbox/atlassian/entities.h"
#include "sandbox/atlassian/routes.h"

namespace davit::sandbox::atlassian {
namespace {

http::Response myself(Store& store, Call&) {
  auto out = user_json(store, kCallerId).as_object();
  out["locale"] = "en_US";
  out["groups"] = json::Object{{"size", 3}, {"items", json::Array()}};
  out["applicationRoles"] = json::Object{{"size", 1}, {"items", json::Array()}};
  return json_answer(out);
}

http::Response get_user(Store& store, Call& call) {
  auto out = user_json(store, call.text("accountId").value_or(""));
  if (out.is_null())
    return error(404, "Specified user does not exist or you do not have required permissions");
  return json_answer(out);
}

// The beginning of any word of the name, or of the address when it is visible.
bool fits(const Person& person, std::string_view query) {
  auto const wanted = to_lower(trim(query));
  auto const name = to_lower(person.name);
  for (std::size_t at = name.find(wanted); at != name.npos; at = name.find(wanted, at + 1)) {
    if (at == 0 || name[at - 1] == ' ') return true;
  }
  return !person.email.empty() && to_lower(person.email).starts_with(wanted);
}

// A bare array, cut after filtering: a page may be shorter than asked for and not be the last.
json::Array pick(const Store& store, const Call& call, bool only_assignable) {
  auto const start = call.integer("startAt").value_or(0);
  auto const size = std::min<std::int64_t>(call.integer("maxResults").value_or(50), 1000);
  auto const query = call.text("query").value_or("");
  auto const account = call.text("accountId");
  json::Array rows;
  std::int64_t index = 0;
  for (auto const& person : store.people) {
    auto const is_assignable = person.is_active && person.account_type == "atlassian";
    if (only_assignable && !is_assignable) continue;
    if (account ? person.account_id != *account : !fits(person, query)) continue;
    if (index >= start && index < start + size) rows.push_back(user_json(store, person.account_id));
    ++index;
  }
  return rows;
}

http::Response search(Store& store, Call& call) {
  if (!call.has("query") && !call.has("accountId")) {
    return error(400, "The query parameter is required.");
  }
  return json_answer(pick(store, call, false));
}

http::Response search_assignable(Store& store, Call& call) {
  auto const project = call.text("project");
  auto const issue = call.text("issueKey");
  if (!project && !issue && !call.has("issueId")) {
    return error(400, "Either the 'issueKey' or 'project' query parameter needs to be provided");
  }
  if (project && store.find_project(*project) == nullptr) {
    return error(404, "No project could be found with key '" + std::string(*project) + "'.");
  }
  if (issue && store.find_issue(*issue) == nullptr) return no_issue();
  return json_answer(pick(store, call, true));
}

constexpr JiraRoute kRoutes[] = {
    {http::Method::get, "/rest/api/3/myself", myself},
    {http::Method::get, "/rest/api/3/user", get_user},
    {http::Method::get, "/rest/api/3/user/search", search},
    {http::Method::get, "/rest/api/3/user/assignable/search", search_assignable},
};

}  // namespace

Routes user_routes() { return kRoutes; }

}  // namespace davit::sandbox::atlassian

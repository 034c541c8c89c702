#include <set>

#include <fmt/format.h>

#include "sandbox/atlassian/answers.h"
#include "sandbox/atlassian/drafts.h"
#include "sandbox/atlassian/issue_parts.h"
#include "sandbox/atlassian/routes.h"
#include "sandbox/atlassian/selection.h"

namespace davit::sandbox::atlassian {
namespace {

constexpr std::size_t kMostFetched = 100;
constexpr std::size_t kMostCreated = 50;

http::Response bulk_create(Store& store, Call& call) {
  auto const* updates = json::find_array(call.body, "issueUpdates");
  if (updates == nullptr || updates->empty()) {
    return error(400, "No issues were provided to create.");
  }
  if (updates->size() > kMostCreated) {
    return error(400, fmt::format("The maximum number of issues is {}.", kMostCreated));
  }
  json::Array made, failed;
  for (auto const& update : *updates) {
    auto drafted = draft_issue(store, update);
    if (drafted.errors.empty()) {
      made.push_back(created_json(store, add_issue(store, std::move(drafted.issue))));
      continue;
    }
    failed.push_back(json::Object{
        {"status", 400},
        {"elementErrors",
         json::Object{{"errorMessages", json::Array()}, {"errors", std::move(drafted.errors)}}},
        {"failedElementNumber", &update - updates->data()}
    });
  }
  auto const status = made.empty() ? 400 : 201;
  return json_answer(
      json::Object{{"issues", std::move(made)}, {"errors", std::move(failed)}}, status
  );
}

// In ascending order of ids, not as asked; what is not found is left out and named nowhere.
http::Response bulk_fetch(Store& store, Call& call) {
  auto const asked = body_list(call.body, "issueIdsOrKeys");
  if (asked.empty()) return error(400, "Issue ids or keys must be provided.");
  if (asked.size() > kMostFetched) {
    return error(
        400, fmt::format("The number of issue ids or keys must not exceed {}.", kMostFetched)
    );
  }
  std::set<int> ids;
  for (auto const& one : asked) {
    if (auto const* issue = store.find_issue(one)) ids.insert(issue->id);
  }
  Selection const selection(body_list(call.body, "fields"), "*navigable");
  json::Array found;
  for (auto const id : ids) found.push_back(issue_json(store, store.issues.at(id), selection));
  json::Object out{
      {"expand", "schema,names"}, {"issues", std::move(found)}, {"issueErrors", json::Array()}
  };
  for (auto const& part : body_list(call.body, "expand")) {
    if (part == "names") add_names(out, selection);
    if (part == "schema") add_schema(out, selection);
  }
  return json_answer(out);
}

constexpr JiraRoute kRoutes[] = {
    {http::Method::post, "/rest/api/3/issue/bulk", bulk_create},
    {http::Method::post, "/rest/api/3/issue/bulkfetch", bulk_fetch},
};

}  // namespace

Routes many_issue_routes() { return kRoutes; }

}  // namespace davit::sandbox::atlassian

#include <fmt/format.h>

#include "sandbox/atlassian/answers.h"
#include "sandbox/atlassian/catalog.h"
#include "sandbox/atlassian/drafts.h"
#include "sandbox/atlassian/entities.h"
#include "sandbox/atlassian/issue_parts.h"
#include "sandbox/atlassian/routes.h"
#include "sandbox/atlassian/selection.h"

namespace davit::sandbox::atlassian {
namespace {

http::Response get_issue(Store& store, Call& call) {
  auto const* issue = store.find_issue(call.arg("key"));
  if (issue == nullptr) return no_issue();
  Selection const selection(comma_list(call, "fields"), "*all");
  auto out = issue_json(store, *issue, selection);
  for (auto const& part : comma_list(call, "expand")) {
    if (part == "names") add_names(out, selection);
    if (part == "schema") add_schema(out, selection);
    if (part == "transitions") out["transitions"] = transitions_json(store, *issue, false);
    if (part == "editmeta") out["editmeta"] = editmeta_json(store, *issue);
    if (part == "changelog") out["changelog"] = changelog_json(store, *issue);
  }
  return json_answer(out);
}

http::Response create_issue(Store& store, Call& call) {
  auto drafted = draft_issue(store, call.body);
  if (!drafted.errors.empty()) return field_errors(std::move(drafted.errors));
  auto const& issue = add_issue(store, std::move(drafted.issue));
  return json_answer(created_json(store, issue), 201);
}

http::Response edit_issue(Store& store, Call& call) {
  auto const* issue = store.find_issue(call.arg("key"));
  if (issue == nullptr) return no_issue();
  auto const has_any =
      json::find_object(call.body, "fields") || json::find_object(call.body, "update");
  if (!has_any) return error(400, "one of 'fields' or 'update' required");
  auto draft = *issue;
  auto errors = apply_body(store, draft, call.body);
  if (!errors.empty()) return field_errors(std::move(errors));
  save(store, std::move(draft));
  if (!call.flag("returnIssue")) return no_content();
  return json_answer(issue_json(store, *issue, Selection({}, "*all")));
}

http::Response delete_issue(Store& store, Call& call) {
  auto const* issue = store.find_issue(call.arg("key"));
  if (issue == nullptr) return no_issue();
  std::vector<int> gone{issue->id};
  for (auto const& [id, one] : store.issues) {
    if (one.parent == issue->id && one.type == kSubtask) gone.push_back(id);
  }
  if (gone.size() > 1 && !call.flag("deleteSubtasks")) {
    return error(
        400,
        fmt::format(
            "The issue '{}' has subtasks. You must specify the 'deleteSubtasks' parameter to "
            "delete "
            "this issue and all its subtasks.",
            issue->key
        )
    );
  }
  for (auto const id : gone) {
    store.issues.erase(id);
    std::erase_if(store.links, [&](auto const& link) { return link.from == id || link.to == id; });
    for (auto& [other, one] : store.issues) {
      if (one.parent == id) one.parent = 0;
    }
  }
  return no_content();
}

http::Response assign_issue(Store& store, Call& call) {
  auto const* issue = store.find_issue(call.arg("key"));
  if (issue == nullptr) return no_issue();
  auto draft = *issue;
  auto const wrong = write_field(store, draft, *find_field("assignee"), call.body);
  if (!wrong.empty()) return field_errors({{"assignee", wrong}});
  save(store, std::move(draft));
  return no_content();
}

constexpr JiraRoute kRoutes[] = {
    {http::Method::get, "/rest/api/3/issue/:key", get_issue},
    {http::Method::post, "/rest/api/3/issue", create_issue},
    {http::Method::put, "/rest/api/3/issue/:key", edit_issue},
    {http::Method::del, "/rest/api/3/issue/:key", delete_issue},
    {http::Method::put, "/rest/api/3/issue/:key/assignee", assign_issue},
};

}  // namespace

Routes issue_routes() { return kRoutes; }

json::Object created_json(const Store& store, const Issue& issue) {
  return {
      {"id", fmt::format("{}", issue.id)},
      {"key", issue.key},
      {"self", fmt::format("{}/rest/api/3/issue/{}", store.site, issue.id)}
  };
}

}  // namespace davit::sandbox::atlassian

#include <algorithm>

#include <fmt/format.h>

#include "sandbox/atlassian/adf.h"
#include "sandbox/atlassian/answers.h"
#include "sandbox/atlassian/entities.h"
#include "sandbox/atlassian/routes.h"

namespace davit::sandbox::atlassian {
namespace {

http::Response no_comment(std::string_view id) {
  return error(404, fmt::format("Can not find a comment for the id: {}.", id));
}

struct Found {
  Issue* issue;
  Comment* comment;
};
Or<Found> find_comment(Store& store, const Call& call) {
  auto* issue = store.find_issue(call.arg("key"));
  if (issue == nullptr) return no_issue();
  auto const found = std::ranges::find(issue->comments, to_id(call.arg("id")), &Comment::id);
  if (found == issue->comments.end()) return no_comment(call.arg("id"));
  return Found{issue, &*found};
}

Or<json::Value> body_of(const Call& call) {
  auto const* body = json::find(call.body, "body");
  if (body == nullptr || !body->is_object()) {
    return field_errors({{"comment", "Comment body is not valid!"}});
  }
  if (!adf::is_valid(*body)) return field_errors({{"comment", "INVALID_INPUT"}});
  return *body;
}

http::Response list_comments(Store& store, Call& call) {
  auto const* issue = store.find_issue(call.arg("key"));
  if (issue == nullptr) return no_issue();
  auto const order = call.text("orderBy").value_or("created");
  if (order != "created" && order != "+created" && order != "-created" && order != " created") {
    return error(400, fmt::format("Cannot order by: {}", order));
  }
  json::Array rows;
  for (auto const& comment : issue->comments) {
    rows.push_back(comment_json(store, *issue, comment));
  }
  if (order.starts_with('-')) std::ranges::reverse(rows);
  return offset_page(
      call, std::move(rows), {.rows = "comments", .limit = 100, .fallback = 50, .has_links = false}
  );
}

http::Response get_comment(Store& store, Call& call) {
  DAVIT_TRY(auto const found, find_comment(store, call));
  return json_answer(comment_json(store, *found.issue, *found.comment));
}

http::Response add_comment(Store& store, Call& call) {
  auto* issue = store.find_issue(call.arg("key"));
  if (issue == nullptr) return no_issue();
  DAVIT_TRY(auto body, body_of(call));
  auto const* visibility = json::find(call.body, "visibility");
  issue->comments.push_back(
      {.id = store.next_id(),
       .author = std::string(kCallerId),
       .body = std::move(body),
       .created = store.now,
       .updated = store.now,
       .visibility = visibility == nullptr ? json::Value() : *visibility}
  );
  store.log(*issue, {});
  return json_answer(comment_json(store, *issue, issue->comments.back()), 201);
}

http::Response edit_comment(Store& store, Call& call) {
  DAVIT_TRY(auto const found, find_comment(store, call));
  DAVIT_TRY(found.comment->body, body_of(call));
  found.comment->updated = store.now;
  store.log(*found.issue, {});
  return json_answer(comment_json(store, *found.issue, *found.comment));
}

http::Response delete_comment(Store& store, Call& call) {
  DAVIT_TRY(auto const found, find_comment(store, call));
  auto const id = found.comment->id;
  std::erase_if(found.issue->comments, [&](auto const& one) { return one.id == id; });
  store.log(*found.issue, {});
  return no_content();
}

constexpr JiraRoute kRoutes[] = {
    {http::Method::get, "/rest/api/3/issue/:key/comment", list_comments},
    {http::Method::post, "/rest/api/3/issue/:key/comment", add_comment},
    {http::Method::get, "/rest/api/3/issue/:key/comment/:id", get_comment},
    {http::Method::put, "/rest/api/3/issue/:key/comment/:id", edit_comment},
    {http::Method::del, "/rest/api/3/issue/:key/comment/:id", delete_comment},
};

}  // namespace

Routes comment_routes() { return kRoutes; }

}  // namespace davit::sandbox::atlassian

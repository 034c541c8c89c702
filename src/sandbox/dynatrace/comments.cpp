#include "sandbox/dynatrace/comments.h"

#include <algorithm>

#include <fmt/format.h>

#include "sandbox/dynatrace/paging.h"

namespace davit::sandbox::dynatrace {
namespace {

using enum http::Method;

constexpr PageRule kPage{.name = "comments", .size = 10, .max_size = 500};

std::vector<const Comment*> newest_first(const Problem& problem) {
  std::vector<const Comment*> rows;
  for (auto const& comment : problem.comments) rows.insert(rows.begin(), &comment);
  return rows;
}

http::Response list_comments(World& world, Call& call) {
  if (auto refused = turn_page(call)) return *std::move(refused);
  auto const* problem = world.store.find_problem(call.arg("id"));
  if (problem == nullptr) return no_problem(call);
  return paged_rows(call, kPage, newest_first(*problem), show_comment);
}

http::Response post_comment(World& world, Call& call) {
  auto* problem = world.store.find_problem(call.arg("id"));
  if (problem == nullptr) return no_problem(call);
  if (body_text(call, "message").empty()) return bad_body("message", "must not be null");
  auto const& made = add_comment(
      world, *problem, call.now, body_text(call, "message"), body_text(call, "context")
  );
  http::Response response{.status = 201};
  response.headers.add("Location", fmt::format("{}/{}", call.request.path(), made.id));
  return response;
}

Comment* find_comment(World& world, const Call& call) {
  auto* problem = world.store.find_problem(call.arg("id"));
  if (problem == nullptr) return nullptr;
  auto const found = std::ranges::find(problem->comments, call.arg("comment"), &Comment::id);
  return found == problem->comments.end() ? nullptr : &*found;
}

http::Response no_comment(const Call& call) {
  return error(404, fmt::format("Comment with ID '{}' not found", call.arg("comment")));
}

http::Response get_comment(World& world, Call& call) {
  auto const* comment = find_comment(world, call);
  return comment == nullptr ? no_comment(call) : json_answer(show_comment(*comment));
}

http::Response put_comment(World& world, Call& call) {
  auto* comment = find_comment(world, call);
  if (comment == nullptr) return no_comment(call);
  if (body_text(call, "message").empty()) return bad_body("message", "must not be null");
  comment->content = body_text(call, "message");
  comment->context = body_text(call, "context");
  return no_content();
}

http::Response delete_comment(World& world, Call& call) {
  auto const* comment = find_comment(world, call);
  if (comment == nullptr) return no_comment(call);
  std::erase_if(world.store.find_problem(call.arg("id"))->comments, [&](auto const& one) {
    return one.id == call.arg("comment");
  });
  return no_content();
}

constexpr Row kRoutes[] = {
    {get, "/problems/:id/comments", list_comments},
    {post, "/problems/:id/comments", post_comment},
    {get, "/problems/:id/comments/:comment", get_comment},
    {put, "/problems/:id/comments/:comment", put_comment},
    {del, "/problems/:id/comments/:comment", delete_comment},
};

}  // namespace

json::Object show_comment(const Comment& comment) {
  return {
      {"id", comment.id},
      {"createdAtTimestamp", to_millis(comment.created)},
      {"content", comment.content},
      {"authorName", comment.author},
      {"context", comment.context},
  };
}

json::Object show_recent_comments(const Problem& problem) {
  auto const rows = newest_first(problem);
  json::Array shown;
  for (auto const* comment : rows) {
    if (shown.size() == 10) break;
    shown.push_back(show_comment(*comment));
  }
  return {{"totalCount", rows.size()}, {"pageSize", 10}, {"comments", std::move(shown)}};
}

const Comment& add_comment(
    World& world, Problem& problem, Time now, std::string content, std::string context
) {
  auto const id = fmt::format("{}_{}", 7000 + ++world.store.last_id, to_millis(now));
  problem.comments.push_back({id, world.caller->name, std::move(content), std::move(context), now});
  return problem.comments.back();
}

http::Response no_problem(const Call& call) {
  return error(404, fmt::format("Problem with ID '{}' not found", call.arg("id")));
}

std::span<const Row> comment_routes() { return kRoutes; }

}  // namespace davit::sandbox::dynatrace

// Reading comments: at the foot of a page, and on a piece of its text.
#include "sandbox/confluence/comments.h"

#include <algorithm>

#include "sandbox/confluence/entities.h"
#include "sandbox/confluence/routes.h"
#include "sandbox/sorted.h"

namespace davit::sandbox::confluence {
namespace {

using enum http::Method;

constexpr std::string_view kSorts = "created-date -created-date modified-date -modified-date";

template <class Fits>
http::Response comments_where(World& world, Call& call, Fits fits) {
  DAVIT_TRY(auto const form, choice(call, "body-format", kBulkFormats, ""));
  DAVIT_TRY(auto const order, choice(call, "sort", kSorts, "created-date"));
  auto const states = list_of(call, "resolution-status");
  std::vector<const Comment*> rows;
  for (auto const& [id, comment] : world.store.comments) {
    if (!fits(comment)) continue;
    if (!states.empty()) {
      auto const shown = show_comment(world, comment, comment.latest(), "");
      auto const state = json::find_string(shown, "resolutionStatus").value_or("");
      if (std::ranges::find(states, state) == states.end()) continue;
    }
    rows.push_back(&comment);
  }
  auto const by_change = order.ends_with("modified-date");
  sort_by(rows, [&](const Comment* comment) {
    return by_change ? comment->latest().created : comment->versions.front().created;
  });
  if (order.starts_with('-')) std::ranges::reverse(rows);
  return v2_list(call, rows, [&](const Comment* comment) {
    return show_comment(world, *comment, comment->latest(), form);
  });
}

// Of a page: without the replies, which are children.
template <bool is_inline>
http::Response of_page(World& world, Call& call) {
  DAVIT_TRY(auto const* page, page_arg(world, call));
  return comments_where(world, call, [&](const Comment& comment) {
    return comment.page == page->id && comment.is_inline == is_inline && comment.parent == 0;
  });
}

template <bool is_inline>
http::Response all(World& world, Call& call) {
  return comments_where(world, call, [&](const Comment& comment) {
    return comment.is_inline == is_inline && world.store.pages.at(comment.page).status == "current";
  });
}

template <bool is_inline>
http::Response children(World& world, Call& call) {
  DAVIT_TRY(auto const* parent, comment_arg(world, call, is_inline));
  return comments_where(world, call, [&](const Comment& comment) {
    return comment.parent == parent->id;
  });
}

template <bool is_inline>
http::Response get_comment(World& world, Call& call) {
  DAVIT_TRY(auto const* comment, comment_arg(world, call, is_inline));
  DAVIT_TRY(auto const form, choice(call, "body-format", kSingleFormats, ""));
  auto const number = call.integer("version").value_or(comment->latest().number);
  auto const found = std::ranges::find(comment->versions, number, &Version::number);
  if (found == comment->versions.end()) return v2_not_found();
  return json_answer(show_comment(world, *comment, *found, form));
}

constexpr Route kRoutes[] = {
    {get, "/wiki/api/v2/pages/:id/footer-comments", of_page<false>},
    {get, "/wiki/api/v2/pages/:id/inline-comments", of_page<true>},
    {get, "/wiki/api/v2/footer-comments", all<false>},
    {get, "/wiki/api/v2/inline-comments", all<true>},
    {get, "/wiki/api/v2/footer-comments/:id", get_comment<false>},
    {get, "/wiki/api/v2/inline-comments/:id", get_comment<true>},
    {get, "/wiki/api/v2/footer-comments/:id/children", children<false>},
    {get, "/wiki/api/v2/inline-comments/:id/children", children<true>},
};

}  // namespace

Or<Comment*> comment_arg(World& world, const Call& call, bool is_inline) {
  DAVIT_TRY(auto const id, id_arg(call, "id"));
  auto const found = world.store.comments.find(id);
  if (found == world.store.comments.end() || found->second.is_inline != is_inline) {
    return v2_not_found();
  }
  return &found->second;
}

std::span<const Route> comment_routes() { return kRoutes; }

}  // namespace davit::sandbox::confluence

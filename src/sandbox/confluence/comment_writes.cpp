// Writing comments. One on a piece of text puts its mark into the page, without a new version of
// the page.
#include <fmt/format.h>

#include "sandbox/confluence/adf.h"
#include "sandbox/confluence/comments.h"
#include "sandbox/confluence/entities.h"
#include "sandbox/confluence/routes.h"

namespace davit::sandbox::confluence {
namespace {

using enum http::Method;

Id body_id(const Call& call, std::string_view name) {
  return std::atoll(text_of(member(call.body, name)).c_str());
}

// CreateInlineCommentModel.inlineCommentProperties: needed for what is no reply.
std::optional<http::Response> mark_page(Page& page, const Call& call, Comment& comment) {
  auto const* given = member(call.body, "inlineCommentProperties");
  if (given == nullptr) return v2_error(400, "inlineCommentProperties is required");
  auto const text = text_of(member(*given, "textSelection"));
  auto const count = json::find_int(*given, "textSelectionMatchCount");
  auto const index = json::find_int(*given, "textSelectionMatchIndex");
  if (text.empty() || !count || !index) {
    return v2_error(
        400, "textSelection, textSelectionMatchCount and textSelectionMatchIndex are required"
    );
  }
  if (*index < 0 || *index >= *count) {
    return v2_error(
        400, "textSelectionMatchCount must be strictly greater than textSelectionMatchIndex"
    );
  }
  auto& document = page.latest().body;
  if (count_matches(document, text) != *count) {
    return v2_error(
        400, "The text selection does not match the content of the page: highlight not created"
    );
  }
  comment.marker = fmt::format("0f1e2d3c-4b5a-4697-8877-{:012x}", comment.id);
  comment.selection = text;
  comment.resolution = "open";
  annotate(document, text, static_cast<int>(*index), comment.marker);
  return std::nullopt;
}

template <bool is_inline>
http::Response create(World& world, Call& call) {
  auto& store = world.store;
  auto page_id = body_id(call, "pageId");
  auto parent = body_id(call, "parentCommentId");
  if ((page_id == 0) == (parent == 0)) {
    return v2_error(400, "Exactly one of pageId and parentCommentId must be given");
  }
  if (parent != 0) {
    auto const found = store.comments.find(parent);
    if (found == store.comments.end() || found->second.is_inline != is_inline) {
      return v2_not_found("Parent comment not found");
    }
    page_id = found->second.page;
    // Threads of inline comments are one level deep.
    if (is_inline && found->second.parent != 0) parent = found->second.parent;
  }
  auto const page = store.pages.find(page_id);
  if (page == store.pages.end() || page->second.status != "current") return v2_not_found();
  DAVIT_TRY(auto body, read_body(member(call.body, "body")));
  Comment comment{
      .id = store.next_id++,
      .page = page_id,
      .parent = parent,
      .is_inline = is_inline,
      .versions = {},
      .resolution = {},
      .resolver = {},
      .resolved = {},
      .marker = {},
      .selection = {},
  };
  if (is_inline && parent == 0) {
    if (auto refused = mark_page(page->second, call, comment)) return *std::move(refused);
  }
  comment.versions.push_back(
      {.author = caller(), .created = call.now, .message = {}, .title = {}, .body = std::move(body)}
  );
  auto const& kept = store.comments[comment.id] = comment;
  return json_answer(show_comment(world, kept, kept.latest(), "storage"), 201);
}

std::optional<http::Response> resolve(World& world, const Call& call, Comment& comment) {
  auto const wanted = json::find_bool(call.body, "resolved");
  if (!comment.is_inline || !wanted) return std::nullopt;
  auto const shown = show_comment(world, comment, comment.latest(), "");
  if (json::find_string(shown, "resolutionStatus") == "dangling") {
    return v2_error(400, "A dangling comment cannot be updated");
  }
  if (comment.parent != 0) return v2_error(400, "A reply cannot be resolved");
  if (*wanted == (comment.resolution == "resolved")) return std::nullopt;
  comment.resolution = *wanted ? "resolved" : "reopened";
  comment.resolver = caller();
  comment.resolved = call.now;
  return std::nullopt;
}

template <bool is_inline>
http::Response update(World& world, Call& call) {
  DAVIT_TRY(auto* comment, comment_arg(world, call, is_inline));
  DAVIT_TRY(auto const version, read_version(call.body, comment->latest().number, "comment"));
  auto body = comment->latest().body;
  if (auto const* given = member(call.body, "body"); given != nullptr || !is_inline) {
    DAVIT_TRY(body, read_body(given));
  }
  if (auto refused = resolve(world, call, *comment)) return *std::move(refused);
  comment->versions.push_back(
      {.number = comment->latest().number + 1,
       .author = caller(),
       .created = call.now,
       .message = text_of(member(version, "message")),
       .title = {},
       .body = std::move(body)}
  );
  return json_answer(show_comment(world, *comment, comment->latest(), "storage"));
}

template <bool is_inline>
http::Response remove(World& world, Call& call) {
  DAVIT_TRY(auto const* comment, comment_arg(world, call, is_inline));
  auto const id = comment->id;
  std::erase_if(world.store.comments, [&](auto const& item) {
    return item.first == id || item.second.parent == id;
  });
  return no_content();
}

constexpr Route kRoutes[] = {
    {post, "/wiki/api/v2/footer-comments", create<false>},
    {post, "/wiki/api/v2/inline-comments", create<true>},
    {put, "/wiki/api/v2/footer-comments/:id", update<false>},
    {put, "/wiki/api/v2/inline-comments/:id", update<true>},
    {del, "/wiki/api/v2/footer-comments/:id", remove<false>},
    {del, "/wiki/api/v2/inline-comments/:id", remove<true>},
};

}  // namespace

std::span<const Route> comment_write_routes() { return kRoutes; }

}  // namespace davit::sandbox::confluence

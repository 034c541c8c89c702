// The tools for comments, and their list: those at the foot of the page, then those on its text.
#include <fmt/format.h>

#include "base/strings.h"
#include "connector/arguments.h"
#include "connector/text.h"
#include "connectors/atlassian/confluence_page.h"
#include "connectors/atlassian/confluence_runs.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::size_t kBodyBytes = 1000;
constexpr std::size_t kAnchorBytes = 200;

std::string text_at(const json::Value& value, Str path) {
  return std::string(json::find_string(value, path).value_or(""));
}

// One that hangs in the air because its text was changed is still open.
Str states_of(Str resolution) {
  if (resolution == "open") return "&resolution-status=open,reopened,dangling";
  if (resolution == "resolved") return "&resolution-status=resolved";
  return {};
}

Result<std::string> first_target(const Invocation& call, Str kind) {
  auto const path = fmt::format(
      "/wiki/api/v2/pages/{{page}}/{}-comments?body-format=atlas_doc_format&sort=-created-date"
      "&limit={{limit}}{}",
      kind,
      kind == "inline" ? states_of(call.text("resolution")) : Str()
  );
  return connector::expand_path(path, call.arguments());
}

// A comment and the list it is from.
struct Found {
  Str kind;
  json::Value comment;
  json::Array replies;
  bool has_all_replies = true;
};

// What the tool gathers over one or two lists.
struct Gathered {
  std::vector<Found> found;
  json::Value next;  // state of the cursor; null at the end
};

Async<> read_list(Invocation call, Str kind, std::string target, Gathered* gathered) {
  if (target.empty()) {
    DAVIT_CO_TRY(target, first_target(call, kind));
  }
  connector::ApiRequest request{.target = target};
  DAVIT_CO_TRY(auto const page, co_await call.send(std::move(request)));
  auto const* rows = json::find_array(page.body, "results");
  if (rows == nullptr) {
    co_return Error(ErrorKind::protocol, "Confluence answered with JSON that is not a list");
  }
  for (auto const& row : *rows) gathered->found.push_back({.kind = kind, .comment = row});
  if (page.next.request) {
    gathered->next = json::Object{{"kind", kind}, {"target", page.next.request->target}};
  }
  co_return Result<>();
}

Async<> read_replies(Invocation call, Gathered* gathered) {
  std::vector<std::string> paths;
  for (auto const& found : gathered->found) {
    DAVIT_CO_TRY(auto const id, connector::encode_segment("id", text_at(found.comment, "id")));
    paths.push_back(fmt::format(
        "/wiki/api/v2/{}-comments/{}/children?body-format=atlas_doc_format&limit=25", found.kind, id
    ));
  }
  DAVIT_CO_TRY(auto const answers, co_await call.get_each(std::move(paths)));
  for (std::size_t at = 0; at < answers.size(); ++at) {
    auto& found = gathered->found[at];
    auto const* rows = answers[at] ? json::find_array(*answers[at], "results") : nullptr;
    found.has_all_replies = rows != nullptr && json::find(*answers[at], "_links.next") == nullptr;
    if (rows != nullptr) found.replies = *rows;
  }
  co_return Result<>();
}

json::Object to_row(const json::Value& comment, const People& people) {
  return {
      {"id", text_at(comment, "id")},
      {"by", people.name_of(text_at(comment, "version.authorId"))},
      {"at", minute_of(comment, "version.createdAt")},
      {"body", connector::shortened(body_markdown(comment), kBodyBytes)},
  };
}

json::Object to_row(const Found& found, const People& people) {
  auto row = to_row(found.comment, people);
  row["kind"] = found.kind;
  auto const anchor = text_at(found.comment, "properties.inlineOriginalSelection");
  if (!anchor.empty()) {
    row["anchor"] = connector::shortened(connector::without_invisible(anchor), kAnchorBytes);
  }
  auto const state = text_at(found.comment, "resolutionStatus");
  if (!state.empty()) row["state"] = state;
  json::Array replies;
  for (auto const& reply : found.replies) replies.push_back(to_row(reply, people));
  if (!replies.empty()) row["replies"] = std::move(replies);
  if (!found.has_all_replies) row["more_replies"] = true;
  return row;
}

std::vector<std::string> authors_of(const Gathered& gathered) {
  std::vector<std::string> authors;
  for (auto const& found : gathered.found) {
    authors.push_back(text_at(found.comment, "version.authorId"));
    for (auto const& reply : found.replies) authors.push_back(text_at(reply, "version.authorId"));
  }
  return authors;
}

Result<> check_comment(const json::Object& arguments) {
  if (trim(connector::text_of(arguments, "body")).empty()) {
    return Error(ErrorKind::invalid_input, "body is empty");
  }
  if (arguments.contains("page") || arguments.contains("reply_to")) return {};
  return Error(ErrorKind::invalid_input, "give page, or reply_to");
}

Result<> check_resolve(const json::Object& arguments) {
  if (arguments.contains("resolved") || arguments.contains("body")) return {};
  return Error(ErrorKind::invalid_input, "give resolved or body");
}

constexpr Tool kTools[] = {
    {
        .name = "confluence_list_comments",
        .title = "List page comments",
        .description = "Comments on a page and its text, newest first.",
        .toolset = "comments",
        .params =
            {
                kPage,
                {.name = "kind", .in = In::none, .choices = "both|footer|inline", .fallback = "both"
                },
                {.name = "resolution",
                 .description = "Of inline comments.",
                 .in = In::none,
                 .choices = "open|resolved|all",
                 .fallback = "open"},
                {.name = "limit",
                 .description = "Of each kind.",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "25",
                 .min = 1,
                 .max = 50},
                kCursor,
            },
        .paging = kConfluenceLink,
        .root = "results",
        .foreign = "items.body items.anchor items.replies.body",
        .source = "https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-comment/"
                  "#api-pages-id-footer-comments-get",
        .run = list_page_comments,
    },
    {
        .name = "confluence_add_comment",
        .title = "Comment on page",
        .description = "Comment on a page, on a piece of its text, or in reply.",
        .toolset = "comments",
        .effect = Effect::write,
        .params =
            {
                kAnyPage,
                {.name = "body", .description = "Markdown.", .in = In::none, .required = true},
                {.name = "anchor_text",
                 .description = "Exact text on the page.",
                 .in = In::none,
                 .needs = "page !reply_to"},
                {.name = "match_index",
                 .description = "Which of its places, from 0.",
                 .in = In::none,
                 .kind = Kind::integer,
                 .min = 0,
                 .needs = "anchor_text"},
                {.name = "reply_to",
                 .description = "Id or URL, without page.",
                 .in = In::none,
                 .needs = "!page"},
            },
        .source = "https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-comment/"
                  "#api-inline-comments-post",
        .check = check_comment,
        .run = add_page_comment,
    },
    {
        .name = "confluence_resolve_comment",
        .title = "Resolve or edit comment",
        .description = "Resolve or reopen an inline comment, or replace a comment's text.",
        .toolset = "comments",
        .effect = Effect::write,
        .idempotent = true,
        .params =
            {
                {.name = "comment", .description = "Id or URL.", .in = In::none, .required = true},
                {.name = "resolved", .in = In::none, .kind = Kind::boolean},
                {.name = "body", .description = "Markdown.", .in = In::none},
            },
        .source = "https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-comment/"
                  "#api-inline-comments-comment-id-put",
        .check = check_resolve,
        .run = resolve_page_comment,
    },
};
static_assert(checked(kTools));

}  // namespace

Async<json::Value> list_page_comments(Invocation call) {
  DAVIT_CO_CHECK(co_await settle_page(call));
  DAVIT_CO_TRY(auto const at, call.cursor());
  auto const begins_with = text_at(at, "kind");
  auto target = text_at(at, "target");
  auto const wanted = call.text("kind");
  Gathered gathered;
  for (Str const kind : {"footer", "inline"}) {
    auto const is_wanted = wanted == "both" || wanted == kind;
    auto const is_done = begins_with == "inline" && kind == "footer";
    if (!is_wanted || is_done || !gathered.next.is_null()) continue;
    DAVIT_CO_CHECK(co_await read_list(call, kind, std::exchange(target, {}), &gathered));
  }
  DAVIT_CO_CHECK(co_await read_replies(call, &gathered));
  auto const authors = authors_of(gathered);
  DAVIT_CO_TRY(auto const people, co_await find_people(call, authors));
  json::Array items;
  for (auto const& found : gathered.found) items.push_back(to_row(found, people));
  json::Object out;
  if (!gathered.next.is_null()) out["next_cursor"] = call.make_cursor(gathered.next);
  out["complete"] = gathered.next.is_null();
  out["items"] = std::move(items);
  co_return out;
}

constinit const std::span<const Tool> confluence_comment_tools = kTools;

}  // namespace davit::connectors::atlassian

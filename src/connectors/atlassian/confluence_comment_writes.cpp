// Writing comments. https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-comment/
#include <fmt/format.h>

#include "connector/text.h"
#include "connectors/atlassian/adf/check.h"
#include "connectors/atlassian/adf/from_markdown.h"
#include "connectors/atlassian/confluence_matches.h"
#include "connectors/atlassian/confluence_page.h"
#include "connectors/atlassian/confluence_runs.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::size_t kShownPlaces = 5;

std::string text_at(const json::Value& value, Str path) {
  return std::string(json::find_string(value, path).value_or(""));
}

Result<json::Object> body_of(std::string_view markdown) {
  auto document = adf::from_markdown(markdown);
  if (!document) return std::move(document).error().while_doing("body");
  DAVIT_CHECK(adf::check(*document));
  return adf_body(*document);
}

// A comment and which of the two kinds it is.
struct Comment {
  Str kind;
  json::Value answer;
};

// The two kinds have separate addresses and one row of ids.
Async<Comment> find_comment(Invocation call, std::string id) {
  if (!is_number(id)) {
    co_return Error(ErrorKind::invalid_input, "a comment is named by its number or web address");
  }
  for (Str const kind : {"inline", "footer"}) {
    auto answer = co_await call.get(fmt::format("/wiki/api/v2/{}-comments/{}", kind, id));
    if (answer) co_return Comment{.kind = kind, .answer = *std::move(answer)};
    if (answer.error().kind() != ErrorKind::not_found) co_return answer.error();
  }
  co_return Error(ErrorKind::not_found, fmt::format("there is no comment {} that you may see", id));
}

// Which place on the page is meant, as Confluence wants it.
Result<json::Object> selection_of(const Invocation& call, const json::Value& document) {
  auto const text = call.text("anchor_text");
  auto const places = find_matches(document, text);
  auto const index = call.integer("match_index");
  if (places.empty()) {
    return Error(
        ErrorKind::not_found,
        "anchor_text is not on the page as one piece of text in one block outside of code; take "
        "it from confluence_get_page, without Markdown's signs"
    );
  }
  if (index >= static_cast<std::int64_t>(places.size())) {
    std::string shown;
    for (std::size_t at = 0; at < std::min(places.size(), kShownPlaces); ++at) {
      shown += fmt::format("{}{}: '{}'", at == 0 ? "" : ", ", at, places[at]);
    }
    return Error(
        ErrorKind::invalid_input,
        fmt::format("match_index: the text is on the page {} times, {}", places.size(), shown)
    );
  }
  return json::Object{
      {"textSelection", text},
      {"textSelectionMatchCount", static_cast<std::int64_t>(places.size())},
      {"textSelectionMatchIndex", index},
  };
}

json::Object shown_comment(const Invocation& call, const json::Value& answer, Str kind) {
  json::Object out{{"id", text_at(answer, "id")}, {"kind", kind}};
  if (auto const url = web_address(call, answer); !url.empty()) out["url"] = url;
  return out;
}

}  // namespace

Async<json::Value> add_page_comment(Invocation call) {
  DAVIT_CO_TRY(auto body, body_of(call.text("body")));
  json::Object request{{"body", std::move(body)}};
  Str kind = "footer";
  if (call.has("reply_to")) {
    DAVIT_CO_TRY(
        auto const parent, co_await find_comment(call, std::string(call.text("reply_to")))
    );
    kind = parent.kind;
    request["parentCommentId"] = call.text("reply_to");
  } else {
    DAVIT_CO_CHECK(co_await settle_page(call));
    request["pageId"] = call.text("page");
  }
  std::int64_t matches = 0;
  if (call.has("anchor_text")) {
    kind = "inline";
    DAVIT_CO_TRY(auto const page, co_await fetch_page(call));
    DAVIT_CO_TRY(auto selection, selection_of(call, page.document));
    matches = json::find_int(selection, "textSelectionMatchCount").value_or(0);
    request["inlineCommentProperties"] = std::move(selection);
  }
  auto const target = fmt::format("/wiki/api/v2/{}-comments", kind);
  DAVIT_CO_TRY(
      auto const made, co_await call.request(http::Method::post, target, std::move(request))
  );
  DAVIT_CO_CHECK(check_written(made, "comment"));
  auto out = shown_comment(call, made, kind);
  if (matches > 1) {
    out["note"] = fmt::format(
        "The text is on the page {} times; this is on number {}, counted from 0.",
        matches,
        call.integer("match_index")
    );
  }
  co_return out;
}

Async<json::Value> resolve_page_comment(Invocation call) {
  DAVIT_CO_TRY(auto const comment, co_await find_comment(call, std::string(call.text("comment"))));
  if (comment.kind == "footer" && call.has("resolved")) {
    co_return Error(
        ErrorKind::invalid_input,
        "only inline comments can be resolved, and this one is at the foot of the page"
    );
  }
  auto const version = json::find_int(comment.answer, "version.number").value_or(0) + 1;
  json::Object request{{"version", json::Object{{"number", version}}}};
  if (call.has("resolved")) request["resolved"] = call.flag("resolved");
  if (call.has("body")) {
    DAVIT_CO_TRY(auto body, body_of(call.text("body")));
    request["body"] = std::move(body);
  }
  auto const target =
      fmt::format("/wiki/api/v2/{}-comments/{}", comment.kind, call.text("comment"));
  DAVIT_CO_TRY(
      auto const changed, co_await call.request(http::Method::put, target, std::move(request))
  );
  DAVIT_CO_CHECK(check_written(changed, "comment"));
  auto out = shown_comment(call, changed, comment.kind);
  out["version"] = json::find_int(changed, "version.number").value_or(version);
  auto const state = text_at(changed, "resolutionStatus");
  if (!state.empty()) out["state"] = state;
  if (call.has("resolved") && !state.empty() && call.flag("resolved") != (state == "resolved")) {
    out["not_applied"] = "resolved";
  }
  co_return out;
}

}  // namespace davit::connectors::atlassian

// The versions of a page, and what changed between two of them.
#include <fmt/format.h>

#include "connector/text.h"
#include "connectors/atlassian/adf/to_markdown.h"
#include "connectors/atlassian/confluence_diff.h"
#include "connectors/atlassian/confluence_page.h"
#include "connectors/atlassian/confluence_runs.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::size_t kDiffBytes = 24 * 1024;
constexpr std::size_t kMessageBytes = 200;

std::string text_at(const json::Value& value, Str path) {
  return std::string(json::find_string(value, path).value_or(""));
}

Async<json::Value> list_versions(Invocation call) {
  DAVIT_CO_TRY(auto const at, call.cursor());
  connector::ApiRequest request{.target = text_at(at, "target")};
  if (request.target.empty()) {
    DAVIT_CO_TRY(
        request.target,
        connector::expand_path(
            "/wiki/api/v2/pages/{page}/versions?limit={limit}&sort=-modified-date", call.arguments()
        )
    );
  }
  DAVIT_CO_TRY(auto const page, co_await call.send(std::move(request)));
  auto const* rows = json::find_array(page.body, "results");
  if (rows == nullptr) {
    co_return Error(ErrorKind::protocol, "Confluence answered with JSON that is not a list");
  }
  std::vector<std::string> authors;
  for (auto const& row : *rows) authors.push_back(text_at(row, "authorId"));
  DAVIT_CO_TRY(auto const people, co_await find_people(call, authors));
  json::Array items;
  for (auto const& row : *rows) {
    json::Object item{
        {"version", json::find_int(row, "number").value_or(0)},
        {"by", people.name_of(text_at(row, "authorId"))},
        {"at", minute_of(row, "createdAt")},
    };
    auto const message = connector::without_invisible(text_at(row, "message"));
    if (!message.empty()) item["message"] = connector::shortened(message, kMessageBytes);
    if (json::find_bool(row, "minorEdit").value_or(false)) item["minor"] = true;
    items.push_back(std::move(item));
  }
  json::Object out;
  if (page.next.request) {
    json::Value const state = json::Object{{"target", page.next.request->target}};
    out["next_cursor"] = call.make_cursor(state);
  }
  out["complete"] = !page.next.request && !page.next.is_outside;
  out["items"] = std::move(items);
  co_return out;
}

std::string rendered(const Page& page) {
  return fmt::format(
      "# {}\n\n{}",
      connector::without_invisible(page.title),
      adf::to_markdown(shown_document(page.document))
  );
}

Async<json::Value> compare_versions(Invocation call) {
  auto const from = fmt::format("&version={}", call.integer("diff_from"));
  DAVIT_CO_TRY(auto const before, co_await fetch_page(call, from));
  auto const to = call.has("diff_to") ? fmt::format("&version={}", call.integer("diff_to")) : "";
  DAVIT_CO_TRY(auto const after, co_await fetch_page(call, to));
  auto const diff = unified_diff(rendered(before), rendered(after), kDiffBytes);
  json::Object out{
      {"page", after.id},
      {"from", before.version},
      {"to", after.version},
      {"added", diff.added},
      {"removed", diff.removed},
  };
  if (diff.is_cut) out["note"] = "the diff is cut; read the rest with confluence_get_page";
  if (diff.text.empty()) {
    out["note"] = before.document == after.document
                      ? "the two versions are equal"
                      : "they differ only in what Markdown does not show";
  } else {
    out["diff"] = diff.text;
  }
  co_return out;
}

}  // namespace

// https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-version/
Async<json::Value> get_page_history(Invocation call) {
  DAVIT_CO_CHECK(co_await settle_page(call));
  if (call.has("diff_from")) co_return co_await compare_versions(call);
  co_return co_await list_versions(call);
}

}  // namespace davit::connectors::atlassian

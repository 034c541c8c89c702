// Creating a page, and replacing its body or its title.
#include <algorithm>

#include <fmt/format.h>

#include "connector/text.h"
#include "connectors/atlassian/adf/check.h"
#include "connectors/atlassian/adf/from_markdown.h"
#include "connectors/atlassian/adf/opaque.h"
#include "connectors/atlassian/confluence_page.h"
#include "connectors/atlassian/confluence_runs.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::size_t kMostLosses = 10;

// What Confluence now has, and what of the request it does not.
json::Object stored(const Invocation& call, const json::Value& answer) {
  json::Object out{
      {"id", json::find_string(answer, "id").value_or("")},
      {"title", json::find_string(answer, "title").value_or("")},
      {"version", json::find_int(answer, "version.number").value_or(0)},
  };
  if (json::find_string(answer, "status") == "draft") out["status"] = "draft";
  if (auto const url = web_address(call, answer); !url.empty()) out["url"] = url;
  return out;
}

// The document that an argument `body` in Markdown or ADF means. `old` is the one it replaces.
Result<json::Value> read_body(Str format, Str text, const json::Value& old) {
  if (format == "adf") {
    DAVIT_TRY(auto document, json::parse(text));
    DAVIT_CHECK(adf::check(document));
    return document;
  }
  adf::Opaque const originals(old);
  DAVIT_TRY(auto document, adf::from_markdown(text, &originals));
  DAVIT_CHECK(adf::check(document));
  return document;
}

Result<json::Object> body_of(Str format, Str text, const json::Value& old) {
  if (format == "storage") return json::Object{{"representation", "storage"}, {"value", text}};
  auto document = read_body(format, text, old);
  if (!document) return std::move(document).error().while_doing("body");
  return adf_body(*document);
}

Error refuse_loss(const std::vector<std::string>& losses) {
  std::string list;
  for (std::size_t at = 0; at < std::min(losses.size(), kMostLosses); ++at) {
    list += fmt::format("{}{}", at == 0 ? "" : "; ", connector::shortened(losses[at], 120));
  }
  if (losses.size() > kMostLosses)
    list += fmt::format("; and {} more", losses.size() - kMostLosses);
  return Error(
      ErrorKind::conflict,
      fmt::format(
          "nothing was changed: the new body would lose {}. Change parts with "
          "confluence_edit_page, keep the markers <!-- adf:N --> of confluence_get_page in the "
          "body, or set allow_loss",
          list
      )
  );
}

// Before a body is replaced: nobody else changed the page, and nothing is lost unseen.
Result<> check_replacement(const Invocation& call, const Page& page, const json::Object& body) {
  auto const base = call.integer("base_version");
  if (base != page.version) {
    return Error(
        ErrorKind::conflict,
        fmt::format(
            "nothing was changed: the page has version {}, and base_version is {}; read it again "
            "before replacing it",
            page.version,
            base
        )
    );
  }
  if (call.flag("allow_loss")) return {};
  // What storage format holds cannot be compared with the page's document.
  auto const is_storage = call.text("format") == "storage";
  auto const document = read_document(is_storage ? "" : json::view(body.at("value").get_string()));
  auto const losses = adf::losses(page.document, document);
  if (losses.empty()) return {};
  return refuse_loss(losses);
}

Async<json::Value> rename_page(Invocation call, const Page* page) {
  json::Object body{{"status", page->status}, {"title", call.text("title")}};
  auto const target = fmt::format("/wiki/api/v2/pages/{}/title", page->id);
  DAVIT_CO_TRY(auto renamed, co_await call.request(http::Method::put, target, std::move(body)));
  DAVIT_CO_CHECK(check_written(renamed, "page"));
  co_return renamed;
}

}  // namespace

// https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-page/#api-pages-post
Async<json::Value> create_page(Invocation call) {
  json::Object request{
      {"spaceId", call.text("space")},
      {"status", call.flag("draft") ? "draft" : "current"},
      {"title", call.text("title")},
  };
  if (call.has("body")) {
    DAVIT_CO_TRY(auto body, body_of(call.text("format"), call.text("body"), read_document("")));
    request["body"] = std::move(body);
  }
  if (call.has("parent")) {
    DAVIT_CO_CHECK(co_await settle_page(call, "parent"));
    request["parentId"] = call.text("parent");
  }
  DAVIT_CO_TRY(
      auto const made,
      co_await call.request(http::Method::post, "/wiki/api/v2/pages", std::move(request))
  );
  DAVIT_CO_CHECK(check_written(made, "page"));
  auto out = stored(call, made);
  json::Object not_applied;
  auto const parent = json::find_string(made, "parentId").value_or("");
  if (call.has("parent") && parent != call.text("parent")) {
    not_applied["parent"] = fmt::format("it is below {}", parent.empty() ? "the space" : parent);
  }
  if (call.has("labels")) {
    json::Array labels;
    for (auto const name : call.list("labels")) {
      labels.push_back(json::Object{{"prefix", "global"}, {"name", name}});
    }
    auto const labelled = co_await call.request(
        http::Method::post, "/wiki/rest/api/content/{.id}/label", std::move(labels), made
    );
    if (!labelled && labelled.error().kind() == ErrorKind::cancelled) co_return labelled.error();
    if (!labelled) not_applied["labels"] = labelled.error().message();
  }
  if (!not_applied.empty()) out["not_applied"] = std::move(not_applied);
  co_return out;
}

// https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-page/#api-pages-id-put
Async<json::Value> update_page(Invocation call) {
  DAVIT_CO_CHECK(co_await settle_page(call));
  DAVIT_CO_TRY(auto const page, co_await fetch_page(call));
  DAVIT_CO_CHECK(check_writable(page));
  if (!call.has("body")) {
    DAVIT_CO_TRY(auto const renamed, co_await rename_page(call, &page));
    co_return stored(call, renamed);
  }
  DAVIT_CO_TRY(auto body, body_of(call.text("format"), call.text("body"), page.document));
  DAVIT_CO_CHECK(check_replacement(call, page, body));
  NewVersion next{
      .title = std::string(call.text("title")),
      .body = std::move(body),
      .message = std::string(call.text("message")),
  };
  DAVIT_CO_TRY(auto const changed, co_await store_page(call, &page, std::move(next)));
  co_return stored(call, changed);
}

// https://developer.atlassian.com/cloud/confluence/rest/v1/
// api-group-content---children-and-descendants/
Async<json::Value> move_page(Invocation call) {
  DAVIT_CO_CHECK(co_await settle_page(call));
  DAVIT_CO_CHECK(co_await settle_page(call, "target"));
  DAVIT_CO_TRY(
      auto const moved,
      co_await call.request(
          http::Method::put, "/wiki/rest/api/content/{page}/move/{position}/{target}"
      )
  );
  json::Object out{{"id", call.text("page")}};
  auto const page = co_await call.get("/wiki/api/v2/pages/{page}");
  if (!page) {
    if (page.error().kind() == ErrorKind::cancelled) co_return page.error();
    out["unconfirmed"] =
        fmt::format("It was moved, but could not be read again: {}", page.error().message());
    co_return out;
  }
  if (auto const parent = json::find_string(*page, "parentId")) out["parent"] = *parent;
  if (auto const url = web_address(call, *page); !url.empty()) out["url"] = url;
  auto const is_below = json::find_string(*page, "parentId") == call.text("target");
  if (call.text("position") == "append" && !is_below) {
    out["not_applied"] = "Confluence does not show the new parent yet; read the page again.";
  }
  co_return out;
}

}  // namespace davit::connectors::atlassian

#include <fmt/format.h>

#include "base/strings.h"
#include "connectors/servicenow/api.h"
#include "connectors/servicenow/html.h"
#include "connectors/servicenow/knowledge.h"
#include "connectors/servicenow/names.h"
#include "connectors/servicenow/query.h"
#include "http/url.h"

namespace davit::connectors::servicenow {
namespace {

using connector::Invocation;

constexpr std::size_t kSnippetBytes = 250;
constexpr std::size_t kTitleBytes = 200;
constexpr std::string_view kArticleFields = "kb_knowledge_base,sys_updated_on";

struct Found {
  json::Array items;
  std::optional<std::int64_t> total;
  std::size_t rows = 0;
};

json::Object article(const json::Value& row) {
  auto const text = [&](std::string_view path) {
    return json::find_string(row, path).value_or("");
  };
  auto id = text("id");
  if (id.starts_with("kb_knowledge:")) id.remove_prefix(13);
  json::Object out{{"number", shown(text("number"), 40)}, {"sys_id", shown(id, 40)}};
  out["title"] = shown(html_to_text(text("title")), kTitleBytes);
  if (auto const snippet = text("snippet"); !snippet.empty()) {
    out["snippet"] = shown(html_to_text(snippet), kSnippetBytes);
  }
  if (auto const* score = json::find(row, "score")) out["score"] = *score;
  if (auto const* fields = json::find_object(row, "fields")) {
    auto const kb = label_of(*fields, "kb_knowledge_base");
    if (!kb.empty()) out["kb"] = shown(kb, 100);
    auto const updated = value_of(*fields, "sys_updated_on");
    if (!updated.empty()) out["updated"] = plain_field(json::Value(updated), 40);
  }
  return out;
}

// Its filter is an encoded query, but without an order: the best come first.
Async<Found> by_api(Invocation call, std::int64_t offset) {
  std::vector<std::pair<std::string, std::string>> pairs;
  pairs.emplace_back("query", call.text("query"));
  pairs.emplace_back("fields", kArticleFields);
  pairs.emplace_back("limit", fmt::format("{}", call.integer("limit")));
  pairs.emplace_back("offset", fmt::format("{}", offset));
  if (call.has("kb")) pairs.emplace_back("kb", call.text("kb"));
  if (call.has("language")) pairs.emplace_back("language", call.text("language"));
  if (call.has("category")) {
    DAVIT_CO_CHECK(check_value("category", call.text("category")));
    pairs.emplace_back("filter", fmt::format("kb_category.labelLIKE{}", call.text("category")));
  }
  auto const path = fmt::format("/api/sn_km_api/knowledge/articles?{}", http::to_query(pairs));
  DAVIT_CO_TRY(auto const answer, co_await call.get(path));
  Found found;
  auto const* rows = json::find_array(answer, "result.articles");
  for (auto const& row : rows == nullptr ? json::Array() : *rows) {
    found.items.push_back(article(row));
    ++found.rows;
  }
  found.total = json::find_int(answer, "result.meta.count");
  co_return found;
}

Result<std::string> table_query(const Invocation& call) {
  Query query;
  DAVIT_CHECK(query.add("state", "workflow_state", "=", call.text("state")));
  if (call.has("query")) DAVIT_CHECK(query.add_text("query", call.text("query")));
  if (call.has("kb")) DAVIT_CHECK(query.add("kb", "kb_knowledge_base", "=", call.text("kb")));
  if (call.has("category")) {
    DAVIT_CHECK(query.add("category", "kb_category.label", "LIKE", call.text("category")));
  }
  if (call.has("language"))
    DAVIT_CHECK(query.add("language", "language", "=", call.text("language")));
  query.order_by("-sys_updated_on");
  return query.text();
}

Async<Found> by_table(Invocation call, std::int64_t offset) {
  DAVIT_CO_TRY(auto const query, table_query(call));
  auto target = target_of({
      .table = "kb_knowledge",
      .query = query,
      .fields = "number,sys_id,short_description,text,kb_knowledge_base,sys_updated_on",
      .limit = call.integer("limit"),
  });
  target += fmt::format("&sysparm_offset={}", offset);
  DAVIT_CO_TRY(auto const page, co_await call.get_page(target));
  Found found;
  found.total = page.next.total;
  for (auto const& row : rows_of(page.body)) {
    auto const record = row.is_object() ? json::Object(row.get_object(), {}) : json::Object();
    json::Object out{
        {"number", shown(value_of(record, "number"), 40)},
        {"sys_id", shown(value_of(record, "sys_id"), 40)},
        {"title", shown(value_of(record, "short_description"), kTitleBytes)},
        {"snippet", shown(html_to_text(value_of(record, "text")), kSnippetBytes)},
        {"kb", shown(label_of(record, "kb_knowledge_base"), 100)},
    };
    if (auto const* at = record.if_contains("sys_updated_on"))
      out["updated"] = plain_field(*at, 40);
    found.items.push_back(std::move(out));
    ++found.rows;
  }
  co_return found;
}

// An unknown API answers 400 or 404; without the role, 403.
bool is_missing(const Error& error) {
  return error.kind() == ErrorKind::not_found || error.kind() == ErrorKind::forbidden ||
         error.kind() == ErrorKind::invalid_input;
}

json::Object shown_page(const Invocation& call, Found found, std::int64_t offset, bool is_table) {
  auto const seen = offset + call.integer("limit");
  auto const has_more = found.total
                            ? seen < *found.total
                            : static_cast<std::int64_t>(found.rows) == call.integer("limit");
  json::Object out;
  if (has_more) out["next_cursor"] = call.make_cursor(json::Array{seen, is_table});
  if (found.total) out["total"] = *found.total;
  out["complete"] = !has_more;
  if (is_table && call.text("state") == "published") {
    out["note"] = "The Knowledge API did not answer; the table was searched, last updated first.";
  }
  out["items"] = std::move(found.items);
  return out;
}

}  // namespace

Async<json::Value> search_knowledge(Invocation call) {
  DAVIT_CO_TRY(auto const at, call.cursor());
  auto const offset = json::find_int(at, "0").value_or(0);
  auto const is_table = json::find_bool(at, "1").value_or(call.text("state") != "published");
  if (!is_table) {
    auto found = co_await by_api(call, offset);
    if (found) co_return shown_page(call, *std::move(found), offset, false);
    if (!is_missing(found.error()) || offset > 0) co_return found.error();
  }
  DAVIT_CO_TRY(auto found, co_await by_table(call, offset));
  co_return shown_page(call, std::move(found), offset, true);
}

}  // namespace davit::connectors::servicenow

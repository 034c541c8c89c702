// Knowledge Management API, "Knowledge Management REST API" of the vendor's reference.
#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/servicenow/answers.h"
#include "sandbox/servicenow/dictionary.h"
#include "sandbox/servicenow/query.h"
#include "sandbox/servicenow/render.h"
#include "sandbox/servicenow/routes.h"

namespace davit::sandbox::servicenow {
namespace {

using enum http::Method;

// The text without its markup, as far as a snippet goes.
std::string snippet(std::string_view html) {
  std::string text;
  auto is_tag = false;
  for (auto const letter : html) {
    if (letter == '<') is_tag = true;
    if (!is_tag) text += letter;
    if (letter == '>') is_tag = false;
  }
  return text.substr(0, 200);
}

json::Object extra_fields(const World& world, const Call& call, const Record& article) {
  json::Object fields;
  for (auto const name : split(call.text("fields").value_or(""), ',')) {
    auto const* column = find_column("kb_knowledge", trim(name));
    if (column == nullptr) continue;
    Field const field{&article, column};
    fields[column->name] = json::Object{
        {"name", column->name},
        {"label", column->label},
        {"type", internal_type(column->type)},
        {"value", stored_value(field)},
        {"display_value", display_value(world, field)},
    };
  }
  return fields;
}

json::Object show(const World& world, const Call& call, const Record& article) {
  return {
      {"id", fmt::format("kb_knowledge:{}", article.id())},
      {"link", fmt::format("?id=kb_article_view&sys_kb_id={}", article.id())},
      {"rank", -1},
      {"score", 7.5},
      {"title", article.get("short_description")},
      {"number", article.get("number")},
      {"snippet", snippet(article.get("text"))},
      {"fields", extra_fields(world, call, article)},
  };
}

http::Response list(World& world, Call& call) {
  auto const number = [&](std::string_view name, std::int64_t fallback) {
    return static_cast<std::size_t>(std::max<std::int64_t>(0, call.integer(name).value_or(fallback))
    );
  };
  // Its own names for paging, and 30 a page.
  Page const page{number("offset", 0), number("limit", 30)};
  std::string query = "workflow_state=published";
  if (auto const text = call.text("query"); text && !text->empty()) {
    query += fmt::format("^123TEXTQUERY321={}", *text);
  }
  if (auto const filter = call.text("filter")) query += fmt::format("^{}", *filter);
  auto const found = run_query(world, "kb_knowledge", query);
  json::Array articles;
  for (auto const* article : cut(found, page)) articles.push_back(show(world, call, *article));
  return result(json::Object{
      {"meta",
       json::Object{
           {"start", page.offset},
           {"end", page.offset + articles.size()},
           {"count", found.size()},
           {"fields", call.text("fields").value_or("")},
           {"query", call.text("query").value_or("")},
           {"filter", call.text("filter").value_or("")},
           {"kb", call.text("kb").value_or("")},
           {"language", "en"},
           {"status", json::Object{{"code", 200}}},
       }},
      {"articles", std::move(articles)},
  });
}

// By sys_id or by number.
http::Response one(World& world, Call& call) {
  auto const* article = world.find("kb_knowledge", call.arg("id"));
  if (article == nullptr) article = world.find_by("kb_knowledge", "number", call.arg("id"));
  if (article == nullptr || article->get("workflow_state") != "published") {
    return error(404, "Record not found", "No article with this id, or not allowed to see it");
  }
  json::Array attachments;
  for (auto const* file : world.all("sys_attachment")) {
    if (file->get("table_sys_id") != article->id()) continue;
    attachments.push_back(json::Object{
        {"sys_id", file->id()},
        {"file_name", file->get("file_name")},
        {"size_bytes", file->get("size_bytes")},
        {"state", file->get("state")}
    });
  }
  return result(json::Object{
      {"content", article->get("text")},
      {"template", false},
      {"number", article->get("number")},
      {"sys_id", article->id()},
      {"short_description", article->get("short_description")},
      {"display_attachments", true},
      {"attachments", std::move(attachments)},
      {"fields", extra_fields(world, call, *article)},
  });
}

constexpr Route<World> kRoutes[] = {
    {get, "/api/sn_km_api/knowledge/articles", list},
    {get, "/api/sn_km_api/knowledge/articles/:id", one},
};

}  // namespace

Routes knowledge_routes() { return kRoutes; }

}  // namespace davit::sandbox::servicenow

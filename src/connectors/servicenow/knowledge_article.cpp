#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/text.h"
#include "connectors/servicenow/api.h"
#include "connectors/servicenow/html.h"
#include "connectors/servicenow/knowledge.h"
#include "connectors/servicenow/names.h"

namespace davit::connectors::servicenow {
namespace {

using connector::Invocation;

constexpr std::size_t kShownAttachments = 30;

struct Article {
  std::string number;
  std::string sys_id;
  std::string title;
  std::string text;
  std::string state = {};  // where the API does not serve published ones only
  json::Array attachments = {};
};

Article from_api(const json::Value& answer) {
  auto const text = [&](std::string_view path) {
    return std::string(json::find_string(answer, path).value_or(""));
  };
  Article article{
      .number = text("result.number"),
      .sys_id = text("result.sys_id"),
      .title = text("result.short_description"),
      .text = html_to_text(text("result.content")),
  };
  auto const* files = json::find_array(answer, "result.attachments");
  for (auto const& file : files == nullptr ? json::Array() : *files) {
    if (article.attachments.size() >= kShownAttachments) break;
    article.attachments.push_back(json::Object{
        {"id", shown(json::find_string(file, "sys_id").value_or(""), 40)},
        {"name", shown(json::find_string(file, "file_name").value_or(""), 100)},
    });
  }
  return article;
}

// By the table: where the plugin is missing, and for what is not published.
Async<Article> from_table(Invocation call) {
  std::string const name(call.text("article"));
  auto const target = target_of({
      .table = "kb_knowledge",
      .query = fmt::format("{}={}", is_sys_id(name) ? "sys_id" : "number", name),
      .fields = "number,sys_id,short_description,text,wiki,workflow_state",
      .limit = 1,
  });
  DAVIT_CO_TRY(auto const answer, co_await call.get(target));
  auto const& rows = rows_of(answer);
  if (rows.empty() || !rows[0].is_object()) {
    co_return Error(
        ErrorKind::not_found,
        fmt::format("there is no article {}, or this user may not see it", name)
    );
  }
  auto const& row = rows[0].get_object();
  auto const text = value_of(row, "text");
  co_return Article{
      .number = value_of(row, "number"),
      .sys_id = value_of(row, "sys_id"),
      .title = value_of(row, "short_description"),
      .text = html_to_text(text.empty() ? value_of(row, "wiki") : text),
      .state = label_of(row, "workflow_state"),
  };
}

// From `offset`, moved to the next border of a character.
std::string_view tail(std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  while (offset < text.size() && (static_cast<unsigned char>(text[offset]) & 0xC0) == 0x80)
    ++offset;
  return text.substr(offset);
}

}  // namespace

Async<json::Value> get_knowledge_article(Invocation call) {
  Article article;
  auto const answer = co_await call.get("/api/sn_km_api/knowledge/articles/{article}");
  if (answer) {
    article = from_api(*answer);
  } else {
    auto const kind = answer.error().kind();
    if (kind != ErrorKind::not_found && kind != ErrorKind::invalid_input &&
        kind != ErrorKind::forbidden) {
      co_return answer.error();
    }
    DAVIT_CO_TRY(article, co_await from_table(call));
  }
  auto const text = connector::without_invisible(article.text);
  auto const rest = tail(text, static_cast<std::size_t>(call.integer("offset")));
  auto const piece = utf8_prefix(rest, static_cast<std::size_t>(call.integer("max_chars")));
  json::Object out{
      {"number", shown(article.number, 40)},
      {"sys_id", shown(article.sys_id, 40)},
      {"title", shown(article.title, 300)},
      {"size", text.size()},
      {"complete", piece.size() == rest.size()},
  };
  if (!article.state.empty()) out["state"] = shown(article.state, 40);
  if (piece.size() < rest.size()) out["next_offset"] = text.size() - rest.size() + piece.size();
  if (!article.attachments.empty()) out["attachments"] = std::move(article.attachments);
  out["text"] = piece;
  co_return out;
}

}  // namespace davit::connectors::servicenow

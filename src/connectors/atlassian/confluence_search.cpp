// Search. It is of the first version of the API, whose links begin behind /wiki.
#include <fmt/format.h>

#include "base/strings.h"
#include "connector/instance.h"
#include "connector/text.h"
#include "connectors/atlassian/confluence_cql.h"
#include "connectors/atlassian/confluence_page.h"
#include "connectors/atlassian/confluence_references.h"
#include "connectors/atlassian/confluence_runs.h"

namespace davit::connectors::atlassian {
namespace {

constexpr Str kSearch = "/rest/api/search?";
constexpr std::size_t kTitleBytes = 200;
constexpr std::size_t kExcerptBytes = 160;

std::string without(std::string text, std::string_view part) {
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at)) {
    text.erase(at, part.size());
  }
  return text;
}

// What was found is between "@@@hl@@@" and "@@@endhl@@@".
std::string shown_text(std::string_view text, std::size_t max_bytes) {
  auto plain = without(without(connector::without_invisible(text), "@@@hl@@@"), "@@@endhl@@@");
  for (auto& c : plain) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return connector::shortened(connector::without_html_comments(trim(plain)), max_bytes);
}

// A date means the user's own day. A time has no zone in CQL, so it is said from now.
std::string since(std::string_view time, std::chrono::system_clock::time_point now) {
  auto const exact = connector::from_rfc3339(time);
  if (!exact) return cql_quoted(time);
  auto const minutes = std::chrono::duration_cast<std::chrono::minutes>(now - *exact).count();
  return fmt::format("now(\"{}m\")", -std::max<std::int64_t>(minutes, 0));
}

Result<std::string> write_cql(const Invocation& call) {
  if (call.has("cql")) return std::string(call.text("cql"));
  if (!call.has("query")) return Error(ErrorKind::invalid_input, "give query or cql");
  auto const words = cql_words(call.text("query"));
  if (words.empty()) return Error(ErrorKind::invalid_input, "query has no word to search for");
  auto const type = call.has("type") ? call.text("type") : Str("page");
  // Spaces have no text.
  auto cql = fmt::format("{} ~ {}", type == "space" ? "title" : "text", words);
  if (type != "any") cql += fmt::format(" and type = {}", cql_quoted(type));
  if (call.has("space")) cql += fmt::format(" and space = {}", cql_quoted(call.text("space")));
  if (call.has("modified_since")) {
    auto const now = call.instance().collaborators().clock.now();
    cql += fmt::format(" and lastmodified >= {}", since(call.text("modified_since"), now));
  }
  return cql;
}

std::string text_at(const json::Value& value, Str path) {
  return std::string(json::find_string(value, path).value_or(""));
}

// "ENG" of "/spaces/ENG".
std::string container_key(const json::Value& hit) {
  auto const url = text_at(hit, "resultGlobalContainer.displayUrl");
  auto const slash = url.rfind('/');
  return slash == std::string::npos ? std::string() : url.substr(slash + 1);
}

// A hit is content, a space or a person.
json::Object to_row(const json::Value& hit, const std::string& base) {
  auto const entity = text_at(hit, "entityType");
  json::Object row;
  auto title = text_at(hit, "content.title");
  auto type = text_at(hit, "content.type");
  auto id = text_at(hit, "content.id");
  if (entity == "space") {
    id = text_at(hit, "space.key");
    type = "space";
  } else if (entity == "user") {
    id = text_at(hit, "user.accountId");
    type = "user";
  }
  if (title.empty()) title = text_at(hit, "title");
  row["id"] = id;
  row["title"] = shown_text(title, kTitleBytes);
  if (type != "page") row["type"] = type.empty() ? entity : type;
  if (auto const key = container_key(hit); !key.empty() && entity == "content") row["space"] = key;
  auto const has_tiny = (type == "page" || type == "blogpost") && is_number(id);
  auto const link = has_tiny ? "/x/" + tiny_of(id) : text_at(hit, "url");
  if (!base.empty() && !link.empty()) row["url"] = base + link;
  // People are said to be of 1970.
  auto const has_time = type != "user" && json::find(hit, "lastModified") != nullptr;
  if (has_time) row["modified"] = minute_of(hit, "lastModified");
  auto const excerpt = shown_text(text_at(hit, "excerpt"), kExcerptBytes);
  if (!excerpt.empty()) row["excerpt"] = excerpt;
  return row;
}

// The link of the next page, as a target; empty for none and for one that leads elsewhere.
std::string next_target(const json::Value& answer) {
  auto next = json::find_string(answer, "_links.next").value_or("");
  if (next.starts_with("/wiki")) next.remove_prefix(5);
  return next.starts_with(kSearch) ? fmt::format("/wiki{}", next) : std::string();
}

}  // namespace

Async<json::Value> search_confluence(Invocation call) {
  DAVIT_CO_TRY(auto const at, call.cursor());
  connector::ApiRequest request{.target = text_at(at, "target")};
  if (request.target.empty()) {
    DAVIT_CO_TRY(auto const cql, write_cql(call));
    json::Value const given = json::Object{{"cql", cql}};
    DAVIT_CO_TRY(
        request.target,
        connector::expand_path(
            "/wiki/rest/api/search?cql={.cql}&limit={limit}&excerpt=highlight_unescaped",
            call.arguments(),
            given
        )
    );
  }
  DAVIT_CO_TRY(auto const page, co_await call.send(std::move(request)));
  auto const* hits = json::find_array(page.body, "results");
  if (hits == nullptr) {
    co_return Error(ErrorKind::protocol, "Confluence answered with JSON that is not a list");
  }
  auto const base = text_at(page.body, "_links.base");
  json::Array items;
  for (auto const& hit : *hits) items.push_back(to_row(hit, base));
  json::Object out;
  auto const next = next_target(page.body);
  if (!next.empty()) out["next_cursor"] = call.make_cursor(json::Object{{"target", next}});
  if (auto const total = json::find_int(page.body, "totalSize")) out["total"] = *total;
  out["complete"] = json::find(page.body, "_links.next") == nullptr;
  out["items"] = std::move(items);
  co_return out;
}

}  // namespace davit::connectors::atlassian

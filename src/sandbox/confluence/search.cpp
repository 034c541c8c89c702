// GET /wiki/rest/api/search: CQL, which v2 has none of.
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "http/url.h"
#include "sandbox/confluence/entities.h"
#include "sandbox/confluence/hits.h"
#include "sandbox/confluence/routes.h"
#include "sandbox/confluence/storage.h"
#include "sandbox/sorted.h"

namespace davit::sandbox::confluence {
namespace {

using enum http::Method;

constexpr std::size_t kExcerpt = 300;
constexpr int kMostHits = 250;

bool is_letter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0;
}

// Every word that was looked for as @@@hl@@@word@@@endhl@@@.
std::string highlighted(std::string_view text, const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    auto end = i;
    while (end < text.size() && is_letter(text[end])) ++end;
    if (end == i) {
      out += text[i++];
      continue;
    }
    auto const word = text.substr(i, end - i);
    auto const is_hit = std::ranges::any_of(words, [&](auto const& wanted) {
      return to_lower(word).starts_with(wanted);
    });
    if (is_hit) {
      out += fmt::format("@@@hl@@@{}@@@endhl@@@", word);
    } else {
      out += word;
    }
    i = end;
  }
  return out;
}

// A piece around the first word that was looked for, in one line.
std::string excerpt_of(const Hit& hit, const std::vector<std::string>& words) {
  auto const low = to_lower(hit.text);
  std::size_t first = low.size();
  for (auto const& word : words) first = std::min(first, low.find(word));
  std::size_t begin = first == low.size() || first < 80 ? 0 : first - 80;
  while (begin > 0 && is_letter(hit.text[begin - 1])) --begin;
  std::string piece(utf8_prefix(std::string_view(hit.text).substr(begin), kExcerpt));
  std::ranges::replace(piece, '\n', ' ');
  return piece;
}

std::string make_excerpt(
    const Hit& hit, const std::vector<std::string>& words, std::string_view strategy
) {
  if (strategy == "none") return {};
  auto piece = excerpt_of(hit, words);
  if (!strategy.ends_with("_unescaped")) piece = escape_html(piece);
  return strategy.starts_with("highlight") ? highlighted(piece, words) : piece;
}

std::string url_of(const World& world, const Hit& hit) {
  if (hit.user != nullptr) return fmt::format("/people/{}", hit.id);
  if (hit.page == nullptr) return fmt::format("/spaces/{}", hit.space->key);
  auto const path = page_path(world, *hit.page);
  if (hit.comment != nullptr) return fmt::format("{}?focusedCommentId={}", path, hit.id);
  if (hit.attachment != nullptr) return fmt::format("{}?preview=%2F{}", path, hit.id);
  return path;
}

json::Object content_of(const World& world, const Hit& hit, std::string_view url) {
  json::Object links{
      {"webui", url},
      {"self", fmt::format("{}/wiki/rest/api/content/{}", world.at.atlassian, hit.id)}
  };
  return {
      {"id", hit.id},
      {"type", hit.type},
      {"status", "current"},
      {"title", hit.title},
      {"childTypes", json::Object()},
      {"macroRenderedOutput", json::Object()},
      {"restrictions", json::Object()},
      {"_expandable",
       json::Object{
           {"container", ""},
           {"metadata", ""},
           {"space", fmt::format("/rest/api/space/{}", hit.space->key)},
           {"version", ""},
           {"body", ""}
       }},
      {"_links", std::move(links)}
  };
}

json::Object space_of(const Space& space) {
  return {
      {"id", space.id},
      {"key", space.key},
      {"name", space.name},
      {"type", space.type},
      {"status", space.status},
      {"_links", json::Object{{"webui", fmt::format("/spaces/{}", space.key)}}}
  };
}

json::Object show_hit(
    const World& world,
    const Hit& hit,
    const std::vector<std::string>& words,
    std::string_view strategy
) {
  auto const url = url_of(world, hit);
  json::Object shown;
  if (hit.user != nullptr) {
    shown["user"] = show_user(*hit.user);
  } else if (hit.page == nullptr) {
    shown["space"] = space_of(*hit.space);
  } else {
    shown["content"] = content_of(world, hit, url);
  }
  auto const entity = hit.page != nullptr ? "content" : hit.type;
  shown["title"] = highlighted(hit.title, words);
  shown["excerpt"] = make_excerpt(hit, words, strategy);
  shown["url"] = url;
  if (hit.page != nullptr) {
    shown["resultGlobalContainer"] = json::Object{
        {"title", hit.space->name}, {"displayUrl", fmt::format("/spaces/{}", hit.space->key)}
    };
  }
  shown["breadcrumbs"] = json::Array();
  shown["entityType"] = entity;
  shown["iconCssClass"] = fmt::format("aui-icon content-type-{}", hit.type);
  shown["lastModified"] = to_text(hit.modified);
  shown["friendlyLastModified"] = to_date_text(hit.modified);
  shown["score"] = 0.0;
  return shown;
}

http::Response bad_query(std::string_view what) {
  return v1_error(
      400,
      fmt::format("com.atlassian.confluence.api.service.exceptions.BadRequestException: {}", what)
  );
}

// The search caps a limit that is too high and says which it took; next is relative to
// _links.base, which ends with /wiki, as the example of the document has it.
http::Response answer_page(
    const World& world,
    Call& call,
    const std::vector<Hit>& hits,
    const std::vector<std::string>& words
) {
  auto const asked = call.integer("limit").value_or(25);
  for (auto& [name, value] : call.query) {
    if (name == "limit") value = fmt::format("{}", std::clamp<std::int64_t>(asked, 1, kMostHits));
  }
  auto window = window_of(call, hits.size(), 25, kMostHits);
  if (!window) return bad_query("Invalid cursor");
  auto const strategy = call.text("excerpt").value_or("highlight");
  json::Array results;
  for (auto i = window->first; i < hits.size() && i < window->first + window->limit; ++i) {
    results.emplace_back(show_hit(world, hits[i], words, strategy));
  }
  json::Object links{
      {"base", call.base_url + "/wiki"},
      {"context", "/wiki"},
      {"self", call.base_url + call.request.target}
  };
  if (!window->cursor.empty()) {
    links["next"] = with_cursor(call, window->cursor).substr(std::string_view("/wiki").size());
  }
  auto const size = results.size();
  return json_answer(json::Object{
      {"results", std::move(results)},
      {"start", window->first},
      {"limit", window->limit},
      {"size", size},
      {"totalSize", hits.size()},
      {"cqlQuery", call.text("cql").value_or("")},
      {"searchDuration", 42},
      {"archivedResultCount", 0},
      {"_links", std::move(links)}
  });
}

// What has the words in its title comes first.
void sort_by_score(std::vector<Hit>& hits, const std::vector<std::string>& words) {
  sort_by(hits, [&](const Hit& hit) {
    auto const title = to_lower(hit.title);
    return -std::ranges::count_if(words, [&](auto const& word) {
      return title.find(word) != std::string::npos;
    });
  });
}

http::Response search(World& world, Call& call) {
  auto const cql = call.text("cql");
  if (!cql || trim(*cql).empty()) return bad_query("CQL query must not be empty");
  auto const query = parse_cql(*cql);
  if (!query) return bad_query(query.error().message());
  std::vector<Hit> hits;
  for (auto& hit : all_hits(world.store)) {
    if (hit.space != nullptr && hit.space->status == "archived" &&
        !call.flag("includeArchivedSpaces")) {
      continue;
    }
    auto const meant = is_meant(world.store, hit, query->where, call.now);
    if (!meant) return bad_query(meant.error().message());
    if (*meant) hits.push_back(std::move(hit));
  }
  auto const words = words_of(query->where);
  if (query->order.empty()) sort_by_score(hits, words);
  sort_hits(hits, query->order);
  return answer_page(world, call, hits, words);
}

constexpr Route kRoutes[] = {{get, "/wiki/rest/api/search", search}};

}  // namespace

std::span<const Route> search_routes() { return kRoutes; }

}  // namespace davit::sandbox::confluence

// Reading a page: as Markdown, as a list of its headings, one section, or as it is stored.
#include <fmt/format.h>

#include "base/strings.h"
#include "connector/projection.h"
#include "connector/text.h"
#include "connectors/atlassian/adf/outline.h"
#include "connectors/atlassian/adf/to_markdown.h"
#include "connectors/atlassian/confluence_page.h"
#include "connectors/atlassian/confluence_runs.h"

namespace davit::connectors::atlassian {
namespace {

using connector::Keep;
using connector::Projection;

constexpr std::size_t kTitleBytes = 200;
constexpr std::size_t kCommentBytes = 500;

// A part of a long text, which ends with a line where that is near.
struct Window {
  std::string text;
  std::size_t begin = 0;
  std::size_t end = 0;
};

bool is_inside_character(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

Window window_of(std::string_view text, std::size_t offset, std::size_t most) {
  auto begin = std::min(offset, text.size());
  while (is_inside_character(text, begin)) --begin;
  auto end = std::min(text.size(), begin + most);
  if (end < text.size()) {
    auto const line = text.rfind('\n', end);
    if (line != text.npos && line > begin + most * 3 / 4) end = line + 1;
    while (end > begin && is_inside_character(text, end)) --end;
  }
  return {.text = std::string(text.substr(begin, end - begin)), .begin = begin, .end = end};
}

void put_window(const Invocation& call, std::string_view text, json::Object& out) {
  auto const offset = static_cast<std::size_t>(call.integer("offset"));
  auto const most = static_cast<std::size_t>(call.integer("max_chars"));
  auto const window = window_of(text, offset, most);
  if (window.begin > 0 || window.end < text.size()) {
    out["shown"] = fmt::format("{}-{} of {}", window.begin, window.end, text.size());
  }
  if (window.end < text.size()) out["next_offset"] = window.end;
  out["body"] = window.text;
}

json::Array outline_rows(const json::Value& document) {
  json::Array rows;
  for (auto const& section : adf::outline(document)) {
    rows.push_back(json::Object{
        {"h", section.level},
        {"t", connector::shortened(section.text, kTitleBytes)},
        {"chars", section.characters},
    });
  }
  return rows;
}

json::Value reduced(Keep keep, const json::Value* rows) {
  if (rows == nullptr) return json::Array();
  return Projection(keep).apply(*rows, {});
}

bool has_more(const json::Value& list) { return json::find(list, "_links.next") != nullptr; }

void add_comments(const json::Value& list, std::string_view kind, json::Array& rows) {
  auto const* given = json::find_array(list, "results");
  for (auto const& comment : given == nullptr ? json::Array() : *given) {
    rows.push_back(json::Object{
        {"id", json::find_string(comment, "id").value_or("")},
        {"kind", kind},
        {"by", json::find_string(comment, "version.authorId").value_or("")},
        {"at", minute_of(comment, "version.createdAt")},
        {"body", connector::shortened(body_markdown(comment), kCommentBytes)},
    });
  }
}

// Names in place of the ids in "by".
Async<> name_authors(Invocation call, json::Array* rows) {
  std::vector<std::string> ids;
  for (auto const& row : *rows) ids.emplace_back(json::find_string(row, "by").value_or(""));
  DAVIT_CO_TRY(auto const people, co_await find_people(call, ids));
  for (auto& row : *rows) {
    auto& by = row.as_object()["by"];
    by = people.name_of(json::view(by.get_string()));
  }
  co_return Result<>();
}

// What belongs to a page. Lists are the beginning of the whole.
struct Extract {
  json::Value value;
  bool has_more = false;
};

// Ancestors come as ids alone; the one below the space first.
Async<Extract> ancestors(Invocation call) {
  DAVIT_CO_TRY(
      auto const answer, co_await call.get("/wiki/api/v2/pages/{page}/ancestors?limit=50")
  );
  std::string ids;
  json::Array rows;
  auto const* given = json::find_array(answer, "results");
  for (auto const& row : given == nullptr ? json::Array() : *given) {
    auto const id = json::find_string(row, "id").value_or("");
    rows.push_back(json::Object{{"id", id}});
    if (json::find_string(row, "type").value_or("page") != "page") continue;
    ids += fmt::format("{}{}", ids.empty() ? "" : ",", id);
  }
  if (ids.empty()) co_return Extract{.value = std::move(rows)};
  json::Value const asked = json::Object{{"ids", ids}};
  DAVIT_CO_TRY(auto const pages, co_await call.get("/wiki/api/v2/pages?id={.ids}&limit=50", asked));
  auto const* titles = json::find_array(pages, "results");
  for (auto& row : rows) {
    for (auto const& page : titles == nullptr ? json::Array() : *titles) {
      if (json::find_string(page, "id") != json::find_string(row, "id")) continue;
      auto const title = json::find_string(page, "title").value_or("");
      row.as_object()["title"] =
          connector::shortened(connector::without_invisible(title), kTitleBytes);
    }
  }
  co_return Extract{.value = std::move(rows)};
}

Async<Extract> newest_comments(Invocation call) {
  constexpr Str kFooter =
      "/wiki/api/v2/pages/{page}/footer-comments?body-format=atlas_doc_format&sort=-created-date"
      "&limit=5";
  constexpr Str kInline =
      "/wiki/api/v2/pages/{page}/inline-comments?body-format=atlas_doc_format&sort=-created-date"
      "&limit=5&resolution-status=open,reopened,dangling";
  DAVIT_CO_TRY(auto const footer, co_await call.get(kFooter));
  DAVIT_CO_TRY(auto const inlines, co_await call.get(kInline));
  json::Array rows;
  add_comments(footer, "footer", rows);
  add_comments(inlines, "inline", rows);
  DAVIT_CO_CHECK(co_await name_authors(call, &rows));
  co_return Extract{.value = std::move(rows), .has_more = has_more(footer) || has_more(inlines)};
}

Async<Extract> attachments(Invocation call) {
  DAVIT_CO_TRY(
      auto const answer, co_await call.get("/wiki/api/v2/pages/{page}/attachments?limit=20")
  );
  constexpr Keep kKeep = "id title~200 type=mediaType bytes=fileSize";
  co_return Extract{
      .value = reduced(kKeep, json::find(answer, "results")), .has_more = has_more(answer)
  };
}

Async<Extract> labels(Invocation call) {
  DAVIT_CO_TRY(auto const answer, co_await call.get("/wiki/api/v2/pages/{page}/labels?limit=100"));
  json::Array names;
  auto const* rows = json::find_array(answer, "results");
  for (auto const& row : rows == nullptr ? json::Array() : *rows) {
    names.emplace_back(json::find_string(row, "name").value_or(""));
  }
  co_return Extract{.value = std::move(names), .has_more = has_more(answer)};
}

struct Extra {
  Str name;
  Async<Extract> (*get)(Invocation call);
};

constexpr Extra kExtras[] = {
    {"labels", labels},
    {"comments", newest_comments},
    {"attachments", attachments},
    {"ancestors", ancestors},
};

// A part that cannot be had leaves the page as it is.
Async<> put_extras(Invocation call, json::Object* out) {
  json::Object unavailable;
  json::Array incomplete;
  for (auto const& extra : kExtras) {
    auto const wanted = call.list("include");
    if (std::ranges::find(wanted, extra.name) == wanted.end()) continue;
    auto part = co_await extra.get(call);
    if (part) {
      (*out)[extra.name] = std::move(part->value);
      if (part->has_more) incomplete.emplace_back(extra.name);
    } else if (part.error().kind() == ErrorKind::cancelled) {
      co_return part.error();
    } else {
      unavailable[extra.name] = part.error().message();
    }
  }
  if (!unavailable.empty()) (*out)["unavailable"] = std::move(unavailable);
  auto const* comments = out->if_contains("comments");
  if (comments != nullptr && comments->is_array() && !comments->get_array().empty()) {
    (*out)["note"] =
        "comments are the newest, without replies and resolved ones; confluence_list_comments has "
        "all";
  }
  if (!incomplete.empty()) (*out)["incomplete"] = std::move(incomplete);
  co_return Result<>();
}

Result<> put_body(const Invocation& call, const Page& page, json::Object& out) {
  auto const mode = call.text("mode");
  if (mode == "raw") {
    put_window(call, connector::without_invisible(json::to_text(page.document)), out);
    return {};
  }
  auto const document = shown_document(page.document);
  if (mode == "outline") {
    out["outline"] = outline_rows(document);
    return {};
  }
  if (mode == "markdown") {
    put_window(call, adf::to_markdown(document), out);
    return {};
  }
  DAVIT_TRY(auto const section, adf::find_section(document, call.text("section")));
  put_window(call, adf::section_markdown(document, section), out);
  return {};
}

}  // namespace

Async<json::Value> get_page(Invocation call) {
  auto const is_section = call.text("mode") == "section";
  if (is_section != call.has("section")) {
    if (is_section) co_return Error(ErrorKind::invalid_input, "mode section needs section");
    if (call.text("mode") != "markdown") {
      co_return Error(ErrorKind::invalid_input, "section can be read only as Markdown: leave mode");
    }
    call.arguments()["mode"] = "section";
  }
  DAVIT_CO_CHECK(co_await settle_page(call));
  auto const more = call.has("version") ? fmt::format("&version={}", call.integer("version")) : "";
  auto const is_storage = call.text("mode") == "raw" && call.text("format") == "storage";
  Str const format = is_storage ? "storage" : "atlas_doc_format";
  DAVIT_CO_TRY(auto const page, co_await fetch_page(call, more, format));
  DAVIT_CO_TRY(auto const space, co_await space_key(call, page.space_id));
  std::string const author(json::find_string(page.answer, "version.authorId").value_or(""));
  std::vector<std::string> const authors{author};
  DAVIT_CO_TRY(auto const people, co_await find_people(call, authors));
  json::Object out{
      {"id", page.id},
      {"title", connector::shortened(connector::without_invisible(page.title), kTitleBytes)},
      {"space", space},
      {"version", page.version},
      {"by", people.name_of(author)},
      {"at", minute_of(page.answer, "version.createdAt")},
  };
  if (page.status != "current") out["status"] = page.status;
  if (auto const url = web_address(call, page.answer); !url.empty()) out["url"] = url;
  DAVIT_CO_CHECK(co_await put_extras(call, &out));
  if (is_storage) {
    auto const text = json::find_string(page.answer, "body.storage.value").value_or("");
    put_window(call, connector::without_invisible(text), out);
  } else {
    DAVIT_CO_CHECK(put_body(call, page, out));
  }
  co_return out;
}

}  // namespace davit::connectors::atlassian

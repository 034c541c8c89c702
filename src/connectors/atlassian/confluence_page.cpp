#include "connectors/atlassian/confluence_page.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/instance.h"
#include "connector/text.h"
#include "connectors/atlassian/adf/to_markdown.h"
#include "connectors/atlassian/confluence_references.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::chrono::hours kSpaceAge{1};
constexpr std::size_t kMostCandidates = 5;

// "ENG:Retry policy"; a colon with a blank behind it belongs to a title.
struct Named {
  std::string space;
  std::string title;
};

bool is_key_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '~' ||
         c == '_' || c == '-';
}

Named read_name(const std::string& text) {
  auto const colon = text.find(':');
  if (colon == 0 || colon == text.npos || colon + 1 == text.size() || text[colon + 1] == ' ' ||
      !std::ranges::all_of(text.substr(0, colon), is_key_character)) {
    return {.title = text};
  }
  return {.space = text.substr(0, colon), .title = text.substr(colon + 1)};
}

Result<std::string> choose_page(Str name, const std::string& title, const json::Value& answer) {
  auto const* rows = json::find_array(answer, "results");
  auto const shown = connector::shortened(title, 80);
  if (rows == nullptr || rows->empty()) {
    return Error(
        ErrorKind::not_found,
        fmt::format(
            "{}: there is no page with exactly the title '{}'; confluence_search finds by words",
            name,
            shown
        )
    );
  }
  if (rows->size() == 1) return std::string(json::find_string(answer, "results.0.id").value_or(""));
  std::string candidates;
  for (std::size_t at = 0; at < std::min(rows->size(), kMostCandidates); ++at) {
    auto const& row = (*rows)[at];
    candidates += fmt::format(
        "{}{} (space {})",
        at == 0 ? "" : ", ",
        json::find_string(row, "id").value_or(""),
        json::find_string(row, "spaceId").value_or("")
    );
  }
  return Error(
      ErrorKind::invalid_input,
      fmt::format("{}: several pages are named '{}'; use one of {}", name, shown, candidates)
  );
}

json::Value cleaned(const json::Value& value) {
  if (auto const* text = value.if_string()) {
    return json::Value(connector::without_invisible(json::view(*text)));
  }
  if (auto const* list = value.if_array()) {
    json::Array out;
    out.reserve(list->size());
    for (auto const& element : *list) out.push_back(cleaned(element));
    return out;
  }
  if (auto const* object = value.if_object()) {
    json::Object out;
    for (auto const& member : *object) out.emplace(member.key(), cleaned(member.value()));
    return out;
  }
  return value;
}

}  // namespace

Async<> settle_page(Invocation call, Str name) {
  std::string const text(call.text(name));
  if (text.empty() || is_number(text)) co_return Result<>();
  auto const named = read_name(text);
  json::Object question{{"title", named.title}};
  Str path = "/wiki/api/v2/pages?title={.title}&limit=10";
  if (!named.space.empty()) {
    DAVIT_CO_TRY(auto const space, co_await call.look_up(&kSpaceLookup, named.space));
    question["space"] = space;
    path = "/wiki/api/v2/pages?space-id={.space}&title={.title}&limit=10";
  }
  json::Value const given(std::move(question));
  DAVIT_CO_TRY(auto const answer, co_await call.get(path, given));
  DAVIT_CO_TRY(auto const id, choose_page(name, named.title, answer));
  call.arguments()[name] = id;
  co_return Result<>();
}

Async<Page> fetch_page(Invocation call, std::string more, Str format) {
  auto const path = fmt::format("/wiki/api/v2/pages/{{page}}?body-format={}{}", format, more);
  auto found = co_await call.get(path);
  // What was never published is answered only when it is asked for.
  if (!found && found.error().kind() == ErrorKind::not_found && more.empty()) {
    auto draft = co_await call.get(path + "&get-draft=true");
    if (draft) found = std::move(draft);
  }
  if (!found && found.error().kind() == ErrorKind::not_found && !more.empty()) {
    co_return Error(
        ErrorKind::not_found,
        fmt::format(
            "page {} has no such version, or you may not see it; confluence_get_page_history "
            "lists the versions",
            call.text("page")
        )
    );
  }
  if (!found) co_return std::move(found).error();
  auto answer = *std::move(found);
  auto const text = [&](Str at) { return std::string(json::find_string(answer, at).value_or("")); };
  Page page{
      .document = read_document(text("body.atlas_doc_format.value")),
      .id = text("id"),
      .title = text("title"),
      .status = text("status"),
      .space_id = text("spaceId"),
      .version = json::find_int(answer, "version.number").value_or(0),
  };
  if (page.id.empty() || page.version == 0) {
    co_return Error(ErrorKind::protocol, "Confluence answered with something that is no page");
  }
  page.answer = std::move(answer);
  co_return page;
}

Result<> check_writable(const Page& page) {
  if (page.status == "current" || page.status == "draft") return {};
  return Error(
      ErrorKind::invalid_input,
      fmt::format(
          "nothing was changed: the page is {}, and only current pages and drafts can be changed",
          page.status
      )
  );
}

Result<> check_written(const json::Value& answer, std::string_view what) {
  if (!json::find_string(answer, "id").value_or("").empty()) return {};
  return Error(
      ErrorKind::protocol,
      fmt::format(
          "Confluence answered with something that is no {}. It may have been carried out all the "
          "same: look before you try again",
          what
      )
  );
}

Async<json::Value> store_page(Invocation call, const Page* page, NewVersion next) {
  json::Object version{{"number", page->version + 1}};
  // A draft has no versions: its number is always 1.
  if (page->status == "draft") version["number"] = 1;
  if (!next.message.empty()) version["message"] = next.message;
  json::Value const body = json::Object{
      {"id", page->id},
      {"status", page->status},
      {"title", next.title.empty() ? page->title : next.title},
      {"body", std::move(next.body)},
      {"version", std::move(version)},
  };
  auto target = fmt::format("/wiki/api/v2/pages/{}", page->id);
  auto request = connector::make_request(http::Method::put, std::move(target), body);
  request.is_repeatable = next.is_repeatable;
  DAVIT_CO_TRY(auto stored, co_await call.send(std::move(request)));
  DAVIT_CO_CHECK(check_written(stored.body, "page"));
  co_return std::move(stored.body);
}

json::Object adf_body(const json::Value& document) {
  return {{"representation", "atlas_doc_format"}, {"value", json::to_text(document)}};
}

Async<std::string> space_key(Invocation call, std::string space_id) {
  json::Value const given = json::Object{{"id", space_id}};
  auto const space = co_await call.get_cached("/wiki/api/v2/spaces/{.id}", kSpaceAge, given);
  if (!space && space.error().kind() == ErrorKind::cancelled) co_return space.error();
  if (!space) co_return space_id;
  co_return std::string(json::find_string(*space, "key").value_or(space_id));
}

std::string web_address(const Invocation& call, const json::Value& answer) {
  std::string base(json::find_string(answer, "_links.base").value_or(""));
  auto const& url = call.instance().upstream().base();
  if (base.empty() && !url.path.starts_with("/ex/")) base = url.origin() + url.path + "/wiki";
  for (auto const* path : {"_links.tinyui", "_links.webui"}) {
    auto const link = json::find_string(answer, path);
    if (!base.empty() && link) return base + std::string(*link);
  }
  return {};
}

json::Value read_document(std::string_view text) {
  auto parsed = json::parse(text);
  if (parsed && json::find_string(*parsed, "type") == "doc") return *std::move(parsed);
  return json::Object{{"type", "doc"}, {"version", 1}, {"content", json::Array()}};
}

json::Value shown_document(const json::Value& document) { return cleaned(document); }

std::string body_markdown(const json::Value& owner) {
  auto const text = json::find_string(owner, "body.atlas_doc_format.value").value_or("");
  auto markdown = adf::to_markdown(cleaned(read_document(text)));
  while (markdown.ends_with('\n')) markdown.pop_back();
  return markdown;
}

std::string minute_of(const json::Value& answer, std::string_view path) {
  auto const text = json::find_string(answer, path).value_or("");
  return connector::to_minute(text).value_or(std::string(text));
}

}  // namespace davit::connectors::atlassian

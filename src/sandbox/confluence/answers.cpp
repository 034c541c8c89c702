#include "sandbox/confluence/answers.h"

#include <algorithm>
#include <charconv>
#include <functional>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/strings.h"
#include "http/url.h"

namespace davit::sandbox::confluence {
namespace {

std::string_view code_of(int status) {
  switch (status) {
    case 404: return "NOT_FOUND";
    case 409: return "CONFLICT";
    case 403: return "FORBIDDEN";
    case 405: return "METHOD_NOT_ALLOWED";
    default: return "INVALID_REQUEST_PARAMETER";
  }
}

std::optional<Id> whole_number(std::string_view text) {
  Id number = 0;
  auto const* end = text.data() + text.size();
  auto const [stop, ec] = std::from_chars(text.data(), end, number);
  if (ec != std::errc() || stop != end) return std::nullopt;
  return number;
}

http::Response wrong_type(std::string_view value, std::string_view name, std::string_view type) {
  return v2_error(
      400,
      fmt::format(
          "Provided value {{{}}} for '{}' is not the correct type. Expected type is {}",
          value,
          name,
          type
      )
  );
}

// Without cursor and limit, which may change from page to page.
std::string question_of(const Call& call) {
  std::string text(call.request.path());
  for (auto const& [name, value] : call.query) {
    if (name != "cursor" && name != "limit") text += fmt::format("&{}={}", name, value);
  }
  return text;
}

}  // namespace

http::Response v2_error(int status, std::string_view title, json::Value detail) {
  return json_answer(
      json::Object{
          {"errors",
           array_of(json::Object{
               {"status", status},
               {"code", code_of(status)},
               {"title", title},
               {"detail", std::move(detail)}
           })}
      },
      status
  );
}

http::Response v2_not_found(std::string_view what) { return v2_error(404, what); }

http::Response v1_error(int status, std::string_view message) {
  return json_answer(
      json::Object{
          {"statusCode", status},
          {"data",
           json::Object{
               {"authorized", status != 403},
               {"valid", status != 400},
               {"errors", json::Array()},
               {"successful", false}
           }},
          {"message", message}
      },
      status
  );
}

Or<Id> id_arg(const Call& call, std::string_view name) {
  auto const number = whole_number(call.arg(name));
  if (!number) return wrong_type(call.arg(name), name, "long");
  return *number;
}

Or<Page*> page_arg(World& world, const Call& call, std::string_view name) {
  DAVIT_TRY(auto const id, id_arg(call, name));
  auto const found = world.store.pages.find(id);
  if (found == world.store.pages.end() || found->second.status == "deleted") return v2_not_found();
  return &found->second;
}

std::vector<std::string> list_of(const Call& call, std::string_view name) {
  std::vector<std::string> all;
  for (auto const& text : call.list(name)) {
    for (auto const piece : split(text, ',')) {
      if (!piece.empty()) all.emplace_back(trim(piece));
    }
  }
  return all;
}

Or<std::vector<Id>> id_list(const Call& call, std::string_view name) {
  std::vector<Id> ids;
  for (auto const& text : list_of(call, name)) {
    auto const number = whole_number(text);
    if (!number) return wrong_type(text, name, "Set<long>");
    ids.push_back(*number);
  }
  return ids;
}

Or<std::string> choice(
    const Call& call, std::string_view name, std::string_view allowed, std::string_view fallback
) {
  auto const given = call.text(name);
  if (!given || given->empty()) return std::string(fallback);
  if (has_word(allowed, *given)) return std::string(*given);
  return wrong_type(*given, name, "enum");
}

bool has_word(std::string_view words, std::string_view word) {
  auto const all = split(words, ' ');
  return !word.empty() && std::ranges::find(all, word) != all.end();
}

const json::Value* member(const json::Value& object, std::string_view name) {
  return object.is_object() ? object.get_object().if_contains(name) : nullptr;
}

std::string text_of(const json::Value* value) {
  if (value == nullptr) return {};
  if (auto const* text = value->if_string()) return std::string(json::view(*text));
  if (value->is_int64() || value->is_uint64()) return json::to_text(*value);
  return {};
}

std::string encode_cursor(std::size_t first, std::string_view of) {
  return base64url_encode(
      fmt::format("{{\"at\":{},\"of\":\"{:x}\"}}", first, std::hash<std::string_view>()(of))
  );
}

Or<Window> window_of(const Call& call, std::size_t total, int fallback, int most) {
  Window window{.limit = static_cast<std::size_t>(fallback), .cursor = {}};
  if (auto const given = call.text("limit")) {
    auto const number = whole_number(*given);
    if (!number) return wrong_type(*given, "limit", "int");
    if (*number < 1 || *number > most) {
      return v2_error(400, fmt::format("limit must be between 1 and {}", most));
    }
    window.limit = static_cast<std::size_t>(*number);
  }
  auto const question = question_of(call);
  if (auto const cursor = call.text("cursor"); cursor && !cursor->empty()) {
    auto const text = base64url_decode(*cursor).value_or("");
    auto const parsed = json::parse(text);
    auto const at = parsed ? json::find_int(*parsed, "at").value_or(-1) : -1;
    if (at < 0 || encode_cursor(static_cast<std::size_t>(at), question) != *cursor) {
      return v2_error(400, "Invalid cursor provided");
    }
    window.first = static_cast<std::size_t>(at);
  }
  if (window.first + window.limit < total) {
    window.cursor = encode_cursor(window.first + window.limit, question);
  }
  return window;
}

std::string with_cursor(const Call& call, std::string_view cursor) {
  auto pairs = call.query;
  std::erase_if(pairs, [](auto const& pair) { return pair.first == "cursor"; });
  pairs.emplace_back("cursor", cursor);
  return fmt::format("{}?{}", call.request.path(), http::to_query(pairs));
}

http::Response v2_page(const Call& call, json::Array results, const Window& window) {
  auto const base = call.base_url + "/wiki";
  json::Object links;
  std::string header;
  if (!window.cursor.empty()) {
    auto const next = with_cursor(call, window.cursor);
    links["next"] = next;
    header = fmt::format("<{}>; rel=\"next\", ", next);
  }
  links["base"] = base;
  auto response =
      json_answer(json::Object{{"results", std::move(results)}, {"_links", std::move(links)}});
  response.headers.add("Link", fmt::format("{}<{}>; rel=\"base\"", header, base));
  return response;
}

}  // namespace davit::sandbox::confluence

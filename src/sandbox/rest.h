// Rest: what the sandboxes of REST APIs share: routes, what a request says, and short answers. The
// shapes of errors and of pages are each vendor's own.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.h"
#include "json/json.h"
#include "sandbox/time_text.h"

namespace davit::sandbox {

// A value, or the answer to send instead. DAVIT_TRY takes it.
template <class T>
class [[nodiscard]] Or : public tl::expected<T, http::Response> {
 public:
  using tl::expected<T, http::Response>::expected;
  Or(http::Response instead) : tl::expected<T, http::Response>(tl::unexpect, std::move(instead)) {}
};

// One request, taken apart. Lives as long as the request.
struct Call {
  explicit Call(const http::Request& from);

  const http::Request& request;
  Time now{};
  std::string base_url;  // "http://127.0.0.1:8929": from the Host header
  std::vector<std::pair<std::string, std::string>> args;   // of the path, decoded once
  std::vector<std::pair<std::string, std::string>> query;  // decoded
  json::Value body;                                        // null when it is empty or no JSON
  bool is_malformed = false;                               // a body that is no JSON

  // Of the path; "" when the route has none of that name.
  std::string_view arg(std::string_view name) const;

  // Of the query; the first of that name.
  std::optional<std::string_view> text(std::string_view name) const;
  std::optional<std::int64_t> integer(std::string_view name) const;
  bool flag(std::string_view name, bool fallback = false) const;
  // All of that name: "a[]=x&a[]=y".
  std::vector<std::string> list(std::string_view name) const;
  bool has(std::string_view name) const { return text(name).has_value(); }
};

// A path is fixed segments and arguments: "/issue/:key/comment/:id". Of two that fit, the one with
// more fixed segments wins. `World` is the vendor's data with what its handlers need.
template <class World>
struct Route {
  http::Method method;
  std::string_view pattern;
  http::Response (*run)(World& world, Call& call);
};

// The arguments of `path`, still encoded and without a query, when the pattern fits it.
std::optional<std::vector<std::pair<std::string, std::string>>> match(
    std::string_view pattern, std::string_view path
);
std::size_t fixed_segments(std::string_view pattern);

// The route of a path, with its arguments put into `call`. Null without one; `path_exists` then
// says whether another method has it.
template <class World>
const Route<World>* find_route(
    std::span<const Route<World>> routes, std::string_view path, Call& call, bool& path_exists
) {
  const Route<World>* best = nullptr;
  path_exists = false;
  for (auto const& route : routes) {
    auto args = match(route.pattern, path);
    if (!args) continue;
    path_exists = true;
    if (route.method != call.request.method) continue;
    if (best != nullptr && fixed_segments(route.pattern) <= fixed_segments(best->pattern)) continue;
    best = &route;
    call.args = *std::move(args);
  }
  return best;
}

// As vendors write numbers: 133.5, 20.0, where Boost.JSON has 1.335E2.
std::string to_json_text(const json::Value& value);

http::Response json_answer(const json::Value& body, int status = 200);
http::Response no_content();

// A part of a multipart/form-data body. RFC 7578.
struct FormPart {
  std::string name;
  std::string filename;
  std::string content_type;
  std::string content;
};
// Empty for a body of another kind, or a broken one.
std::vector<FormPart> parse_form(const http::Request& request);

}  // namespace davit::sandbox

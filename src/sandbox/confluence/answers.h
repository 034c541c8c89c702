// Answers: the two shapes of errors and the two shapes of pages, and the checks of parameters that
// lead to them.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/confluence/store.h"
#include "sandbox/rest.h"

namespace davit::sandbox::confluence {

using Route = sandbox::Route<World>;

// {"errors":[{status, code, title, detail}]}. The OpenAPI document leaves it out; this is the form
// that community.developer.atlassian.com/t/98344 shows.
http::Response v2_error(int status, std::string_view title, json::Value detail = nullptr);
http::Response v2_not_found(std::string_view what = "Not Found");
// {"statusCode", "data": {authorized, valid, errors, successful}, "message"}.
http::Response v1_error(int status, std::string_view message);

// A path argument that has to be a number: 400 when it is none.
Or<Id> id_arg(const Call& call, std::string_view name);
// The record of an id, or 404.
Or<Page*> page_arg(World& world, const Call& call, std::string_view name = "id");

// "1,2" and repeated parameters alike.
std::vector<std::string> list_of(const Call& call, std::string_view name);
Or<std::vector<Id>> id_list(const Call& call, std::string_view name);
// One of `allowed` (blanks between), or `fallback`.
Or<std::string> choice(
    const Call& call, std::string_view name, std::string_view allowed, std::string_view fallback
);
bool has_word(std::string_view words, std::string_view word);
// A member of an object; null without one.
const json::Value* member(const json::Value& object, std::string_view name);
// A text or a whole number as text; "" for anything else.
std::string text_of(const json::Value* value);

struct Window {
  std::size_t first = 0;
  std::size_t limit = 25;
  std::string cursor;  // of the next page; empty on the last
};
// Which of `total` rows. v2 refuses a limit that is out of range with 400.
Or<Window> window_of(const Call& call, std::size_t total, int fallback = 25, int most = 250);
std::string encode_cursor(std::size_t first, std::string_view of);
// The request's own path and query, with the cursor exchanged.
std::string with_cursor(const Call& call, std::string_view cursor);

// A page of v2: results, _links.next relative to the site, and the same in a Link header.
http::Response v2_page(const Call& call, json::Array results, const Window& window);

template <class Rows, class Show>
http::Response v2_list(const Call& call, const Rows& rows, Show show, int fallback = 25) {
  DAVIT_TRY(auto const window, window_of(call, rows.size(), fallback));
  json::Array results;
  for (auto i = window.first; i < rows.size() && i < window.first + window.limit; ++i) {
    results.emplace_back(show(rows[i]));
  }
  return v2_page(call, std::move(results), window);
}

// Boost.JSON takes {{"a", "b"}} for an object; this is always an array.
template <class... Items>
json::Array array_of(Items&&... items) {
  json::Array all;
  (all.emplace_back(std::forward<Items>(items)), ...);
  return all;
}

}  // namespace davit::sandbox::confluence

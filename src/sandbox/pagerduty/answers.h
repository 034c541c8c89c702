// Answers in PagerDuty's shapes, and what several resources read from a request.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/pagerduty/world.h"

namespace davit::sandbox::pagerduty {

// {"error":{"message","code","errors"}}; without `details` there is no "errors".
http::Response error(
    int status, int code, std::string_view message, const std::vector<std::string>& details = {}
);
// 400 of nearly every wrong parameter.
http::Response invalid(const std::string& detail);
http::Response not_found();

// "2026-11-16T09:30:00Z": without the fraction that to_text has.
std::string stamp(Time time);
json::Value stamp_or_null(const std::optional<Time>& time);

// The user that the header From names; required where PagerDuty's document says so.
Or<const User*> sender(const World& world, const Call& call);

// A time of the query; nothing when it is left out.
Or<std::optional<Time>> time_param(const Call& call, std::string_view name);

bool is_among(const std::vector<std::string>& wanted, std::string_view value);
// Every value is wanted when none is named.
bool fits(const std::vector<std::string>& wanted, std::string_view value);
bool fits_any(const std::vector<std::string>& wanted, const std::vector<std::string>& values);
// Part of the name, in any case, as "query" does.
bool matches_query(const Call& call, std::string_view text);

// A string at `path` of the body; "" when there is none.
std::string body_text(const json::Value& body, std::string_view path);

// What "limit" and "offset" ask for. Developer docs, "Pagination": at most 100 records, and no
// record behind the 10000th.
struct Page {
  std::size_t limit = 25;
  std::size_t offset = 0;
};
Or<Page> page_of(const Call& call);
json::Object page_answer(
    const Call& call, std::string_view name, json::Array rows, Page page, std::size_t count
);

// The page of `rows` that the request asks for, each shown by `show`.
template <class Row, class Show>
http::Response paged(
    const Call& call, std::string_view name, const std::vector<const Row*>& rows, Show show
) {
  DAVIT_TRY(auto const page, page_of(call));
  json::Array shown;
  for (auto i = page.offset; i < rows.size() && i < page.offset + page.limit; ++i) {
    shown.push_back(show(*rows[i]));
  }
  return json_answer(page_answer(call, name, std::move(shown), page, rows.size()));
}

}  // namespace davit::sandbox::pagerduty

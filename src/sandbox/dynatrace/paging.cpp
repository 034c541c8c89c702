#include "sandbox/dynatrace/paging.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/base64.h"
#include "http/url.h"

namespace davit::sandbox::dynatrace {
namespace {

// Not a parameter of the vendor: where the page begins, inside a key.
constexpr std::string_view kOffset = "@offset";

}  // namespace

std::string make_page_key(const Call& call, std::size_t offset) {
  auto query = call.query;
  std::erase_if(query, [](auto const& pair) { return pair.first == kOffset; });
  query.emplace_back(kOffset, fmt::format("{}", offset));
  return base64url_encode(fmt::format("{}?{}", call.request.path(), http::to_query(query)));
}

std::optional<http::Response> turn_page(Call& call, std::initializer_list<std::string_view> stays) {
  auto const key = call.text("nextPageKey");
  if (!key) return std::nullopt;
  std::vector<std::pair<std::string, std::string>> kept;
  for (auto const& [name, value] : call.query) {
    if (name == "nextPageKey") continue;
    if (std::ranges::find(stays, std::string_view(name)) == stays.end()) {
      return violation(
          name, "must not be set when nextPageKey is set: omit all other query parameters"
      );
    }
    kept.emplace_back(name, value);
  }
  auto const text = base64url_decode(*key).value_or("");
  auto const mark = text.find('?');
  if (mark == text.npos || text.substr(0, mark) != call.request.path()) {
    return violation("nextPageKey", "The next page key is invalid or has expired");
  }
  auto query = http::parse_query(std::string_view(text).substr(mark + 1));
  std::erase_if(query, [&](auto const& pair) {
    return std::ranges::find(stays, std::string_view(pair.first)) != stays.end();
  });
  query.insert(query.end(), kept.begin(), kept.end());
  call.query = std::move(query);
  return std::nullopt;
}

http::Response paged(
    const Call& call,
    const PageRule& rule,
    std::size_t total,
    const std::function<json::Value(std::size_t)>& show
) {
  auto const size = call.has("pageSize") ? call.integer("pageSize").value_or(0) : rule.size;
  if (size < 1) return violation("pageSize", "must be greater than or equal to 1");
  if (size > rule.max_size) {
    return violation("pageSize", fmt::format("must be less than or equal to {}", rule.max_size));
  }
  auto const begin = std::min(static_cast<std::size_t>(call.integer(kOffset).value_or(0)), total);
  auto const end = std::min(begin + static_cast<std::size_t>(size), total);
  json::Array rows;
  for (auto i = begin; i < end; ++i) rows.push_back(show(i));
  json::Object body{{"totalCount", total}, {"pageSize", size}};
  if (end < total) body["nextPageKey"] = make_page_key(call, end);
  body[rule.name] = std::move(rows);
  return json_answer(body);
}

}  // namespace davit::sandbox::dynatrace

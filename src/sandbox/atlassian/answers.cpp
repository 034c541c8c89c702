#include "sandbox/atlassian/answers.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/base64.h"
#include "sandbox/atlassian/store.h"

namespace davit::sandbox::atlassian {
namespace {

std::string page_url(const Call& call, std::int64_t start, std::int64_t max_results) {
  std::string url = fmt::format("{}{}?", call.base_url, call.request.path());
  for (auto const& [name, value] : call.query) {
    if (name == "startAt" || name == "maxResults") continue;
    url += fmt::format("{}={}&", name, value);
  }
  return url + fmt::format("startAt={}&maxResults={}", start, max_results);
}

}  // namespace

http::Response error(int status, std::string_view message) {
  return json_answer(
      json::Object{{"errorMessages", json::Array{message}}, {"errors", json::Object()}}, status
  );
}

http::Response field_errors(json::Object errors, int status) {
  return json_answer(
      json::Object{{"errorMessages", json::Array()}, {"errors", std::move(errors)}}, status
  );
}

http::Response no_issue() {
  return error(404, "Issue does not exist or you do not have permission to see it.");
}

http::Response offset_page(const Call& call, json::Array rows, const PageShape& shape) {
  auto const total = static_cast<std::int64_t>(rows.size());
  auto const start = std::max<std::int64_t>(call.integer("startAt").value_or(0), 0);
  auto const size =
      std::clamp<std::int64_t>(call.integer("maxResults").value_or(shape.fallback), 0, shape.limit);
  auto const begin = std::min(start, total);
  auto const end = std::min(begin + size, total);
  json::Object page{{"startAt", start}, {"maxResults", size}, {"total", total}};
  if (shape.has_links) {
    page["isLast"] = end >= total;
    page["self"] = page_url(call, start, size);
    if (end < total) page["nextPage"] = page_url(call, end, size);
  }
  json::Array shown;
  for (auto i = begin; i < end; ++i) {
    shown.push_back(std::move(rows[static_cast<std::size_t>(i)]));
  }
  page[shape.rows] = std::move(shown);
  return json_answer(page);
}

Or<TokenPage> token_page(
    std::string_view token, std::string_view list, std::size_t total, std::size_t max_results
) {
  auto const mark = fmt::format("{:x}:", std::hash<std::string_view>()(list));
  TokenPage page;
  if (!token.empty()) {
    auto const decoded = base64url_decode(token).value_or("");
    auto const offset = decoded.starts_with(mark) ? to_id(decoded.substr(mark.size())) : 0;
    if (offset <= 0) return error(400, "The provided next page token is invalid or expired.");
    page.begin = std::min(static_cast<std::size_t>(offset), total);
  }
  page.end = std::min(page.begin + max_results, total);
  if (page.end < total) page.next = base64url_encode(fmt::format("{}{}", mark, page.end));
  return page;
}

}  // namespace davit::sandbox::atlassian

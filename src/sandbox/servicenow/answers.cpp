#include "sandbox/servicenow/answers.h"

#include <algorithm>

#include <fmt/format.h>

#include "http/url.h"

namespace davit::sandbox::servicenow {
namespace {

std::string link(const Call& call, const Page& page, std::size_t offset, std::string_view rel) {
  std::vector<std::pair<std::string, std::string>> query;
  for (auto const& pair : call.query) {
    if (pair.first != "sysparm_limit" && pair.first != "sysparm_offset") query.push_back(pair);
  }
  query.emplace_back("sysparm_limit", fmt::format("{}", page.limit));
  query.emplace_back("sysparm_offset", fmt::format("{}", offset));
  return fmt::format(
      "<{}{}?{}>;rel=\"{}\"", call.base_url, call.request.path(), http::to_query(query), rel
  );
}

}  // namespace

http::Response error(int status, std::string_view message, std::string_view detail) {
  json::Object body{{"message", message}, {"detail", nullptr}};
  if (!detail.empty()) body["detail"] = detail;
  return json_answer(json::Object{{"error", std::move(body)}, {"status", "failure"}}, status);
}

http::Response result(json::Value body, int status) {
  return json_answer(json::Object{{"result", std::move(body)}}, status);
}

http::Response no_record() {
  return error(
      404, "No Record found", "Record doesn't exist or ACL restricts the record retrieval"
  );
}

http::Response no_table(std::string_view table) {
  return error(400, fmt::format("Invalid table {}", table));
}

std::optional<http::Response> refuse_body(const Call& call) {
  if (call.body.is_object()) return std::nullopt;
  return error(400, "Exception while reading request", "The payload is not valid JSON.");
}

Page page_of(const Call& call, std::size_t limit) {
  Page page{0, limit};
  if (auto const given = call.integer("sysparm_limit"); given && *given > 0) {
    page.limit = static_cast<std::size_t>(*given);
  }
  if (auto const given = call.integer("sysparm_offset"); given && *given > 0) {
    page.offset = static_cast<std::size_t>(*given);
  }
  return page;
}

std::vector<const Record*> cut(const std::vector<Record*>& rows, const Page& page) {
  std::vector<const Record*> shown;
  auto const end = std::min(rows.size(), page.offset + page.limit);
  for (auto i = page.offset; i < end; ++i) {
    if (!rows[i]->is_hidden) shown.push_back(rows[i]);
  }
  return shown;
}

void add_page_headers(
    http::Response& response, const Call& call, const Page& page, std::size_t total
) {
  auto const is_counted = !call.flag("sysparm_no_count");
  if (is_counted) response.headers.add("X-Total-Count", fmt::format("{}", total));
  if (call.flag("sysparm_suppress_pagination_header")) return;
  std::vector<std::string> links{link(call, page, 0, "first")};
  if (page.offset > 0) {
    auto const before = page.offset - std::min(page.offset, page.limit);
    links.push_back(link(call, page, before, "prev"));
  }
  if (page.offset + page.limit < total) {
    links.push_back(link(call, page, page.offset + page.limit, "next"));
  }
  if (is_counted) {
    auto const last = total == 0 ? 0 : (total - 1) / page.limit * page.limit;
    links.push_back(link(call, page, last, "last"));
  }
  response.headers.add("Link", fmt::format("{}", fmt::join(links, ",")));
}

}  // namespace davit::sandbox::servicenow

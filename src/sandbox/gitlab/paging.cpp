#include "sandbox/gitlab/paging.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/base64.h"
#include "http/url.h"

namespace davit::sandbox::gitlab {
namespace {

constexpr std::size_t kDefaultPerPage = 20;
constexpr std::size_t kMaxPerPage = 100;
// Above, GitLab does not count: no x-total, no x-total-pages, no rel="last".
constexpr std::size_t kMaxCounted = 10'000;

void add_link(std::string& links, const std::string& address, std::string_view relation) {
  if (!links.empty()) links += ", ";
  links += fmt::format("<{}>; rel=\"{}\"", address, relation);
}

}  // namespace

std::size_t per_page(const Call& call) {
  auto const asked = call.integer("per_page").value_or(0);
  if (asked <= 0) return kDefaultPerPage;
  return std::min(static_cast<std::size_t>(asked), kMaxPerPage);
}

std::string link_to(
    const Call& call, const std::vector<std::pair<std::string, std::string>>& replaced
) {
  std::multimap<std::string, std::string> pairs;
  for (auto& [name, value] : http::parse_query(call.request.query())) {
    if (!name.ends_with("token") || name == "page_token") pairs.emplace(name, value);
  }
  for (auto const& [pattern, value] : call.args) {
    pairs.emplace(std::string(pattern.substr(1)), value);
  }
  for (auto const& [name, value] : replaced) pairs.erase(name);
  for (auto const& [name, value] : replaced) {
    if (!value.empty()) pairs.emplace(name, value);
  }
  return fmt::format(
      "{}{}?{}", call.base_url, call.request.path(), http::to_query({pairs.begin(), pairs.end()})
  );
}

Page offset_page(const Call& call, std::size_t total, bool is_counted) {
  auto const size = per_page(call);
  auto const asked = call.integer("page").value_or(1);
  auto const number = asked <= 0 ? std::size_t{1} : static_cast<std::size_t>(asked);
  auto const pages = std::max<std::size_t>(1, (total + size - 1) / size);
  Page page;
  page.begin = std::min(total, (number - 1) * size);
  page.end = std::min(total, page.begin + size);

  is_counted = is_counted && total <= kMaxCounted;
  auto const next = number < pages ? fmt::format("{}", number + 1) : "";
  auto const previous = number > 1 ? fmt::format("{}", number - 1) : "";
  std::string links;
  auto const link = [&](const std::string& target, std::string_view relation) {
    auto const address = link_to(call, {{"page", target}, {"per_page", fmt::format("{}", size)}});
    add_link(links, address, relation);
  };
  if (!previous.empty()) link(previous, "prev");
  if (!next.empty()) link(next, "next");
  link("1", "first");
  if (is_counted) link(fmt::format("{}", pages), "last");

  page.headers.add("Link", links);
  page.headers.add("X-Next-Page", next);
  page.headers.add("X-Page", fmt::format("{}", number));
  page.headers.add("X-Per-Page", fmt::format("{}", size));
  page.headers.add("X-Prev-Page", previous);
  if (is_counted) {
    page.headers.add("X-Total", fmt::format("{}", total));
    page.headers.add("X-Total-Pages", fmt::format("{}", pages));
  }
  return page;
}

Page keyset_page(
    const Call& call, const std::vector<std::string>& ids, std::string_view cursor_name
) {
  Page page;
  if (auto const cursor = call.text(cursor_name); cursor && !cursor->empty()) {
    auto const last = base64url_decode(*cursor);
    auto const found = last ? std::ranges::find(ids, *last) : ids.end();
    page.begin =
        found == ids.end() ? ids.size() : static_cast<std::size_t>(found - ids.begin()) + 1;
  }
  auto const size = per_page(call);
  page.end = std::min(ids.size(), page.begin + size);
  page.headers.add("X-Per-Page", fmt::format("{}", size));
  if (page.end < ids.size() && page.end > page.begin) {
    std::string links;
    auto const address = link_to(
        call,
        {{std::string(cursor_name), base64url_encode(ids[page.end - 1])},
         {"page", ""},
         {"pagination", "keyset"},
         {"per_page", fmt::format("{}", size)}}
    );
    add_link(links, address, "next");
    page.headers.add("Link", links);
  }
  return page;
}

http::Response page_answer(const Page& page, json::Array rows) {
  auto response = answer(std::move(rows));
  for (std::size_t i = 0; i < page.headers.size(); ++i) {
    response.headers.add(page.headers.name(i), page.headers.value(i));
  }
  return response;
}

}  // namespace davit::sandbox::gitlab

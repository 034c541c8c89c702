// Paging: GitLab's offset pages and keyset pages with their headers (docs.gitlab.com/api/rest,
// "Pagination").
#pragma once

#include <string>
#include <vector>

#include "sandbox/gitlab/call.h"

namespace davit::sandbox::gitlab {

// Which of `total` rows to show, and the headers that say so.
struct Page {
  std::size_t begin = 0;
  std::size_t end = 0;
  http::Headers headers;
};

// `is_counted` false leaves out the totals and rel="last", as where GitLab does not count.
Page offset_page(const Call& call, std::size_t total, bool is_counted = true);

// `ids` has an opaque text for each row in order; the page begins behind the one that the parameter
// `cursor_name` holds. Without a next page there is no Link header.
Page keyset_page(
    const Call& call, const std::vector<std::string>& ids, std::string_view cursor_name
);

std::size_t per_page(const Call& call);

// The request's own address with some parameters replaced, as GitLab writes it into Link: sorted,
// with the arguments of the path.
std::string link_to(
    const Call& call, const std::vector<std::pair<std::string, std::string>>& replaced
);

http::Response page_answer(const Page& page, json::Array rows);

// One offset page of `rows`, each turned into JSON by `show`.
template <class Row, class Show>
http::Response paged(const Call& call, const std::vector<Row>& rows, Show show) {
  auto const page = offset_page(call, rows.size());
  json::Array shown;
  for (auto i = page.begin; i < page.end; ++i) shown.push_back(show(rows[i]));
  return page_answer(page, std::move(shown));
}

}  // namespace davit::sandbox::gitlab

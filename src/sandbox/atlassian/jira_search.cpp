#include <algorithm>

#include <fmt/format.h>

#include "sandbox/atlassian/answers.h"
#include "sandbox/atlassian/issue_parts.h"
#include "sandbox/atlassian/jql.h"
#include "sandbox/atlassian/routes.h"
#include "sandbox/atlassian/search_page.h"

namespace davit::sandbox::atlassian {
namespace {

// Bounded: with a restriction, whatever it is. An order alone is none.
Or<std::vector<const Issue*>> bounded(const Store& store, std::string_view jql) {
  DAVIT_TRY(auto const query, parse_jql(jql));
  if (!query.where) {
    return error(
        400,
        "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
    );
  }
  return run_jql(store, query);
}

http::Response answer_search(
    const Store& store, std::string_view jql, SearchPage page, std::size_t reconciled
) {
  if (reconciled > 50) return error(400, "At most 50 issues can be reconciled.");
  DAVIT_TRY(auto const found, bounded(store, jql));
  page.list = fmt::format("search {}", jql);
  return search_answer(store, found, page);
}

http::Response search_by_post(Store& store, Call& call) {
  return answer_search(
      store,
      json::find_string(call.body, "jql").value_or(""),
      {.token = std::string(json::find_string(call.body, "nextPageToken").value_or("")),
       .max_results = json::find_int(call.body, "maxResults").value_or(50),
       .fields = body_list(call.body, "fields"),
       .expand = body_list(call.body, "expand")},
      body_list(call.body, "reconcileIssues").size()
  );
}

http::Response search_by_get(Store& store, Call& call) {
  return answer_search(
      store,
      call.text("jql").value_or(""),
      {.token = std::string(call.text("nextPageToken").value_or("")),
       .max_results = call.integer("maxResults").value_or(50),
       .fields = comma_list(call, "fields"),
       .expand = comma_list(call, "expand")},
      comma_list(call, "reconcileIssues").size()
  );
}

http::Response count(Store& store, Call& call) {
  DAVIT_TRY(auto const found, bounded(store, json::find_string(call.body, "jql").value_or("")));
  return json_answer(json::Object{{"count", found.size()}});
}

// developer.atlassian.com/changelog/#CHANGE-2046
http::Response removed(Store&, Call&) {
  return error(
      410,
      "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A "
      "full "
      "migration guideline is available at "
      "https://developer.atlassian.com/changelog/#CHANGE-2046"
  );
}

constexpr JiraRoute kRoutes[] = {
    {http::Method::post, "/rest/api/3/search/jql", search_by_post},
    {http::Method::get, "/rest/api/3/search/jql", search_by_get},
    {http::Method::post, "/rest/api/3/search/approximate-count", count},
    {http::Method::get, "/rest/api/3/search", removed},
    {http::Method::post, "/rest/api/3/search", removed},
};

}  // namespace

Routes search_routes() { return kRoutes; }

http::Response search_answer(
    const Store& store, const std::vector<const Issue*>& found, const SearchPage& page
) {
  if (page.max_results < 1) return error(400, "The maxResults parameter must be greater than 0.");
  Selection const selection(page.fields, page.fallback);
  // Rows with more than id and key come 100 at a time, whatever is asked for.
  auto const limit =
      std::min<std::int64_t>(page.max_results, selection.is_more_than_keys() ? 100 : 5000);
  DAVIT_TRY(
      auto const part,
      token_page(page.token, page.list, found.size(), static_cast<std::size_t>(limit))
  );
  json::Array issues;
  for (auto i = part.begin; i < part.end; ++i) {
    auto row = issue_json(store, *found[i], selection);
    if (std::ranges::find(page.expand, "changelog") != page.expand.end()) {
      row["changelog"] = changelog_json(store, *found[i]);
    }
    issues.push_back(std::move(row));
  }
  json::Object out{{"issues", std::move(issues)}, {"isLast", part.next.empty()}};
  if (!part.next.empty()) out["nextPageToken"] = part.next;
  for (auto const& what : page.expand) {
    if (what == "names") add_names(out, selection);
    if (what == "schema") add_schema(out, selection);
  }
  return json_answer(out);
}

}  // namespace davit::sandbox::atlassian

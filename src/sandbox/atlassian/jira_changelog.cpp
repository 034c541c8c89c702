#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "sandbox/atlassian/answers.h"
#include "sandbox/atlassian/entities.h"
#include "sandbox/atlassian/fields.h"
#include "sandbox/atlassian/issue_parts.h"
#include "sandbox/atlassian/routes.h"
#include "sandbox/atlassian/selection.h"

namespace davit::sandbox::atlassian {
namespace {

// Oldest first.
http::Response list_changes(Store& store, Call& call) {
  auto const* issue = store.find_issue(call.arg("key"));
  if (issue == nullptr) return no_issue();
  json::Array rows;
  for (auto const& change : issue->changes) rows.push_back(change_json(store, change));
  return offset_page(call, std::move(rows), {.limit = 100, .fallback = 100});
}

struct Entry {
  const Issue* issue;
  const Change* change;
};

std::vector<Entry> entries_of(
    const Store& store, const std::vector<std::string>& keys, const std::vector<std::string>& fields
) {
  std::vector<Entry> all;
  for (auto const& key : keys) {
    auto const* issue = store.find_issue(key);
    if (issue == nullptr) continue;
    for (auto const& change : issue->changes) {
      auto const fits = fields.empty() || std::ranges::any_of(change.items, [&](auto const& item) {
                          return std::ranges::find(fields, item.field_id) != fields.end();
                        });
      if (fits) all.push_back({issue, &change});
    }
  }
  std::ranges::sort(all, {}, [](const Entry& one) {
    return std::tuple(one.change->at, one.issue->id, one.change->id);
  });
  return all;
}

// Grouped by issue within the page. "created" is a number here, unlike anywhere else (the example
// of "Bulk fetch changelogs").
http::Response bulk_changes(Store& store, Call& call) {
  auto const keys = body_list(call.body, "issueIdsOrKeys");
  auto const fields = body_list(call.body, "fieldIds");
  if (keys.empty() || keys.size() > 1000) {
    return error(400, "Between 1 and 1000 issue IDs or keys must be provided.");
  }
  if (fields.size() > 10) return error(400, "At most 10 field IDs can be provided.");
  auto const all = entries_of(store, keys, fields);
  auto const size =
      std::clamp<std::int64_t>(json::find_int(call.body, "maxResults").value_or(1000), 1, 10000);
  DAVIT_TRY(
      auto const page,
      token_page(
          json::find_string(call.body, "nextPageToken").value_or(""),
          fmt::format("changes {} {}", fmt::join(keys, ","), fmt::join(fields, ",")),
          all.size(),
          static_cast<std::size_t>(size)
      )
  );
  std::map<int, json::Array> by_issue;
  for (auto i = page.begin; i < page.end; ++i) {
    auto row = change_json(store, *all[i].change);
    row["created"] = all[i].change->at.time_since_epoch().count();
    by_issue[all[i].issue->id].push_back(std::move(row));
  }
  json::Array logs;
  for (auto& [id, rows] : by_issue) {
    logs.push_back(
        json::Object{{"issueId", fmt::format("{}", id)}, {"changeHistories", std::move(rows)}}
    );
  }
  json::Object out{{"issueChangeLogs", std::move(logs)}};
  if (!page.next.empty()) out["nextPageToken"] = page.next;
  return json_answer(out);
}

constexpr JiraRoute kRoutes[] = {
    {http::Method::get, "/rest/api/3/issue/:key/changelog", list_changes},
    {http::Method::post, "/rest/api/3/changelog/bulkfetch", bulk_changes},
};

}  // namespace

Routes changelog_routes() { return kRoutes; }

json::Object changelog_json(const Store& store, const Issue& issue) {
  json::Array rows;
  for (auto one = issue.changes.rbegin(); one != issue.changes.rend() && rows.size() < 100; ++one) {
    rows.push_back(change_json(store, *one));
  }
  auto const shown = rows.size();
  return {
      {"startAt", 0},
      {"maxResults", shown},
      {"total", issue.changes.size()},
      {"histories", std::move(rows)}
  };
}

}  // namespace davit::sandbox::atlassian

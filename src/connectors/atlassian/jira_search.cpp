#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/arguments.h"
#include "connectors/atlassian/jira_calls.h"
#include "connectors/atlassian/jira_jql.h"
#include "connectors/atlassian/jira_rows.h"
#include "connectors/atlassian/jira_tables.h"

namespace davit::connectors::atlassian {
namespace {

constexpr Str kSearchPage =
    "https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/"
    "#api-rest-api-3-search-jql-post";

Result<> check_search(const json::Object& arguments) {
  return check_jql(connector::text_of(arguments, "jql"));
}

Result<json::Array> ids_to_reconcile(const Invocation& call) {
  json::Array ids;
  for (auto const text : call.list("reconcile")) {
    std::int64_t id = 0;
    auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (ec != std::errc() || end != text.data() + text.size()) {
      return Error(
          ErrorKind::invalid_input,
          "reconcile takes ids, numbers, which create and update answer with"
      );
    }
    ids.emplace_back(id);
  }
  return ids;
}

Async<json::Object> count_of(Invocation call) {
  json::Object beside;
  if (!call.flag("count")) co_return beside;
  json::Object body{{"jql", call.text("jql")}};
  DAVIT_CO_TRY(
      auto const answer,
      co_await post_to_read(call, "/rest/api/3/search/approximate-count", std::move(body))
  );
  beside["approximate_total"] = json::find_int(answer, "count").value_or(0);
  co_return beside;
}

Async<json::Value> search(Invocation call) {
  DAVIT_CO_TRY(auto const at, position(call));
  DAVIT_CO_TRY(auto const columns, co_await choose_columns(call));
  DAVIT_CO_TRY(auto reconcile, ids_to_reconcile(call));
  json::Object body{
      {"jql", call.text("jql")}, {"fields", ids_of(columns)}, {"maxResults", call.integer("limit")}
  };
  if (!at.token.empty()) body["nextPageToken"] = at.token;
  if (!reconcile.empty()) body["reconcileIssues"] = std::move(reconcile);
  DAVIT_CO_TRY(
      auto const answer, co_await post_to_read(call, "/rest/api/3/search/jql", std::move(body))
  );
  DAVIT_CO_TRY(auto beside, co_await count_of(call));
  auto rows = rows_of_issues(answer, columns);
  if (!rows.empty()) note_columns(call, columns, beside);
  auto const next = json::find_string(answer, "nextPageToken").value_or("");
  co_return make_list(call, at, std::move(rows), next, std::move(beside));
}

// An issue that was moved comes back under its new key.
json::Array not_found(const std::vector<Str>& asked, const json::Value& answer) {
  auto const* issues = json::find_array(answer, "issues");
  json::Array missing;
  for (auto const key : asked) {
    auto const is_it = [&](const json::Value& issue) {
      return iequals(json::find_string(issue, "key").value_or(""), key) ||
             json::find_string(issue, "id") == key;
    };
    if (issues == nullptr || !std::ranges::any_of(*issues, is_it)) missing.emplace_back(key);
  }
  return missing;
}

Async<json::Value> get_issues(Invocation call) {
  DAVIT_CO_TRY(auto const columns, co_await choose_columns(call));
  auto const asked = call.list("issues");
  json::Object body{{"issueIdsOrKeys", to_array(asked)}, {"fields", ids_of(columns)}};
  DAVIT_CO_TRY(
      auto const answer, co_await post_to_read(call, "/rest/api/3/issue/bulkfetch", std::move(body))
  );
  json::Object out;
  auto missing = not_found(asked, answer);
  if (!missing.empty()) out["not_found"] = std::move(missing);
  auto rows = rows_of_issues(answer, columns);
  if (!rows.empty()) note_columns(call, columns, out);
  out["items"] = std::move(rows);
  co_return out;
}

constexpr Tool kTools[] = {
    {
        .name = "jira_search",
        .title = "Search issues",
        .description = "Issues by JQL, such as project = PAY AND status != Done ORDER BY updated.",
        .toolset = "issues",
        .call = {.method = http::Method::post},
        .params =
            {
                {.name = "jql", .in = In::none, .required = true},
                kFields,
                {.name = "limit",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "20",
                 .min = 1,
                 .max = 100},
                {.name = "count",
                 .description = "Adds an approximate total.",
                 .in = In::none,
                 .kind = Kind::boolean},
                {.name = "reconcile",
                 .description = "Ids of issues written just now, which the index may lack.",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .max = 50},
                kCursor,
            },
        .source = kSearchPage,
        .check = check_search,
        .run = search,
    },
    {
        .name = "jira_get_issues",
        .title = "Get issues",
        .description = "Several issues by their keys, a row each, and which keys were not found.",
        .toolset = "issues",
        .call = {.method = http::Method::post},
        .params = {kIssues, kFields},
        .source = "https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/"
                  "#api-rest-api-3-issue-bulkfetch-post",
        .run = get_issues,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> jira_search_tools = kTools;

}  // namespace davit::connectors::atlassian

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "connector/text.h"
#include "connectors/atlassian/jira_calls.h"
#include "connectors/atlassian/jira_changes.h"
#include "connectors/atlassian/jira_tables.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::size_t kTextBytes = 200;
constexpr int kMostPages = 5;

json::Value shown_at(const json::Value& item, Str text, Str id) {
  auto found = json::find_string(item, text).value_or("");
  if (found.empty()) found = json::find_string(item, id).value_or("");
  return json::Value(clean_text(found, kTextBytes));
}

void add_changes(const json::Value& history, std::string_view key, json::Array& rows) {
  auto const* items = json::find_array(history, "items");
  auto const* created = json::find(history, "created");
  auto const at = created == nullptr ? std::nullopt : connector::to_point_in_time(*created);
  auto const by = json::find_string(history, "author.displayName").value_or("");
  for (auto const& item : items == nullptr ? json::Array() : *items) {
    json::Object row;
    if (!key.empty()) row["issue"] = key;
    row["at"] = at.value_or("");
    row["by"] = clean_text(by, 60);
    row["field"] = clean_text(json::find_string(item, "field").value_or(""), 60);
    row["from"] = shown_at(item, "fromString", "from");
    row["to"] = shown_at(item, "toString", "to");
    rows.push_back(std::move(row));
  }
}

// The answer names issues by their ids only.
Async<std::map<std::string, std::string>> keys_by_id(Invocation call) {
  json::Object body{
      {"issueIdsOrKeys", to_array(call.list("issues"))}, {"fields", json::Array{"summary"}}
  };
  DAVIT_CO_TRY(
      auto const answer, co_await post_to_read(call, "/rest/api/3/issue/bulkfetch", std::move(body))
  );
  std::map<std::string, std::string> keys;
  auto const* issues = json::find_array(answer, "issues");
  for (auto const& issue : issues == nullptr ? json::Array() : *issues) {
    keys[std::string(json::find_string(issue, "id").value_or(""))] =
        json::find_string(issue, "key").value_or("");
  }
  co_return keys;
}

// A moved issue comes under its new key, so this may name one that is there.
json::Array missing_of(
    const std::vector<Str>& asked, const std::map<std::string, std::string>& keys
) {
  json::Array missing;
  for (auto const name : asked) {
    auto const is_it = [&](auto const& each) { return each.first == name || each.second == name; };
    if (std::ranges::none_of(keys, is_it)) missing.emplace_back(name);
  }
  return missing;
}

Async<json::Object> body_of(Invocation call) {
  json::Object body{
      {"issueIdsOrKeys", to_array(call.list("issues"))}, {"maxResults", call.integer("limit")}
  };
  auto const names = call.list("fields");
  if (names.empty()) co_return body;
  DAVIT_CO_TRY(auto const catalogue, co_await fetch_catalogue(call));
  json::Array ids;
  for (auto const name : names) {
    DAVIT_CO_TRY(auto const* field, catalogue.find(name));
    ids.emplace_back(field->id);
  }
  body["fieldIds"] = std::move(ids);
  co_return body;
}

// Rows of one page, those before `since` left out.
json::Array rows_of_page(
    const json::Value& answer, const std::map<std::string, std::string>& keys, Str since
) {
  json::Array rows;
  auto const* logs = json::find_array(answer, "issueChangeLogs");
  for (auto const& log : logs == nullptr ? json::Array() : *logs) {
    std::string const id(json::find_string(log, "issueId").value_or(""));
    auto const known = keys.find(id);
    auto const name = keys.empty() ? "" : known == keys.end() ? id : known->second;
    auto const* histories = json::find_array(log, "changeHistories");
    for (auto const& history : histories == nullptr ? json::Array() : *histories) {
      add_changes(history, name, rows);
    }
  }
  auto const first = connector::to_minute(since).value_or(std::string(since));
  json::Array kept;
  for (auto& row : rows) {
    if (json::find_string(row, "at").value_or("") >= first) kept.push_back(std::move(row));
  }
  return kept;
}

// Jira answers the oldest first and knows no start, so pages before it are read through.
Async<json::Value> get_changelog(Invocation call) {
  DAVIT_CO_TRY(auto at, position(call));
  DAVIT_CO_TRY(auto body, co_await body_of(call));
  std::map<std::string, std::string> keys;
  auto const issues = call.list("issues");
  auto const is_id = [](Str text) { return text.find('-') == Str::npos; };
  auto is_known = issues.size() > 1 || std::ranges::any_of(issues, is_id);
  if (is_known) {
    DAVIT_CO_TRY(keys, co_await keys_by_id(call));
  }
  json::Array rows;
  std::string next = at.token;
  for (int number = 1; number <= kMostPages && rows.empty(); ++number) {
    at.token = next;
    if (!next.empty()) body["nextPageToken"] = next;
    DAVIT_CO_TRY(
        auto const answer, co_await post_to_read(call, "/rest/api/3/changelog/bulkfetch", body)
    );
    rows = rows_of_page(answer, keys, call.text("since"));
    next = json::find_string(answer, "nextPageToken").value_or("");
    if (next.empty()) break;
  }
  json::Object beside;
  auto const is_start = call.text("cursor").empty();
  if (is_start && keys.empty() && rows.empty()) {
    DAVIT_CO_TRY(keys, co_await keys_by_id(call));
    is_known = true;
  }
  if (auto missing = missing_of(issues, keys); is_start && is_known && !missing.empty()) {
    beside["not_found"] = std::move(missing);
  }
  if (!rows.empty()) beside["untrusted"] = note_foreign(call, "from, to, by");
  co_return make_list(call, at, std::move(rows), next, std::move(beside));
}

constexpr Tool kTools[] = {
    {
        .name = "jira_get_changelog",
        .title = "Get changelog",
        .description = "Who changed which fields of issues, and when, oldest first.",
        .toolset = "issues",
        .call = {.method = http::Method::post},
        .params =
            {
                kIssues,
                {.name = "fields",
                 .description = "Only changes of these.",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .max = 10},
                {.name = "since",
                 .description = "ISO 8601, or 7d.",
                 .in = In::none,
                 .kind = Kind::timestamp},
                {.name = "limit",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "50",
                 .min = 1,
                 .max = 100},
                kCursor,
            },
        .source = "https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/"
                  "#api-rest-api-3-changelog-bulkfetch-post",
        .run = get_changelog,
    },
};
static_assert(checked(kTools));

}  // namespace

json::Array show_changes(const json::Array& histories, std::size_t max_rows) {
  json::Array rows;
  for (auto const& history : histories) {
    if (rows.size() < max_rows) add_changes(history, "", rows);
  }
  if (rows.size() > max_rows) rows.resize(max_rows);
  return rows;
}

constinit const std::span<const Tool> jira_changelog_tools = kTools;

}  // namespace davit::connectors::atlassian

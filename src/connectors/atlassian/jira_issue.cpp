#include <algorithm>

#include <fmt/format.h>

#include "connectors/atlassian/jira_calls.h"
#include "connectors/atlassian/jira_changes.h"
#include "connectors/atlassian/jira_issue_fields.h"
#include "connectors/atlassian/jira_jql.h"
#include "connectors/atlassian/jira_rows.h"
#include "connectors/atlassian/jira_tables.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::size_t kMostEntries = 20;

constexpr Keep kComment =
    "id author=author.displayName~100 at=created edited=updated body~1000 jsdPublic";
constexpr Keep kTransition = "id name~60 to=to.name~60 screen=hasScreen?";
constexpr Keep kWorklog = "id by=author.displayName~60 started time=timeSpent comment~200";
constexpr Keep kRemoteLink =
    "id title=object.title~120 url=object.url~300 relationship~60 status=object.status.resolved?";
constexpr Keep kChild =
    "key summary=fields.summary~120 status=fields.status.name "
    "type=fields.issuetype.name";

// A part of the issue that is another request.
struct Section {
  Str name;
  std::string path;
  Str root;
  Keep keep;
  bool newest_last = false;  // Jira cannot turn it around
};

std::vector<Section> sections() {
  return {
      {"comments",
       "/rest/api/3/issue/{issue}/comment?orderBy=-created&maxResults=5",
       "comments",
       kComment},
      {"transitions", "/rest/api/3/issue/{issue}/transitions", "transitions", kTransition},
      {"worklog", "/rest/api/3/issue/{issue}/worklog?maxResults=1000", "worklogs", kWorklog, true},
      {"remote_links", "/rest/api/3/issue/{issue}/remotelink", "", kRemoteLink},
  };
}

Async<json::Value> children_of(Invocation call, const std::string& key) {
  json::Object body{
      {"jql", fmt::format("parent = {} ORDER BY rank", quote_jql(key))},
      {"fields", json::Array{"summary", "status", "issuetype"}},
      {"maxResults", 50}
  };
  return post_to_read(std::move(call), "/rest/api/3/search/jql", std::move(body));
}

void show_section(const Section& section, const json::Value& answer, json::Object& out) {
  auto const* rows = json::find_array(answer, section.root);
  if (rows == nullptr || rows->empty()) return;
  auto const most = section.newest_last ? kMostEntries : std::size_t{50};
  json::Array shown(*rows);
  if (section.newest_last) std::ranges::reverse(shown);
  if (shown.size() > most) shown.resize(most);
  auto const count = static_cast<std::int64_t>(rows->size());
  auto const total = json::find_int(answer, "total").value_or(count);
  if (total > static_cast<std::int64_t>(shown.size())) {
    out[fmt::format("{}_total", section.name)] = total;
  }
  auto reduced = reduce(section.keep, shown);
  for (auto& row : reduced.get_array()) {
    if (section.name == "comments" && row.is_object()) finish_comment(row.get_object());
  }
  out[section.name] = std::move(reduced);
}

Async<> add_sections(Invocation call, std::string key, json::Object* out) {
  std::vector<Section> wanted;
  std::vector<std::string> paths;
  for (auto& section : sections()) {
    if (!is_included(call, section.name)) continue;
    paths.push_back(section.path);
    wanted.push_back(std::move(section));
  }
  json::Object unavailable;
  DAVIT_CO_TRY(auto const answers, co_await call.get_each(std::move(paths)));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i]) {
      show_section(wanted[i], *answers[i], *out);
    } else {
      unavailable[wanted[i].name] = answers[i].error().message();
    }
  }
  if (is_included(call, "children")) {
    auto const children = co_await children_of(call, key);
    if (!children && children.error().kind() == ErrorKind::cancelled) co_return children.error();
    if (!children) unavailable["children"] = children.error().message();
    auto const* rows = children ? json::find(*children, "issues") : nullptr;
    if (rows != nullptr) put(*out, "children", reduce(kChild, *rows));
    if (children && json::find_string(*children, "nextPageToken")) {
      (*out)["more_children"] = fmt::format("jira_search with parent = {} has all", key);
    }
  }
  put(*out, "unavailable", std::move(unavailable));
  co_return Result<>();
}

Async<json::Value> get_issue(Invocation call) {
  std::vector<Column> columns;
  std::string fields = "*all,-comment,-worklog";
  auto const is_chosen = !call.list("fields").empty();
  if (is_chosen) {
    DAVIT_CO_TRY(columns, co_await choose_columns(call));
    fields = joined_ids(columns);
    if (is_included(call, "links")) fields += ",issuelinks";
    if (is_included(call, "attachments")) fields += ",attachment";
  }
  auto const with_history = is_included(call, "changelog");
  call.arguments()["_fields"] = fields;
  auto const* path =
      with_history ? "/rest/api/3/issue/{issue}?fields={_fields}&expand=names,schema,changelog"
                   : "/rest/api/3/issue/{issue}?fields={_fields}&expand=names,schema";
  DAVIT_CO_TRY(auto const issue, co_await call.get(path));
  DAVIT_CO_TRY(auto const site, co_await site_of(call));
  std::string const key(json::find_string(issue, "key").value_or(""));
  std::vector<Column> placed;
  std::vector<Column> others;
  for (auto const& column : columns) (has_place(column.id) ? placed : others).push_back(column);
  auto out = row_of(issue, placed);
  put(out, "url", json::Value(address_of(site, key)));
  if (!is_chosen) show_all_fields(issue, out);
  auto beside = row_of(issue, others);
  beside.erase("key");
  if (is_chosen) put(out, "fields", std::move(beside));
  show_within(call, issue, out);
  if (!is_chosen) put(out, "omitted", counts_of(call, issue));
  if (auto const* doc = json::find(issue, "fields.description")) {
    put(out,
        "description",
        json::Value(rich_text(*doc, static_cast<std::size_t>(call.integer("max_chars")))));
  }
  if (with_history) {
    auto const* histories = json::find_array(issue, "changelog.histories");
    auto changes =
        histories == nullptr ? json::Array() : show_changes(*histories, kMostEntries + 1);
    if (changes.size() > kMostEntries) {
      changes.resize(kMostEntries);
      out["more_changes"] = "these are the newest; jira_get_changelog has all";
    }
    put(out, "changelog", std::move(changes));
  }
  DAVIT_CO_CHECK(co_await add_sections(call, key, &out));
  co_return out;
}

constexpr Tool kTools[] = {
    {
        .name = "jira_get_issue",
        .title = "Get issue",
        .description = "An issue with its fields, its description as Markdown, and the newest "
                       "comments.",
        .toolset = "issues",
        .params =
            {
                kIssue,
                kFields,
                {.name = "include",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .choices = "comments|links|children|attachments|transitions|changelog|worklog|"
                            "remote_links",
                 .fallback = "comments|links"},
                {.name = "max_chars",
                 .description = "Of the description.",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "8000",
                 .min = 200,
                 .max = 30000},
            },
        .foreign = "summary assignee reporter labels environment description parent.summary fields "
                   "links.summary children.summary attachments.filename comments.body "
                   "comments.author changelog worklog.comment remote_links",
        .source = "https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/"
                  "#api-rest-api-3-issue-issueidorkey-get",
        .run = get_issue,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> jira_issue_tools = kTools;

}  // namespace davit::connectors::atlassian

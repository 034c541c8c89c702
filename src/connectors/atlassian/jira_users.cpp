#include <charconv>

#include <fmt/format.h>

#include "connector/projection.h"
#include "connectors/atlassian/jira_calls.h"
#include "connectors/atlassian/jira_tables.h"
#include "http/url.h"

namespace davit::connectors::atlassian {
namespace {

constexpr Keep kUser =
    "account_id=accountId name=displayName~100 email=emailAddress~100 type=accountType active";

// Answers are bare lists, short of the limit at their end or where accounts are hidden.
Async<json::Value> find_users(Invocation call) {
  DAVIT_CO_TRY(auto const at, position(call));
  std::vector<std::pair<std::string, std::string>> query{
      {"query", std::string(call.text("query"))},
      {"maxResults", fmt::format("{}", call.integer("limit"))}
  };
  if (call.has("issue")) query.emplace_back("issueKey", call.text("issue"));
  if (call.has("project")) query.emplace_back("project", call.text("project"));
  if (!at.token.empty()) query.emplace_back("startAt", at.token);
  auto const is_assignable = call.has("issue") || call.has("project");
  auto const* path =
      is_assignable ? "/rest/api/3/user/assignable/search?" : "/rest/api/3/user/search?";
  DAVIT_CO_TRY(
      auto const page,
      co_await call.send(make_request(http::Method::get, path + http::to_query(query)))
  );
  if (!page.body.is_array()) co_return Error(ErrorKind::protocol, "Jira answered without a list");
  auto rows = Projection(kUser).apply(page.body, {}).get_array();
  json::Object beside;
  if (!rows.empty()) beside["untrusted"] = note_foreign(call, "name, email");
  std::string next;
  if (static_cast<std::int64_t>(rows.size()) >= call.integer("limit")) {
    std::int64_t start = 0;
    std::from_chars(at.token.data(), at.token.data() + at.token.size(), start);
    next = fmt::format("{}", start + static_cast<std::int64_t>(rows.size()));
  }
  co_return make_list(call, at, std::move(rows), next, std::move(beside));
}

constexpr Tool kTools[] = {
    {
        .name = "jira_find_users",
        .title = "Find users",
        .description = "People by name or e-mail address.",
        .toolset = "projects",
        .params =
            {
                {.name = "query", .in = In::none, .required = true},
                {.name = "issue", .description = "Assignable to it.", .in = In::none},
                {.name = "project",
                 .description = "Assignable in it.",
                 .in = In::none,
                 .needs = "!issue"},
                {.name = "limit",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "10",
                 .min = 1,
                 .max = 50},
                kCursor,
            },
        .scopes = "read:jira-user",
        .source = "https://developer.atlassian.com/cloud/jira/platform/rest/v3/"
                  "api-group-user-search/#api-rest-api-3-user-search-get",
        .run = find_users,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> jira_user_tools = kTools;

}  // namespace davit::connectors::atlassian

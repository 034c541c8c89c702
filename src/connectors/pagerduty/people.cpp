#include <algorithm>

#include "connector/arguments.h"
#include "connector/failure.h"
#include "connector/instance.h"
#include "connector/projection.h"
#include "connectors/pagerduty/tables.h"

namespace davit::connectors::pagerduty {
namespace {

constexpr Keep kUser =
    "id name~100 email~100 role job_title~100 time_zone teams=teams.summary~100 url=html_url";

// What decides whether tools here work: AIOps, priorities, automation.
constexpr Str kAbilities[] = {
    "teams",
    "urgencies",
    "incident_priorities",
    "event_intelligence",
    "aiops",
    "past_incidents",
    "related_incidents",
    "advanced_analytics",
    "incident_workflows",
    "response_mobilizer",
    "stakeholder_communications",
    "status_pages",
    "custom_fields",
};

json::Array telling(const json::Value& body) {
  json::Array shown;
  auto const* all = json::find_array(body, "abilities");
  for (auto const& ability : all == nullptr ? json::Array() : *all) {
    auto const name = json::find_string(ability, "").value_or("");
    if (std::ranges::find(kAbilities, name) != std::end(kAbilities)) shown.emplace_back(name);
  }
  return shown;
}

// A key of the account is no failure: it just belongs to nobody.
Async<json::Value> get_current_user(Invocation call) {
  std::vector<std::string> paths{"/users/me", "/abilities"};
  DAVIT_CO_TRY(auto const answers, co_await call.get_each(std::move(paths)));
  auto const& me = answers[0];
  auto const& abilities = answers[1];
  json::Object out;
  if (me) {
    auto const* user = json::find(*me, "user");
    out = Projection(kUser)
              .apply(user == nullptr ? json::Value(json::Object()) : *user, {})
              .as_object();
    out["key"] = "of this user";
  } else if (http_status_of(me.error()) == 400) {
    auto const& configured = call.instance().settings().user;
    out["key"] = "of the account, of no user";
    out["writes_as"] = configured.empty() ? "nobody: the setting `user` is missing" : configured;
  } else {
    co_return me.error();
  }
  if (abilities) {
    out["abilities"] = telling(*abilities);
  } else {
    out["unavailable"] = json::Object{{"abilities", abilities.error().message()}};
  }
  co_return out;
}

Async<ApiRequest> make_find_users(Invocation call) {
  DAVIT_CO_TRY(auto request, build_request(call.tool(), call.arguments()));
  if (call.flag("include_contact")) request.target += "&include[]=contact_methods";
  co_return request;
}

// Without being asked for they come as bare references.
void finish_find_users(const json::Object& arguments, json::Object& answer) {
  if (flag_of(arguments, "include_contact")) return;
  for (auto& item : answer["items"].get_array()) {
    if (auto* user = item.if_object()) user->erase("contact");
  }
}

constexpr Tool kTools[] = {
    {
        .name = "pagerduty_get_current_user",
        .title = "Get current user",
        .description = "Whose key these tools work with, and what the account can do.",
        .toolset = "people",
        .call = {.path = "/users/me|/abilities"},
        .foreign = "name email job_title teams",
        .scopes = "users.read and abilities.read",
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1users~1me/get",
        .run = get_current_user,
    },
    {
        .name = "pagerduty_find_users",
        .title = "Find users",
        .description = "People by name, e-mail or team.",
        .toolset = "people",
        .call = {.path = "/users"},
        .params =
            {
                {.name = "query", .description = "Part of a name or e-mail."},
                kTeams,
                {.name = "include_contact",
                 .description = "With phone numbers and addresses.",
                 .in = In::none,
                 .kind = Kind::boolean},
                kLimit,
                kCursor,
            },
        .paging = kOffset,
        .root = "users",
        .keep = "id name~100 email~100 role job_title~100 time_zone teams=teams.summary~100 "
                "contact=contact_methods{type label~50 address~100}",
        .source = "https://developer.pagerduty.com/api-reference/c96e889522dd6-list-users",
        .make = make_find_users,
        .finish = finish_find_users,
    },
    {
        .name = "pagerduty_list_teams",
        .title = "List teams",
        .description = "The teams of the account.",
        .toolset = "people",
        .offer = Offer::by_toolset,
        .call = {.path = "/teams"},
        .params = {kQuery, kLimit, kCursor},
        .paging = kOffset,
        .root = "teams",
        .keep = "id name~100 description~200 parent=parent.id",
        .scopes = "teams.read",
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1teams/get",
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> people_tools = kTools;

}  // namespace davit::connectors::pagerduty

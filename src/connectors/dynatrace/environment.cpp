// Which environment this is, and what its token may do.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/strings.h"
#include "connector/instance.h"
#include "connector/invocation.h"
#include "connector/projection.h"
#include "connectors/dynatrace/place.h"
#include "connectors/dynatrace/tables.h"

namespace davit::connectors::dynatrace {
namespace {

struct Need {
  Str toolset;
  Str access_token;  // scopes divided by blanks; empty where it cannot be used
  Str platform_token;
};

// https://docs.dynatrace.com/docs/manage/identity-access-management/access-tokens-and-oauth-clients
constexpr Need kNeeds[] = {
    {"problems", "problems.read", "environment-api:problems:read"},
    {"problems (write)", "problems.write", "environment-api:problems:write"},
    {"dql", "", "storage:buckets:read"},
    {"logs", "logs.read", "storage:logs:read storage:buckets:read"},
    {"metrics", "metrics.read", "environment-api:metrics:read"},
    {"entities", "entities.read", "environment-api:entities:read"},
    {"events", "events.read", "environment-api:events:read storage:events:read"},
    {"events (write)", "events.ingest", "storage:events:write"},
    {"slo", "slo.read", "environment-api:slo:read"},
    {"security", "securityProblems.read", "environment-api:security-problems:read"},
    {"traces", "", "storage:spans:read storage:buckets:read"},
    {"documents", "", "document:documents:read"},
    {"maintenance (write)", "settings.write", "settings:objects:write"},
};

void show_needs(
    const std::set<std::string, std::less<>>& granted, bool platform, json::Object& out
) {
  json::Array usable;
  json::Object missing;
  for (auto const& need : kNeeds) {
    auto const scopes = platform ? need.platform_token : need.access_token;
    json::Array lacking;
    for (auto const scope : split(scopes, ' ')) {
      if (!scope.empty() && !granted.contains(scope)) lacking.push_back(json::Value(scope));
    }
    if (scopes.empty()) {
      missing[need.toolset] = "needs the platform";
    } else if (lacking.empty()) {
      usable.push_back(json::Value(need.toolset));
    } else {
      missing[need.toolset] = std::move(lacking);
    }
  }
  out["usable"] = std::move(usable);
  if (!missing.empty()) out["missing"] = std::move(missing);
}

Async<json::Value> platform_info(Invocation call) {
  DAVIT_CO_TRY(auto const environment, co_await call.get("plat:/management/v1/environment"));
  static Projection const kKeep("environment=environmentId state created=createTime@");
  auto out = kKeep.apply(environment, {}).get_object();
  out["api"] = "platform: API v2 and Grail";
  json::Array permissions;
  std::set<Str> asked;
  for (auto const& need : kNeeds) {
    for (auto const scope : split(need.platform_token, ' ')) {
      if (asked.insert(scope).second) permissions.push_back(json::Object{{"permission", scope}});
    }
  }
  auto request = make_request(
      http::Method::post,
      "plat:/management/v1/effective-permissions:resolve",
      json::Object{{"permissions", std::move(permissions)}}
  );
  request.is_repeatable = true;
  auto const page = co_await call.send(std::move(request));
  if (!page) {
    if (page.error().kind() == ErrorKind::cancelled) co_return page.error();
    out["unavailable"] = json::Object{{"permissions", page.error().message()}};
    co_return out;
  }
  std::set<std::string, std::less<>> granted;
  auto const* all = page->body.if_array();
  if (all == nullptr) all = json::find_array(page->body, "permissions");
  for (auto const& entry : all == nullptr ? json::Array() : *all) {
    // "condition" grants it for a part of the data.
    if (json::find_string(entry, "granted").value_or("false") == "false") continue;
    granted.emplace(json::find_string(entry, "permission").value_or(""));
  }
  show_needs(granted, true, out);
  co_return out;
}

// The token goes to the host that it belongs to, in the body, as the API wants it.
Async<json::Value> classic_info(Invocation call) {
  auto const& settings = call.instance().settings();
  auto request = make_request(
      http::Method::post,
      "v2:/apiTokens/lookup",
      json::Object{{"token", settings.credential.reveal()}}
  );
  request.is_repeatable = true;
  json::Object out{{"environment", call.instance().upstream().base().host}};
  out["api"] = "access token: API v2 without DQL, traces and documents";
  auto const page = co_await call.send(std::move(request));
  if (!page) {
    if (page.error().kind() == ErrorKind::cancelled) co_return page.error();
    // The lookup itself needs a scope that others do without.
    if (page.error().kind() != ErrorKind::forbidden) co_return page.error();
    out["unavailable"] = json::Object{{"scopes", page.error().message()}};
    co_return out;
  }
  static Projection const kKeep("token=name~100 enabled expires=expirationDate@");
  auto shown = kKeep.apply(page->body, {}).get_object();
  for (auto& member : shown) out[member.key()] = std::move(member.value());
  std::set<std::string, std::less<>> granted;
  auto const* scopes = json::find_array(page->body, "scopes");
  for (auto const& scope : scopes == nullptr ? json::Array() : *scopes) {
    if (auto const* text = scope.if_string()) granted.emplace(json::view(*text));
  }
  show_needs(granted, false, out);
  co_return out;
}

Async<json::Value> get_environment_info(Invocation call) {
  if (has_platform(call)) co_return co_await platform_info(call);
  co_return co_await classic_info(call);
}

constexpr Tool kTools[] = {
    {
        .name = "dynatrace_get_environment_info",
        .title = "Get environment info",
        .description = "Which environment this is, and which toolsets its token may use.",
        .toolset = "environment",
        .foreign = "token",
        .source = "https://developer.dynatrace.com/develop/sdks/"
                  "client-platform-management-service/",
        .run = get_environment_info,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> environment_tools = kTools;

}  // namespace davit::connectors::dynatrace

#include "sandbox/dynatrace/auth.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/crypto.h"
#include "sandbox/dynatrace/answers.h"

namespace davit::sandbox::dynatrace {
namespace {

struct Scope {
  std::string_view name;
  bool limited = false;  // the limited token has it too
};

constexpr Scope kScopes[] = {
    {"environment-api:problems:read", true},
    {"environment-api:problems:write"},
    {"environment-api:entities:read", true},
    {"environment-api:metrics:read", true},
    {"environment-api:events:read"},
    {"environment-api:slo:read"},
    {"environment-api:security-problems:read"},
    {"settings:objects:read"},
    {"settings:objects:write"},
    {"storage:buckets:read", true},
    {"storage:logs:read", true},
    {"storage:events:read"},
    {"storage:events:write"},
    {"storage:spans:read"},
    {"storage:bizevents:read"},
    {"storage:metrics:read", true},
    {"storage:entities:read"},
    {"storage:smartscape:read"},
    {"document:documents:read"},
    {"document:documents:write"},
    {"davis-copilot:nl2dql:execute"},
};

struct Need {
  std::string_view prefix;
  std::string_view read;
  std::string_view write;
};

constexpr Need kNeeds[] = {
    {"/problems", "environment-api:problems:read", "environment-api:problems:write"},
    {"/events/ingest", "storage:events:write", "storage:events:write"},
    {"/events", "environment-api:events:read", "environment-api:events:read"},
    {"/entit", "environment-api:entities:read", "environment-api:entities:read"},
    {"/metrics", "environment-api:metrics:read", "environment-api:metrics:read"},
    {"/slo", "environment-api:slo:read", "environment-api:slo:read"},
    {"/securityProblems",
     "environment-api:security-problems:read",
     "environment-api:security-problems:read"},
    {"/settings", "settings:objects:read", "settings:objects:write"},
    {"/logs", "storage:logs:read", "storage:logs:read"},
};

http::Response unauthorized(std::string_view message) {
  auto response = error(401, message);
  response.headers.add("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace

bool has_scope(const Token& token, std::string_view scope) {
  auto const* found = std::ranges::find(kScopes, scope, &Scope::name);
  return found != std::end(kScopes) && (!token.is_limited || found->limited);
}

std::optional<http::Response> sign_in(
    World& world, const http::Request& request, bool is_platform
) {
  auto const given = request.headers.get("Authorization");
  if (!given) return unauthorized("Missing authorization parameter.");
  auto const scheme = is_platform ? std::string_view("Bearer ") : std::string_view("Api-Token ");
  if (!given->starts_with(scheme)) {
    return unauthorized(
        is_platform ? "Unsupported authorization scheme 'Api-Token'" : "Token Authentication failed"
    );
  }
  auto const value = given->substr(scheme.size());
  for (auto const& token : world.tokens) {
    if (token.is_platform != is_platform || !equal_in_constant_time(token.value, value)) continue;
    world.caller = &token;
    return std::nullopt;
  }
  return unauthorized(
      is_platform ? "The token is invalid or expired" : "Token Authentication failed"
  );
}

std::optional<http::Response> check_classic_scope(
    const World& world, const Call& call, std::string_view path
) {
  auto const* need =
      std::ranges::find_if(kNeeds, [&](const Need& one) { return path.starts_with(one.prefix); });
  if (need == std::end(kNeeds)) return std::nullopt;
  auto const scope = call.request.method == http::Method::get ? need->read : need->write;
  if (has_scope(*world.caller, scope)) return std::nullopt;
  return error(403, fmt::format("Token is missing required scope. Use one of: {}", scope));
}

}  // namespace davit::sandbox::dynatrace

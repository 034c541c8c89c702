// What a classic access token is.
#include <algorithm>

#include "sandbox/dynatrace/answers.h"

namespace davit::sandbox::dynatrace {
namespace {

http::Response look_up(World& world, Call& call) {
  auto const value = body_text(call, "token");
  auto const found = std::ranges::find_if(world.tokens, [&](const Token& one) {
    return !one.is_platform && one.value == value;
  });
  if (found == world.tokens.end()) return error(404, "Token does not exist");
  return json_answer(json::Object{
      {"id", value.substr(0, value.rfind('.'))},
      {"name", "sandbox"},
      {"enabled", true},
      {"personalAccessToken", false},
      {"owner", found->name},
      {"creationDate", to_text(world.store.seeded - std::chrono::days(90))},
      {"lastUsedDate", to_text(call.now)},
      {"lastUsedIpAddress", "127.0.0.1"},
      {"expirationDate", nullptr},
      {"scopes",
       json::Array{
           "problems.read",
           "problems.write",
           "entities.read",
           "metrics.read",
           "events.read",
           "events.ingest",
           "logs.read",
           "slo.read",
           "securityProblems.read",
           "settings.read",
           "settings.write",
           "apiTokens.read",
       }},
  });
}

constexpr Row kRoutes[] = {{http::Method::post, "/apiTokens/lookup", look_up}};

}  // namespace

std::span<const Row> token_routes() { return kRoutes; }

}  // namespace davit::sandbox::dynatrace

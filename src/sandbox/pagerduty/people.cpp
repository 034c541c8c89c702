// Users, teams, priorities, and what the account may do.
#include <algorithm>

#include "sandbox/pagerduty/answers.h"
#include "sandbox/pagerduty/entities.h"

namespace davit::sandbox::pagerduty {
namespace {

using enum http::Method;

constexpr std::string_view kAbilities[] = {
    "teams", "read_only_users", "service_support_hours", "urgencies", "incident_priorities"
};

std::vector<std::string> abilities_of(const World& world) {
  std::vector<std::string> all(std::begin(kAbilities), std::end(kAbilities));
  if (world.options.aiops) all.insert(all.end(), {"event_intelligence", "past_incidents"});
  return all;
}

http::Response abilities(World& world, Call&) {
  auto const all = abilities_of(world);
  return json_answer(json::Object{{"abilities", json::Array(all.begin(), all.end())}});
}

http::Response one_ability(World& world, Call& call) {
  if (is_among(abilities_of(world), call.arg("id"))) return no_content();
  return error(402, 2014, "Account does not have the abilities to perform the action.");
}

http::Response me(World& world, Call&) {
  if (world.caller == nullptr) {
    return invalid("An account level API key belongs to no user; use a user key");
  }
  return json_answer(json::Object{{"user", show_user(world, *world.caller)}});
}

http::Response list_users(World& world, Call& call) {
  std::vector<const User*> rows;
  for (auto const& user : world.store.users) {
    if (!matches_query(call, user.name) && !matches_query(call, user.email)) continue;
    if (fits_any(call.list("team_ids[]"), user.teams)) rows.push_back(&user);
  }
  std::ranges::sort(rows, {}, &User::name);
  return paged(call, "users", rows, [&](auto const& row) { return show_user(world, row); });
}

Or<const User*> user_of(const World& world, const Call& call) {
  auto const* user = find(world.store.users, call.arg("id"));
  if (user == nullptr) return not_found();
  return user;
}

http::Response one_user(World& world, Call& call) {
  DAVIT_TRY(auto const* const user, user_of(world, call));
  return json_answer(json::Object{{"user", show_user(world, *user)}});
}

http::Response contact_methods(World& world, Call& call) {
  DAVIT_TRY(auto const* const user, user_of(world, call));
  json::Array methods;
  methods.push_back(show_contact_method(world, *user));
  return json_answer(json::Object{{"contact_methods", std::move(methods)}});
}

http::Response list_teams(World& world, Call& call) {
  std::vector<const Team*> rows;
  for (auto const& team : world.store.teams) {
    if (matches_query(call, team.name)) rows.push_back(&team);
  }
  return paged(call, "teams", rows, [&](auto const& row) { return show_team(world, row); });
}

http::Response one_team(World& world, Call& call) {
  auto const* team = find(world.store.teams, call.arg("id"));
  if (team == nullptr) return not_found();
  return json_answer(json::Object{{"team", show_team(world, *team)}});
}

http::Response members(World& world, Call& call) {
  if (find(world.store.teams, call.arg("id")) == nullptr) return not_found();
  std::vector<const User*> rows;
  for (auto const& user : world.store.users) {
    if (is_among(user.teams, call.arg("id"))) rows.push_back(&user);
  }
  return paged(call, "members", rows, [&](auto const& row) {
    return json::Object{
        {"user", reference(world, "user", row.id)},
        {"role", row.role == "admin" ? "manager" : "responder"}
    };
  });
}

http::Response list_priorities(World& world, Call& call) {
  std::vector<const Priority*> rows;
  for (auto const& priority : world.store.priorities) rows.push_back(&priority);
  return paged(call, "priorities", rows, [&](auto const& row) {
    return show_priority(world, row);
  });
}

constexpr Route<World> kRoutes[] = {
    {get, "/abilities", abilities},
    {get, "/abilities/:id", one_ability},
    {get, "/users", list_users},
    {get, "/users/me", me},
    {get, "/users/:id", one_user},
    {get, "/users/:id/contact_methods", contact_methods},
    {get, "/teams", list_teams},
    {get, "/teams/:id", one_team},
    {get, "/teams/:id/members", members},
    {get, "/priorities", list_priorities},
};

}  // namespace

Routes people_routes() { return kRoutes; }

}  // namespace davit::sandbox::pagerduty

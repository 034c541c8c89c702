#include <fmt/format.h>

#include "sandbox/confluence/entities.h"
#include "sandbox/confluence/routes.h"

namespace davit::sandbox::confluence {
namespace {

using enum http::Method;

constexpr std::size_t kMostUsers = 250;

// Ids that are nobody's are left out.
http::Response users_bulk(World&, Call& call) {
  auto const* ids = json::find_array(call.body, "accountIds");
  if (ids == nullptr || ids->empty() || ids->size() > kMostUsers) {
    return v2_error(400, "accountIds must have 1 to 250 entries");
  }
  json::Array results;
  for (auto const& id : *ids) {
    if (auto const* person = person_of(text_of(&id))) results.emplace_back(show_user(*person));
  }
  return v2_page(call, std::move(results), {});
}

json::Object show_v1_user(const story::Person& person) {
  auto const shown = show_user(person);
  return {
      {"type", "known"},
      {"accountId", shown.at("accountId")},
      {"accountType", "atlassian"},
      {"email", shown.at("email")},
      {"publicName", person.name},
      {"displayName", person.name},
      {"profilePicture", shown.at("profilePicture")},
      {"isExternalCollaborator", false}
  };
}

http::Response current_user(World&, Call&) { return json_answer(show_v1_user(story::kCaller)); }

http::Response get_user(World&, Call& call) {
  auto const id = call.text("accountId");
  if (!id) return v1_error(400, "accountId is required");
  auto const* person = person_of(*id);
  if (person == nullptr) return v1_error(404, fmt::format("No user found with key : {}", *id));
  return json_answer(show_v1_user(*person));
}

constexpr Route kRoutes[] = {
    {post, "/wiki/api/v2/users-bulk", users_bulk},
    {get, "/wiki/rest/api/user/current", current_user},
    {get, "/wiki/rest/api/user", get_user},
};

}  // namespace

std::span<const Route> user_routes() { return kRoutes; }

}  // namespace davit::sandbox::confluence

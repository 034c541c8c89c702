// Who is asking, what the instance is, who the others are.
#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/gitlab/entities.h"
#include "sandbox/gitlab/paging.h"
#include "sandbox/gitlab/routes.h"

namespace davit::sandbox::gitlab {
namespace {

using enum http::Method;

constexpr std::string_view kVersion = "19.4.1-ee";
constexpr std::string_view kRevision = "6b1f6a8d2c1";

http::Response current_user(Call& call) { return answer(show_current_user(call, *call.user)); }

http::Response current_token(Call& call) {
  return answer(json::Object{
      {"id", call.token->id},
      {"name", call.token->name},
      {"revoked", false},
      {"created_at", "2026-06-01T08:00:00.000Z"},
      {"description", nullptr},
      {"scopes", to_json(call.token->scopes)},
      {"user_id", call.token->user},
      {"last_used_at", to_text(call.now)},
      {"active", true},
      {"expires_at", "2027-05-31"},
      {"last_used_ips", json::Array{"127.0.0.1"}},
  });
}

json::Object version_body() { return {{"version", kVersion}, {"revision", kRevision}}; }

http::Response version(Call&) { return answer(version_body()); }

http::Response metadata(Call& call) {
  auto body = version_body();
  body["kas"] = json::Object{
      {"enabled", true},
      {"externalUrl", fmt::format("{}/-/kubernetes-agent/", call.base_url)},
      {"externalK8sProxyUrl", fmt::format("{}/-/kubernetes-agent/k8s-proxy/", call.base_url)},
      {"version", "19.4.0"}
  };
  body["enterprise"] = true;
  return answer(body);
}

constexpr Param kUserList[] = {
    {"username"},
    {"search"},
    {"active", Kind::flag},
    {"humans", Kind::flag},
    {"without_project_bots", Kind::flag},
    {"order_by", Kind::text, Need::optional, "id|name|username|created_at|updated_at", "id"},
    {"sort", Kind::text, Need::optional, "asc|desc", "desc"},
};

http::Response list_users(Call& call) {
  auto const username = call.text("username");
  auto const search = to_lower(call.text("search").value_or(""));
  auto const without_bots = call.flag("humans") || call.flag("without_project_bots");
  std::vector<Id> found;
  for (auto const& [id, user] : call.store.users) {
    if (username && !iequals(user.username, *username)) continue;
    if (without_bots && user.is_bot) continue;
    auto const fits = to_lower(user.name).find(search) != std::string::npos ||
                      to_lower(user.username).find(search) != std::string::npos ||
                      user.email == search;
    if (fits) found.push_back(id);
  }
  if (call.text("sort") == "desc") std::ranges::reverse(found);
  return paged(call, found, [&](Id id) { return show_user_basic(call, id); });
}

http::Response one_user(Call& call) {
  auto const found = call.store.users.find(call.id_arg("id"));
  if (found == call.store.users.end()) return not_found("User");
  return answer(show_user(call, found->second));
}

constexpr Route kRoutes[] = {
    {get, "/user", current_user, {}, {}, Who::signed_in},
    {get, "/personal_access_tokens/self", current_token, {}, {}, Who::signed_in},
    {get, "/version", version, {}, {}, Who::signed_in},
    {get, "/metadata", metadata, {}, {}, Who::signed_in},
    {get, "/users", list_users, kUserList, {}, Who::signed_in},
    {get, "/users/#id", one_user, {}, {}, Who::signed_in},
};

}  // namespace

std::span<const Route> user_routes() { return kRoutes; }

}  // namespace davit::sandbox::gitlab

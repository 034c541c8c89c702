#include <algorithm>

#include <fmt/format.h>

#include "connector/arguments.h"
#include "connectors/gitlab/context.h"

namespace davit::connectors::gitlab {
namespace {

struct Kind {
  std::string_view name;
  std::string_view path;    // behind the project or group
  std::string_view search;  // the name of that parameter here
  bool has_group = true;
};

constexpr Kind kKinds[] = {
    {"labels", "labels", "search"},
    {"milestones", "milestones?state=active", "search"},
    {"members", "members/all", "query"},
    {"iterations", "iterations?state=opened", "search"},
    {"protected_branches", "protected_branches", "search", false},
};

const Kind& kind_of(const json::Object& arguments) {
  auto const name = connector::text_of(arguments, "kind");
  auto const* found = std::ranges::find(kKinds, name, &Kind::name);
  return found == std::end(kKinds) ? kKinds[0] : *found;
}

struct Role {
  std::int64_t level;
  std::string_view name;
};

// https://docs.gitlab.com/api/access_requests/#valid-access-levels
constexpr Role kRoles[] = {
    {5, "minimal access"},
    {10, "guest"},
    {15, "planner"},
    {20, "reporter"},
    {30, "developer"},
    {40, "maintainer"},
    {50, "owner"},
};

}  // namespace

Result<> check_metadata(const json::Object& arguments) {
  auto const has_project = arguments.contains("project");
  if (has_project == arguments.contains("group")) {
    return Error(ErrorKind::invalid_input, "give either project or group");
  }
  if (!has_project && !kind_of(arguments).has_group) {
    return Error(
        ErrorKind::invalid_input, fmt::format("{} are of a project", kind_of(arguments).name)
    );
  }
  return {};
}

Async<connector::ApiRequest> list_metadata(connector::Invocation call) {
  auto const& kind = kind_of(call.arguments());
  auto path = fmt::format(
      "/{}/{}", call.has("project") ? "projects/{project}" : "groups/{group}", kind.path
  );
  path += path.find('?') == path.npos ? '?' : '&';
  if (call.has("search")) path += fmt::format("{}={{search}}&", kind.search);
  path += "per_page={limit}";
  connector::ApiRequest request;
  DAVIT_CO_TRY(request.target, connector::expand_path(path, call.arguments()));
  co_return request;
}

void name_roles(const json::Object&, json::Object& answer) {
  for (auto& item : answer["items"].get_array()) {
    if (!item.is_object()) continue;
    auto& fields = item.get_object();
    auto const level = json::find_int(item, "role");
    auto const* role = std::ranges::find(kRoles, level.value_or(0), &Role::level);
    if (level && role != std::end(kRoles)) fields["role"] = role->name;
    // 1 is upcoming. https://docs.gitlab.com/api/iterations/
    constexpr std::string_view kStates[] = {"upcoming", "current", "closed"};
    auto const state = json::find_int(item, "state").value_or(0);
    if (state >= 1 && state <= 3) fields["state"] = kStates[state - 1];
    // A person's username says it.
    if (fields.contains("username")) fields.stable_erase("state");
  }
}

}  // namespace davit::connectors::gitlab

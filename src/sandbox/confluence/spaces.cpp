#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/confluence/entities.h"
#include "sandbox/confluence/routes.h"
#include "sandbox/sorted.h"

namespace davit::sandbox::confluence {
namespace {

using enum http::Method;

bool is_wanted(const std::vector<std::string>& wanted, std::string_view text) {
  return wanted.empty() ||
         std::ranges::any_of(wanted, [&](auto const& one) { return iequals(one, text); });
}

http::Response list_spaces(World& world, Call& call) {
  DAVIT_TRY(auto const ids, id_list(call, "ids"));
  DAVIT_TRY(
      auto const type, choice(call, "type", "global collaboration knowledge_base personal", "")
  );
  DAVIT_TRY(auto const status, choice(call, "status", "current archived", ""));
  DAVIT_TRY(auto sort, choice(call, "sort", "id -id key -key name -name", "id"));
  DAVIT_TRY(auto const form, choice(call, "description-format", "plain view", ""));
  auto const keys = list_of(call, "keys");
  std::vector<const Space*> rows;
  for (auto const& [id, space] : world.store.spaces) {
    if (!ids.empty() && std::ranges::find(ids, id) == ids.end()) continue;
    if (!is_wanted(keys, space.key)) continue;
    if ((!type.empty() && space.type != type) || (!status.empty() && space.status != status)) {
      continue;
    }
    rows.push_back(&space);
  }
  if (sort.ends_with("key")) sort_by(rows, &Space::key);
  if (sort.ends_with("name")) sort_by(rows, &Space::name);
  if (sort.starts_with('-')) std::ranges::reverse(rows);
  return v2_list(call, rows, [&](const Space* space) { return show_space(*space, form); });
}

http::Response get_space(World& world, Call& call) {
  DAVIT_TRY(auto const id, id_arg(call, "id"));
  DAVIT_TRY(auto const form, choice(call, "description-format", "plain view", ""));
  auto const found = world.store.spaces.find(id);
  if (found == world.store.spaces.end()) return v2_not_found("Space not found");
  auto shown = show_space(found->second, form);
  if (call.flag("include-labels")) {
    shown["labels"] = included({}, fmt::format("/wiki/api/v2/spaces/{}/labels", id));
  }
  return json_answer(shown);
}

constexpr Route kRoutes[] = {
    {get, "/wiki/api/v2/spaces", list_spaces},
    {get, "/wiki/api/v2/spaces/:id", get_space},
};

}  // namespace

std::span<const Route> space_routes() { return kRoutes; }

}  // namespace davit::sandbox::confluence

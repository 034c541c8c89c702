// The history of a page.
#include <algorithm>

#include <fmt/format.h>

#include "sandbox/confluence/entities.h"
#include "sandbox/confluence/routes.h"

namespace davit::sandbox::confluence {
namespace {

using enum http::Method;

http::Response list_versions(World& world, Call& call) {
  DAVIT_TRY(auto const* page, page_arg(world, call));
  DAVIT_TRY(auto const form, choice(call, "body-format", kBulkFormats, ""));
  DAVIT_TRY(
      auto const order, choice(call, "sort", "modified-date -modified-date", "-modified-date")
  );
  std::vector<const Version*> rows;
  for (auto const& version : page->versions) rows.push_back(&version);
  if (order.starts_with('-')) std::ranges::reverse(rows);
  return v2_list(call, rows, [&](const Version* version) {
    auto shown = show_version(*version);
    shown["page"] = json::Object{
        {"id", fmt::format("{}", page->id)},
        {"title", version->title},
        {"body", show_body(version->body, form)}
    };
    return shown;
  });
}

http::Response get_version(World& world, Call& call) {
  DAVIT_TRY(auto const* page, page_arg(world, call));
  DAVIT_TRY(auto const number, id_arg(call, "number"));
  auto const found = std::ranges::find(page->versions, number, &Version::number);
  if (found == page->versions.end()) return v2_not_found();
  auto shown = show_version(*found);
  shown["contentTypeModified"] = false;
  shown["collaborators"] = array_of(found->author);
  shown["prevVersion"] = found->number > 1 ? json::Value(found->number - 1) : json::Value();
  auto const is_last = found->number == page->latest().number;
  shown["nextVersion"] = is_last ? json::Value() : json::Value(found->number + 1);
  return json_answer(shown);
}

constexpr Route kRoutes[] = {
    {get, "/wiki/api/v2/pages/:id/versions", list_versions},
    {get, "/wiki/api/v2/pages/:id/versions/:number", get_version},
};

}  // namespace

std::span<const Route> version_routes() { return kRoutes; }

}  // namespace davit::sandbox::confluence

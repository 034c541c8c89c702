// Reading pages.
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/confluence/entities.h"
#include "sandbox/confluence/routes.h"
#include "sandbox/sorted.h"

namespace davit::sandbox::confluence {
namespace {

using enum http::Method;

constexpr std::string_view kSorts =
    "id -id created-date -created-date modified-date -modified-date title -title";

void sort_pages(std::vector<const Page*>& rows, std::string_view order) {
  if (order.ends_with("created-date")) {
    sort_by(rows, [](auto const* page) { return page->created; });
  } else if (order.ends_with("modified-date")) {
    sort_by(rows, [](auto const* page) { return page->latest().created; });
  } else if (order.ends_with("title")) {
    sort_by(rows, [](auto const* page) { return to_lower(page->title()); });
  }
  if (order.starts_with('-')) std::ranges::reverse(rows);
}

template <class Fits>
http::Response pages_where(World& world, Call& call, Fits fits) {
  DAVIT_TRY(auto const order, choice(call, "sort", kSorts, "id"));
  DAVIT_TRY(auto const form, choice(call, "body-format", kBulkFormats, ""));
  auto statuses = list_of(call, "status");
  if (statuses.empty()) statuses = {"current", "archived"};
  auto const title = call.text("title");
  std::vector<const Page*> rows;
  for (auto const& [id, page] : world.store.pages) {
    if (std::ranges::find(statuses, page.status) == statuses.end()) continue;
    if (title && !iequals(page.title(), *title)) continue;
    if (fits(page)) rows.push_back(&page);
  }
  sort_pages(rows, order);
  return v2_list(call, rows, [&](const Page* page) {
    return show_page(world, *page, page->latest(), form);
  });
}

http::Response list_pages(World& world, Call& call) {
  DAVIT_TRY(auto const ids, id_list(call, "id"));
  DAVIT_TRY(auto const spaces, id_list(call, "space-id"));
  return pages_where(world, call, [&](const Page& page) {
    return (ids.empty() || std::ranges::find(ids, page.id) != ids.end()) &&
           (spaces.empty() || std::ranges::find(spaces, page.space) != spaces.end());
  });
}

http::Response list_space_pages(World& world, Call& call) {
  DAVIT_TRY(auto const id, id_arg(call, "id"));
  DAVIT_TRY(auto const depth, choice(call, "depth", "all root", "all"));
  if (!world.store.spaces.contains(id)) return v2_not_found("Space not found");
  return pages_where(world, call, [&](const Page& page) {
    return page.space == id && (depth == "all" || page.parent == 0);
  });
}

http::Response list_label_pages(World& world, Call& call) {
  DAVIT_TRY(auto const id, id_arg(call, "id"));
  if (!world.store.labels.contains(id)) return v2_not_found();
  return pages_where(world, call, [&](const Page& page) {
    return std::ranges::find(page.labels, id) != page.labels.end();
  });
}

// The version that was asked for; null when there is none.
const Version* wanted_version(const Page& page, const Call& call) {
  auto const number = call.integer("version");
  if (call.flag("get-draft") && page.draft) return &*page.draft;
  if (!number) return &page.latest();
  auto const found = std::ranges::find(page.versions, *number, &Version::number);
  return found == page.versions.end() ? nullptr : &*found;
}

// A page that was never published is not there unless one asks for drafts.
bool is_visible(const Page& page, const Call& call) {
  auto statuses = list_of(call, "status");
  if (statuses.empty()) statuses = {"current", "archived"};
  if (call.flag("get-draft")) statuses.emplace_back("draft");
  return std::ranges::find(statuses, page.status) != statuses.end();
}

http::Response get_page(World& world, Call& call) {
  DAVIT_TRY(auto const* page, page_arg(world, call));
  DAVIT_TRY(auto const form, choice(call, "body-format", kSingleFormats, ""));
  auto const* version = wanted_version(*page, call);
  if (version == nullptr || !is_visible(*page, call)) return v2_not_found();
  auto shown = show_page(world, *page, *version, form);
  if (version != &page->latest()) {
    shown["status"] = call.flag("get-draft") ? "draft" : "historical";
  }
  if (!call.flag("include-version", true)) shown.erase("version");
  if (call.flag("include-labels")) shown["labels"] = show_labels(world, *page);
  if (call.flag("include-versions")) {
    json::Array rows;
    for (auto const& one : page->versions) rows.emplace_back(show_version(one));
    std::ranges::reverse(rows);
    shown["versions"] =
        included(std::move(rows), fmt::format("/wiki/api/v2/pages/{}/versions", page->id));
  }
  auto links = shown["_links"].get_object();
  links["base"] = call.base_url + "/wiki";
  shown["_links"] = std::move(links);
  return json_answer(shown);
}

constexpr Route kRoutes[] = {
    {get, "/wiki/api/v2/pages", list_pages},
    {get, "/wiki/api/v2/pages/:id", get_page},
    {get, "/wiki/api/v2/spaces/:id/pages", list_space_pages},
    {get, "/wiki/api/v2/labels/:id/pages", list_label_pages},
};

}  // namespace

std::span<const Route> page_routes() { return kRoutes; }

}  // namespace davit::sandbox::confluence

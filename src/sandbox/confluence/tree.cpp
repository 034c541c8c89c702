// Children, descendants and ancestors of a page.
#include <algorithm>

#include <fmt/format.h>

#include "sandbox/confluence/entities.h"
#include "sandbox/confluence/routes.h"
#include "sandbox/sorted.h"

namespace davit::sandbox::confluence {
namespace {

using enum http::Method;

constexpr int kDeepest = 5;

struct Below {
  const Page* page;
  int depth;
};

json::Object show_child(const Below& below) {
  return {
      {"id", fmt::format("{}", below.page->id)},
      {"status", below.page->status},
      {"title", below.page->title()},
      {"type", "page"},
      {"spaceId", fmt::format("{}", below.page->space)},
      {"childPosition", below.page->position}
  };
}

json::Object show_descendant(const Below& below) {
  auto shown = show_child(below);
  shown.erase("spaceId");
  shown["parentId"] = fmt::format("{}", below.page->parent);
  shown["depth"] = below.depth;
  return shown;
}

// A parent before its children, children in their order.
void collect(const Store& store, Id page, int depth, int deepest, std::vector<Below>& rows) {
  if (depth > deepest) return;
  for (auto const* child : store.children(page)) {
    rows.push_back({child, depth});
    collect(store, child->id, depth + 1, deepest, rows);
  }
}

http::Response direct_children(World& world, Call& call) {
  DAVIT_TRY(auto const* page, page_arg(world, call));
  DAVIT_TRY(
      auto const order,
      choice(
          call,
          "sort",
          "child-position -child-position created-date -created-date id -id modified-date "
          "-modified-date",
          "child-position"
      )
  );
  std::vector<Below> rows;
  collect(world.store, page->id, 1, 1, rows);
  if (order.ends_with("modified-date")) {
    sort_by(rows, [](auto const& row) { return row.page->latest().created; });
  } else if (order.ends_with("created-date")) {
    sort_by(rows, [](auto const& row) { return row.page->created; });
  } else if (order.ends_with("id")) {
    sort_by(rows, [](auto const& row) { return row.page->id; });
  }
  if (order.starts_with('-')) std::ranges::reverse(rows);
  return v2_list(call, rows, show_child);
}

// The list from before direct-children: the same without the type.
http::Response children(World& world, Call& call) {
  DAVIT_TRY(auto const* page, page_arg(world, call));
  std::vector<Below> rows;
  collect(world.store, page->id, 1, 1, rows);
  return v2_list(call, rows, [](const Below& row) {
    auto shown = show_child(row);
    shown.erase("type");
    return shown;
  });
}

http::Response descendants(World& world, Call& call) {
  DAVIT_TRY(auto const* page, page_arg(world, call));
  auto const depth = call.has("depth") ? call.integer("depth").value_or(0) : kDeepest;
  if (depth < 1 || depth > kDeepest) return v2_error(400, "depth must be between 1 and 5");
  std::vector<Below> rows;
  collect(world.store, page->id, 1, static_cast<int>(depth), rows);
  return v2_list(call, rows, show_descendant);
}

// The highest first. There is no cursor: of too many the nearest are kept, and one asks the first
// of them for more.
http::Response ancestors(World& world, Call& call) {
  DAVIT_TRY(auto const* page, page_arg(world, call));
  DAVIT_TRY(auto const window, window_of(call, 0));
  auto rows = world.store.ancestors(*page);
  if (rows.size() > window.limit) {
    rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(window.limit));
  }
  json::Array results;
  for (auto const* row : rows) {
    results.emplace_back(json::Object{{"id", fmt::format("{}", row->id)}, {"type", "page"}});
  }
  return v2_page(call, std::move(results), {});
}

constexpr Route kRoutes[] = {
    {get, "/wiki/api/v2/pages/:id/direct-children", direct_children},
    {get, "/wiki/api/v2/pages/:id/children", children},
    {get, "/wiki/api/v2/pages/:id/descendants", descendants},
    {get, "/wiki/api/v2/pages/:id/ancestors", ancestors},
};

}  // namespace

std::span<const Route> tree_routes() { return kRoutes; }

}  // namespace davit::sandbox::confluence

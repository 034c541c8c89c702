// Moving a page, across spaces too, which v2 cannot.
#include <algorithm>

#include <fmt/format.h>

#include "sandbox/confluence/entities.h"
#include "sandbox/confluence/routes.h"

namespace davit::sandbox::confluence {
namespace {

using enum http::Method;

Page* find_page(World& world, std::string_view id) {
  auto const found = world.store.pages.find(std::atoll(std::string(id).c_str()));
  if (found == world.store.pages.end() || found->second.status != "current") return nullptr;
  return &found->second;
}

// Numbers the children anew with `page` at its place.
void put_beside(Store& store, Page& page, const Page& target, bool is_after) {
  page.parent = target.parent;
  int position = 0;
  for (auto const* child : store.children(target.parent)) {
    if (child->id == page.id || child->space != target.space) continue;
    auto const is_target = child->id == target.id;
    if (is_target && !is_after) page.position = position++;
    store.pages.at(child->id).position = position++;
    if (is_target && is_after) page.position = position++;
  }
}

void change_space(Store& store, Page& page, Id space) {
  page.space = space;
  for (auto& [id, other] : store.pages) {
    if (store.is_below(other, page.id)) other.space = space;
  }
}

http::Response move_page(World& world, Call& call) {
  auto& store = world.store;
  auto* page = find_page(world, call.arg("page"));
  auto const* target = find_page(world, call.arg("target"));
  if (page == nullptr || target == nullptr) return v1_error(404, "No such page");
  auto const how = call.arg("position");
  if (!has_word("append before after", how)) {
    return v1_error(400, fmt::format("Invalid position: {}", how));
  }
  if (page == target || store.is_below(*target, page->id)) {
    return v1_error(400, "The move would create a parent-child loop");
  }
  if (page->space != target->space &&
      store.is_title_taken(target->space, page->title(), page->id)) {
    return v1_error(400, "A page already exists in the target space with the same name");
  }
  if (page->space != target->space) change_space(store, *page, target->space);
  if (how == "append") {
    page->position = store.next_position(target->id);
    page->parent = target->id;
  } else {
    put_beside(store, *page, *target, how == "after");
  }
  return json_answer(json::Object{{"pageId", fmt::format("{}", page->id)}});
}

constexpr Route kRoutes[] = {
    {put, "/wiki/rest/api/content/:page/move/:position/:target", move_page},
};

}  // namespace

std::span<const Route> move_routes() { return kRoutes; }

}  // namespace davit::sandbox::confluence

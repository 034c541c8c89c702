#include "sandbox/confluence/store.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/confluence/answers.h"
#include "sandbox/sorted.h"

namespace davit::sandbox::confluence {

Space* Store::find_space(std::string_view key) {
  for (auto& [id, space] : spaces) {
    if (iequals(space.key, key)) return &space;
  }
  return nullptr;
}

bool Store::is_title_taken(Id space, std::string_view title, Id except) const {
  return std::ranges::any_of(pages, [&](auto const& item) {
    auto const& page = item.second;
    return page.id != except && page.space == space &&
           (page.status == "current" || page.status == "archived") && iequals(page.title(), title);
  });
}

std::vector<const Page*> Store::children(Id page) const {
  std::vector<const Page*> rows;
  for (auto const& [id, child] : pages) {
    if (child.parent == page && child.status == "current") rows.push_back(&child);
  }
  sort_by(rows, &Page::position);
  return rows;
}

std::vector<const Page*> Store::ancestors(const Page& page) const {
  std::vector<const Page*> rows;
  for (auto at = pages.find(page.parent); at != pages.end(); at = pages.find(at->second.parent)) {
    rows.push_back(&at->second);
  }
  std::ranges::reverse(rows);
  return rows;
}

bool Store::is_below(const Page& page, Id ancestor) const {
  return std::ranges::any_of(ancestors(page), [&](auto const* one) { return one->id == ancestor; });
}

Id Store::label(std::string_view name) {
  auto const wanted = to_lower(name);
  for (auto const& [id, known] : labels) {
    if (known == wanted) return id;
  }
  labels[next_id] = wanted;
  return next_id++;
}

int Store::next_position(Id parent) const {
  int last = -1;
  for (auto const& [id, page] : pages) {
    if (page.parent == parent) last = std::max(last, page.position);
  }
  return last + 1;
}

std::string account_id(const story::Person& person) {
  auto const* found = std::ranges::find(story::kPeople, person.username, &story::Person::username);
  return fmt::format("5b10ac8d82e05b22cc7d4e{:02}", found - std::begin(story::kPeople) + 1);
}

const story::Person* person_of(std::string_view account) {
  for (auto const& person : story::kPeople) {
    if (account_id(person) == account) return &person;
  }
  return nullptr;
}

std::string caller() { return account_id(story::kCaller); }

}  // namespace davit::sandbox::confluence

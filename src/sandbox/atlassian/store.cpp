#include "sandbox/atlassian/store.h"

#include <algorithm>
#include <charconv>

#include "base/strings.h"
#include "sandbox/atlassian/people.h"

namespace davit::sandbox::atlassian {
namespace {

template <class Records>
auto* find_by_id(Records& records, int id) {
  auto const found = std::ranges::find(records, id, [](auto const& one) { return one.id; });
  return found == records.end() ? nullptr : &*found;
}

}  // namespace

const std::string_view kCallerId = kMinaId;

int to_id(std::string_view text) {
  int id = 0;
  auto const* end = text.data() + text.size();
  auto const [stop, ec] = std::from_chars(text.data(), end, id);
  return ec == std::errc() && stop == end ? id : 0;
}

std::string jira_time(Time time) {
  auto text = to_text(time);
  text.pop_back();
  return text + "+0000";
}

const Issue* Store::find_issue(std::string_view id_or_key) const {
  if (auto const id = to_id(id_or_key)) return issue(id);
  for (auto const& [id, one] : issues) {
    if (iequals(one.key, id_or_key)) return &one;
  }
  return nullptr;
}

Issue* Store::find_issue(std::string_view id_or_key) {
  auto const* found = std::as_const(*this).find_issue(id_or_key);
  return found == nullptr ? nullptr : &issues.at(found->id);
}

const Issue* Store::issue(int id) const {
  auto const found = issues.find(id);
  return found == issues.end() ? nullptr : &found->second;
}

const Person* Store::person(std::string_view account_id) const {
  auto const found = std::ranges::find(people, account_id, &Person::account_id);
  return found == people.end() ? nullptr : &*found;
}

const Project* Store::find_project(std::string_view id_or_key) const {
  for (auto const& one : projects) {
    if (one.id == to_id(id_or_key) || iequals(one.key, id_or_key)) return &one;
  }
  return nullptr;
}

const Project& Store::project(int id) const {
  return *std::ranges::find(projects, id, &Project::id);
}

Sprint* Store::sprint(int id) { return find_by_id(sprints, id); }
const Sprint* Store::sprint(int id) const { return find_by_id(sprints, id); }
const Board* Store::board(int id) const { return find_by_id(boards, id); }

const Sprint* Store::open_sprint(const Issue& issue) const {
  if (issue.sprints.empty()) return nullptr;
  auto const* last = sprint(issue.sprints.back());
  return last == nullptr || last->state == "closed" ? nullptr : last;
}

void Store::log(Issue& issue, std::vector<ChangeItem> items) {
  issue.updated = now;
  if (items.empty()) return;
  issue.changes.push_back(
      {.id = next_id(), .author = std::string(kCallerId), .at = now, .items = std::move(items)}
  );
}

}  // namespace davit::sandbox::atlassian

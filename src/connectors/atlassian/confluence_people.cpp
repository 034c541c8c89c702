#include <algorithm>

#include "connector/instance.h"
#include "connector/text.h"
#include "connectors/atlassian/confluence_page.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::chrono::minutes kNameAge{15};
constexpr std::size_t kMostPeople = 100;
constexpr std::size_t kNameBytes = 80;

std::string key_of(std::string_view id) { return "confluence person " + std::string(id); }

// A token without the scope is not asked again for every page.
bool is_refusal(const Error& error) {
  return error.kind() == ErrorKind::forbidden || error.kind() == ErrorKind::unauthenticated;
}

}  // namespace

std::string People::name_of(std::string_view id) const {
  auto const found = std::ranges::find(names_, id, &std::pair<std::string, std::string>::first);
  return found == names_.end() ? std::string(id) : found->second;
}

// https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-user/#api-users-bulk-post
Async<People> find_people(Invocation call, std::vector<std::string> ids) {
  auto& cache = call.instance().cache();
  auto const now = call.instance().collaborators().clock.steady_now();
  std::ranges::sort(ids);
  auto const same = std::ranges::unique(ids);
  ids.erase(same.begin(), same.end());
  People people;
  json::Array unknown;
  for (auto const& id : ids) {
    if (id.empty()) continue;
    if (auto const* name = cache.get(key_of(id), kNameAge, now)) {
      people.names_.emplace_back(id, json::view(name->get_string()));
    } else if (unknown.size() < kMostPeople) {
      unknown.emplace_back(id);
    }
  }
  if (unknown.empty()) co_return people;
  std::vector<std::string> asked;
  for (auto const& id : unknown) asked.emplace_back(json::view(id.get_string()));
  json::Value const body = json::Object{{"accountIds", std::move(unknown)}};
  auto request = connector::make_request(http::Method::post, "/wiki/api/v2/users-bulk", body);
  request.is_repeatable = true;  // it reads
  auto const page = co_await call.send(std::move(request));
  if (!page && page.error().kind() == ErrorKind::cancelled) co_return page.error();
  if (!page && is_refusal(page.error())) {
    for (auto const& id : asked) cache.put(key_of(id), json::Value(id), now);
  }
  auto const* rows = page ? json::find_array(page->body, "results") : nullptr;
  for (auto const& row : rows == nullptr ? json::Array() : *rows) {
    auto const id = json::find_string(row, "accountId").value_or("");
    auto const given = json::find_string(row, "displayName").value_or("");
    auto const name = connector::shortened(connector::without_invisible(given), kNameBytes);
    if (id.empty() || name.empty()) continue;
    people.names_.emplace_back(id, name);
    cache.put(key_of(id), json::Value(name), now);
  }
  co_return people;
}

}  // namespace davit::connectors::atlassian

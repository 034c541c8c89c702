#include "connectors/atlassian/jira_people.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connectors/atlassian/jira_tables.h"

namespace davit::connectors::atlassian {
namespace {

// https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-user-search/#api-rest-api-3-user-search-get
constexpr Lookup kPerson{
    .what = "user",
    .path = "/rest/api/3/user/search?query={.value}&maxResults=20",
    .id = "accountId",
    .names = "displayName emailAddress",
    .is_id = is_account_id,
    .self_path = "/rest/api/3/myself",
    .self_id = "accountId",
};

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// The one person that the search for an e-mail address found, when that hides its own.
std::string only_hidden(const json::Value& people) {
  auto const* rows = people.if_array();
  if (rows == nullptr || rows->size() != 1) return {};
  auto const address = json::find_string(rows->front(), "emailAddress").value_or("");
  if (!address.empty()) return {};
  return std::string(json::find_string(rows->front(), "accountId").value_or(""));
}

Result<> check_active(const json::Value& people, Str id) {
  auto const* rows = people.if_array();
  for (auto const& row : rows == nullptr ? json::Array() : *rows) {
    auto const is_inactive = !json::find_bool(row, "active").value_or(true);
    if (json::find_string(row, "accountId") == id && is_inactive) {
      return Error(ErrorKind::invalid_input, fmt::format("the account {} is not active", id));
    }
  }
  return {};
}

}  // namespace

// https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-users/#api-rest-api-3-user-get
bool is_account_id(Str text) {
  auto const colon = text.find(':');
  if (colon != Str::npos) return text.size() > 20 && text.find_first_of(" @/") == Str::npos;
  return text.size() == 24 && std::ranges::all_of(text, is_hex);
}

Async<std::string> find_person(connector::Invocation call, std::string name) {
  auto const found = co_await call.look_up(&kPerson, name);
  auto const is_searched = !is_account_id(name) && !iequals(name, "me");
  if (!is_searched || (!found && found.error().kind() != ErrorKind::invalid_input)) {
    if (!found) co_return found.error();
    co_return std::string(json::find_string(*found, "").value_or(""));
  }
  json::Value const given = json::Object{{"value", name}};
  DAVIT_CO_TRY(
      auto const people, co_await call.get_cached(kPerson.path, std::chrono::minutes(5), given)
  );
  std::string id;
  if (found) id = json::find_string(*found, "").value_or("");
  if (!found && name.find('@') != std::string::npos) id = only_hidden(people);
  if (id.empty()) co_return found.error();
  DAVIT_CO_CHECK(check_active(people, id));
  co_return id;
}

}  // namespace davit::connectors::atlassian

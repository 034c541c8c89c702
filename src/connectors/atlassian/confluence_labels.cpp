// Labels are written one by one and read back, for Confluence changes their case and drops some.
// https://developer.atlassian.com/cloud/confluence/rest/v1/api-group-content-labels/
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connectors/atlassian/confluence_page.h"
#include "connectors/atlassian/confluence_runs.h"

namespace davit::connectors::atlassian {
namespace {

Async<> add_labels(Invocation call, std::vector<std::string_view> names) {
  if (names.empty()) co_return Result<>();
  json::Array labels;
  for (auto const name : names) {
    labels.push_back(json::Object{{"prefix", "global"}, {"name", to_lower(name)}});
  }
  auto const added = co_await call.request(
      http::Method::post, "/wiki/rest/api/content/{page}/label", std::move(labels)
  );
  if (!added) co_return added.error();
  co_return Result<>();
}

// One that is gone already is no failure. In the query, for names may have a slash.
Async<> remove_labels(Invocation call, std::vector<std::string_view> names) {
  for (auto const name : names) {
    json::Value const given = json::Object{{"name", to_lower(name)}};
    auto const removed = co_await call.request(
        http::Method::del, "/wiki/rest/api/content/{page}/label?name={.name}", {}, given
    );
    if (!removed && removed.error().kind() != ErrorKind::not_found) co_return removed.error();
  }
  co_return Result<>();
}

}  // namespace

Async<json::Value> set_labels(Invocation call) {
  auto const to_add = call.list("add");
  auto const to_remove = call.list("remove");
  if (to_add.empty() && to_remove.empty()) {
    co_return Error(ErrorKind::invalid_input, "give add or remove");
  }
  for (auto const name : to_add) {
    auto const is_same = [&](std::string_view other) { return iequals(name, other); };
    if (std::ranges::any_of(to_remove, is_same)) {
      co_return Error(ErrorKind::invalid_input, fmt::format("'{}' is in add and in remove", name));
    }
  }
  DAVIT_CO_CHECK(co_await settle_page(call));
  DAVIT_CO_CHECK(co_await add_labels(call, to_add));
  json::Object out{{"page", call.text("page")}};
  // What was done before stays done.
  auto const removed = co_await remove_labels(call, to_remove);
  if (!removed) {
    auto const is_first = to_add.empty() && to_remove.size() == 1;
    if (is_first || removed.error().kind() == ErrorKind::cancelled) co_return removed.error();
    out["failed"] = removed.error().message();
  }
  auto const answer = co_await call.get("/wiki/api/v2/pages/{page}/labels?limit=250");
  if (!answer) {
    if (answer.error().kind() == ErrorKind::cancelled) co_return answer.error();
    out["unconfirmed"] =
        fmt::format("The labels could not be read again: {}", answer.error().message());
    co_return out;
  }
  json::Array names;
  auto const* rows = json::find_array(*answer, "results");
  for (auto const& row : rows == nullptr ? json::Array() : *rows) {
    names.emplace_back(json::find_string(row, "name").value_or(""));
  }
  auto const has = [&](std::string_view name) {
    return std::ranges::any_of(names, [&](const json::Value& one) {
      return iequals(json::view(one.get_string()), name);
    });
  };
  json::Array not_applied;
  for (auto const name : to_add) {
    if (!has(name)) not_applied.push_back(json::Value(fmt::format("add {}", name)));
  }
  for (auto const name : to_remove) {
    if (has(name)) not_applied.push_back(json::Value(fmt::format("remove {}", name)));
  }
  out["labels"] = std::move(names);
  if (!not_applied.empty()) out["not_applied"] = std::move(not_applied);
  co_return out;
}

}  // namespace davit::connectors::atlassian

#include <fmt/format.h>

#include "connectors/atlassian/jira_calls.h"
#include "connectors/atlassian/jira_create_meta.h"
#include "connectors/atlassian/jira_drafts.h"
#include "connectors/atlassian/jira_writes.h"

namespace davit::connectors::atlassian {
namespace {

using connector::Invocation;

// Adds what the form says to a refusal, when it can be had.
Async<json::Value> refused(Invocation call, Error refusal, json::Object asked) {
  if (!is_refused_form(refusal)) co_return refusal;
  std::string const project(call.text("project"));
  std::string const type(call.text("type"));
  auto const form = co_await fetch_create_fields(call, project, type);
  if (form) co_return explain_refusal(refusal, *form, asked);
  // An unknown type says which there are.
  if (form.error().kind() != ErrorKind::invalid_input) co_return refusal;
  auto error =
      Error(refusal.kind(), fmt::format("{} Note: {}.", refusal.message(), form.error().message()));
  co_return std::move(error).with_detail(refusal.detail());
}

// Jira drops what is not on the form's screen without a word.
Async<> verify(Invocation call, json::Value made, json::Object asked, json::Object* out) {
  asked.stable_erase("project");
  asked.stable_erase("issuetype");
  asked.stable_erase("summary");
  if (asked.empty()) co_return Result<>();
  std::string ids;
  for (auto const& member : asked) {
    ids += fmt::format("{}{}", ids.empty() ? "" : ",", std::string_view(member.key()));
  }
  json::Value given = json::Object{{"key", *json::find(made, "key")}, {"fields", ids}};
  auto const issue = co_await call.get("/rest/api/3/issue/{.key}?fields={.fields}", given);
  if (!issue) {
    if (issue.error().kind() == ErrorKind::cancelled) co_return issue.error();
    (*out)["unverified"] = issue.error().message();
    co_return Result<>();
  }
  asked.stable_erase("description");  // long, and the caller knows it
  auto const known = co_await catalogue_for(call, asked);
  auto outcome = compare(asked, *issue, known ? *known : Catalogue(json::Value()));
  if (!outcome.applied.empty()) (*out)["stored"] = std::move(outcome.applied);
  if (!outcome.not_applied.empty()) (*out)["not_applied"] = std::move(outcome.not_applied);
  co_return Result<>();
}

}  // namespace

Async<json::Value> create_issue(Invocation call) {
  DAVIT_CO_TRY(auto const fields, co_await draft_fields(call, call.arguments()));
  json::Value const body = json::Object{{"fields", fields}};
  auto const made = co_await call.request(http::Method::post, "/rest/api/3/issue", body);
  if (!made) co_return co_await refused(call, made.error(), fields);
  DAVIT_CO_TRY(auto const site, co_await site_of(call));
  std::string const key(json::find_string(*made, "key").value_or(""));
  json::Object out{{"key", key}, {"id", json::find_string(*made, "id").value_or("")}};
  if (!site.empty()) out["url"] = address_of(site, key);
  DAVIT_CO_CHECK(co_await verify(call, *made, fields, &out));
  co_return out;
}

}  // namespace davit::connectors::atlassian

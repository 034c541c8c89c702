#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connectors/atlassian/adf/check.h"
#include "connectors/atlassian/adf/edit.h"
#include "connectors/atlassian/adf/from_markdown.h"
#include "connectors/atlassian/adf/opaque.h"
#include "connectors/atlassian/jira_calls.h"
#include "connectors/atlassian/jira_drafts.h"
#include "connectors/atlassian/jira_writes.h"

namespace davit::connectors::atlassian {
namespace {

using connector::Invocation;

json::Value empty_document() {
  return json::Object{{"type", "doc"}, {"version", 1}, {"content", json::Array()}};
}

Async<json::Value> fetch_description(Invocation call) {
  DAVIT_CO_TRY(auto const issue, co_await call.get("/rest/api/3/issue/{issue}?fields=description"));
  auto const* doc = json::find(issue, "fields.description");
  co_return doc != nullptr && doc->is_object() ? json::Value(*doc, {}) : empty_document();
}

Result<json::Value> replace_description(
    const json::Value& old_doc, std::string_view markdown, bool may_lose
) {
  adf::Opaque const originals(old_doc);
  DAVIT_TRY(auto doc, adf::from_markdown(markdown, &originals));
  auto const lost = adf::losses(old_doc, doc);
  if (lost.empty() || may_lose) return doc;
  return Error(
      ErrorKind::conflict,
      fmt::format(
          "the new description would lose {}; keep their markers, use description_edit, or name "
          "description in clear as well",
          fmt::join(lost, ", ")
      )
  );
}

Result<std::vector<adf::Edit>> edits_of(const json::Object& wish) {
  std::vector<adf::Edit> edits;
  auto const text_at = [&](std::string_view name) {
    return std::string(json::find_string(wish, name).value_or(""));
  };
  if (wish.contains("old_text")) {
    edits.push_back(
        {.op = adf::Op::replace_text, .anchor = text_at("old_text"), .text = text_at("new_text")}
    );
  }
  if (wish.contains("append")) edits.push_back({.op = adf::Op::append, .text = text_at("append")});
  if (edits.empty()) {
    return Error(
        ErrorKind::invalid_input, "description_edit needs old_text and new_text, or append"
    );
  }
  return edits;
}

json::Array show_edits(const adf::EditReport& report) {
  json::Array rows;
  for (auto const& change : report.changes) {
    rows.push_back(json::Object{
        {"before", clean_text(change.before, 200)}, {"after", clean_text(change.after, 200)}
    });
  }
  return rows;
}

bool is_cleared(const Invocation& call, std::string_view name) {
  auto const names = call.list("clear");
  return std::ranges::any_of(names, [&](auto const each) { return iequals(each, name); });
}

// The description by itself, from what it is now: nothing that is not named may get lost.
Async<> add_description(Invocation call, json::Object* fields, json::Object* out) {
  auto const is_edit = call.has("description_edit");
  if (!is_edit && !call.has("description")) co_return Result<>();
  DAVIT_CO_TRY(auto doc, co_await fetch_description(call));
  if (!is_edit) {
    auto const may_lose = is_cleared(call, "description");
    DAVIT_CO_TRY(
        (*fields)["description"], replace_description(doc, call.text("description"), may_lose)
    );
    co_return Result<>();
  }
  DAVIT_CO_TRY(auto const edits, edits_of(call.arguments().at("description_edit").get_object()));
  DAVIT_CO_TRY(auto const report, adf::apply_edits(doc, edits));
  (*out)["edits"] = show_edits(report);
  (*fields)["description"] = std::move(doc);
  co_return Result<>();
}

Async<> add_cleared(Invocation call, json::Object* fields) {
  auto const names = call.list("clear");
  if (names.empty()) co_return Result<>();
  DAVIT_CO_TRY(auto const catalogue, co_await fetch_catalogue(call));
  for (auto const name : names) {
    DAVIT_CO_TRY(auto const* field, catalogue.find(name));
    if (field->id == "description" && call.has("description")) continue;  // replaced, loss or not
    auto const is_given =
        fields->contains(field->id) ||
        (field->id == "labels" && (call.has("add_labels") || call.has("remove_labels")));
    if (is_given) {
      auto const text = fmt::format("{} is both given and to be cleared", shown_name(*field));
      co_return Error(ErrorKind::invalid_input, text);
    }
    auto const is_list = field->type == "array" && !field->custom.ends_with(":gh-sprint");
    (*fields)[field->id] = is_list ? json::Value(json::Array()) : json::Value();
  }
  co_return Result<>();
}

json::Array label_changes(const Invocation& call) {
  json::Array changes;
  for (auto const label : call.list("add_labels")) changes.push_back(json::Object{{"add", label}});
  for (auto const label : call.list("remove_labels")) {
    changes.push_back(json::Object{{"remove", label}});
  }
  return changes;
}

// Labels in the issue that should not be there, and the other way round.
void compare_labels(const Invocation& call, const json::Value& issue, Outcome& outcome) {
  auto const* stored = json::find(issue, "fields.labels");
  auto const now = stored == nullptr ? json::Value(json::Array()) : *stored;
  json::Array missing;
  json::Array left;
  for (auto const label : call.list("add_labels")) {
    if (!is_stored(json::Array{label}, now)) missing.emplace_back(label);
  }
  for (auto const label : call.list("remove_labels")) {
    if (is_stored(json::Array{label}, now)) left.emplace_back(label);
  }
  auto& side = missing.empty() && left.empty() ? outcome.applied : outcome.not_applied;
  side["labels"] = show_value(now, 200);
}

Async<json::Array> edit_form(Invocation call) {
  DAVIT_CO_TRY(auto const form, co_await call.get("/rest/api/3/issue/{issue}/editmeta"));
  json::Array fields;
  auto const* members = json::find_object(form, "fields");
  for (auto const& member : members == nullptr ? json::Object() : *members) {
    json::Value field(member.value(), {});
    if (!field.is_object()) continue;
    field.get_object()["fieldId"] = member.key();
    field.get_object()["required"] = false;  // what is there already need not be given
    fields.push_back(std::move(field));
  }
  co_return fields;
}

Async<json::Value> refused(Invocation call, Error refusal, json::Object asked) {
  if (!is_refused_form(refusal)) co_return refusal;
  auto const form = co_await edit_form(call);
  if (!form) co_return refusal;
  co_return explain_refusal(refusal, *form, asked);
}

// Old servers answer 204 whatever is asked.
Async<json::Value> stored_issue(Invocation call, json::Value answer) {
  if (json::find_object(answer, "fields") != nullptr) co_return answer;
  co_return co_await call.get("/rest/api/3/issue/{issue}");
}

}  // namespace

Async<json::Value> update_issue(Invocation call) {
  json::Object out;
  auto given = call.arguments();
  given.stable_erase("description");
  DAVIT_CO_TRY(auto fields, co_await draft_fields(call, std::move(given)));
  if (fields.contains("description")) {
    co_return Error(ErrorKind::invalid_input, "give description by itself, not among fields");
  }
  if (fields.contains("status")) {
    co_return Error(ErrorKind::invalid_input, "a status changes by jira_transition_issue");
  }
  DAVIT_CO_CHECK(co_await add_description(call, &fields, &out));
  DAVIT_CO_CHECK(co_await add_cleared(call, &fields));
  auto labels = label_changes(call);
  if (fields.empty() && labels.empty()) {
    co_return Error(ErrorKind::invalid_input, "there is nothing to change: give a field");
  }
  json::Object body;
  if (!fields.empty()) body["fields"] = fields;
  if (!labels.empty()) body["update"] = json::Object{{"labels", labels}};
  DAVIT_CO_TRY(
      auto target,
      connector::expand_path(
          "/rest/api/3/issue/{issue}?returnIssue=true&notifyUsers={notify}", call.arguments()
      )
  );
  auto request = connector::make_request(http::Method::put, std::move(target), std::move(body));
  request.is_repeatable = true;  // it says what shall be; only the tool would append once more
  auto answer = co_await call.send(std::move(request));
  if (!answer) co_return co_await refused(call, answer.error(), fields);
  auto const stored = co_await stored_issue(call, std::move(answer->body));
  if (!stored && stored.error().kind() == ErrorKind::cancelled) co_return stored.error();
  if (!stored) {  // it is changed all the same
    out["key"] = call.text("issue");
    out["unverified"] = stored.error().message();
    co_return out;
  }
  auto const& issue = *stored;
  auto const known = co_await catalogue_for(call, fields);
  auto outcome = compare(fields, issue, known ? *known : Catalogue(json::Value()));
  if (!labels.empty()) compare_labels(call, issue, outcome);
  DAVIT_CO_TRY(auto const site, co_await site_of(call));
  std::string const key(json::find_string(issue, "key").value_or(call.text("issue")));
  json::Object shown{{"key", key}, {"id", json::find_string(issue, "id").value_or("")}};
  shown["changed"] = std::move(outcome.applied);
  shown["not_applied"] = std::move(outcome.not_applied);
  for (auto& member : out) shown[member.key()] = std::move(member.value());
  if (!site.empty()) shown["url"] = address_of(site, key);
  co_return shown;
}

}  // namespace davit::connectors::atlassian

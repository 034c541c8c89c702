#include "connectors/atlassian/jira_drafts.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/failure.h"
#include "connector/instance.h"
#include "connectors/atlassian/adf/from_markdown.h"
#include "connectors/atlassian/jira_create_meta.h"
#include "connectors/atlassian/jira_people.h"
#include "connectors/atlassian/jira_references.h"
#include "connectors/atlassian/jira_values.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::size_t kShownBytes = 200;
constexpr std::size_t kMostValues = 15;

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

// By id where it is a number, else by `key`.
json::Object named(std::string_view key, std::string_view text) {
  return json::Object{{is_number(text) ? "id" : key, text}};
}

json::Array all_named(const json::Value& names) {
  json::Array out;
  if (!names.is_array()) return out;
  for (auto const& name : names.get_array()) {
    if (auto const* text = name.if_string()) out.push_back(named("name", json::view(*text)));
  }
  return out;
}

// Those that need no question to Jira.
Result<> add_plain(const json::Object& given, const http::Url& base, json::Object& out) {
  for (auto const& member : given) {
    auto const& value = member.value();
    auto const key = member.key();
    auto const text = value.is_string() ? json::view(value.get_string()) : std::string_view();
    if (key == "project") out["project"] = named("key", text);
    if (key == "type") out["issuetype"] = named("name", text);
    if (key == "summary") out["summary"] = text;
    if (key == "priority") out["priority"] = named("name", text);
    if (key == "labels") out["labels"] = value;
    if (key == "components") out["components"] = all_named(value);
    if (key == "fix_versions") out["fixVersions"] = all_named(value);
    if (key == "due_date") out["duedate"] = text.substr(0, 10);
    if (key == "description") {
      DAVIT_TRY(out["description"], adf::from_markdown(text));
    }
    if (key == "parent") {
      DAVIT_TRY(auto const parent, parse_issue("parent", text, base));
      out["parent"] = named("key", parent);
    }
  }
  return {};
}

Async<> add_agile(connector::Invocation call, json::Object given, json::Object* out) {
  auto const* sprint = given.if_contains("sprint");
  auto const* points = given.if_contains("story_points");
  if (sprint == nullptr && points == nullptr) co_return Result<>();
  DAVIT_CO_TRY(auto const catalogue, co_await fetch_catalogue(call));
  if (sprint != nullptr) {
    auto const* field = catalogue.sprint();
    if (field == nullptr) {
      co_return Error(ErrorKind::invalid_input, "sprint: this site has no sprints");
    }
    DAVIT_CO_TRY((*out)[field->id], co_await to_wire(call, *field, *sprint));
  }
  if (points != nullptr) {
    DAVIT_CO_TRY(auto const* field, catalogue.story_points());
    (*out)[field->id] = *points;
  }
  co_return Result<>();
}

std::string allowed_text(const json::Value& field) {
  auto const* values = json::find_array(field, "allowed");
  if (values == nullptr) return {};
  std::string text;
  for (std::size_t i = 0; i < values->size() && i < kMostValues; ++i) {
    auto const* name = (*values)[i].if_string();
    if (name == nullptr) continue;
    if (!text.empty()) text += ", ";
    text += json::view(*name);
  }
  auto const is_cut = values->size() > kMostValues || json::find(field, "more_values") != nullptr;
  return fmt::format(": one of {}{}", text, is_cut ? ", ..." : "");
}

}  // namespace

Async<> add_named_fields(connector::Invocation call, json::Object fields, json::Object* out) {
  if (fields.empty()) co_return Result<>();
  DAVIT_CO_TRY(auto const catalogue, co_await fetch_catalogue(call));
  for (auto const& member : fields) {
    DAVIT_CO_TRY(auto const* field, catalogue.find(member.key()));
    DAVIT_CO_TRY((*out)[field->id], co_await to_wire(call, *field, member.value()));
  }
  co_return Result<>();
}

Async<json::Object> draft_fields(connector::Invocation call, json::Object given) {
  json::Object out;
  DAVIT_CO_CHECK(add_plain(given, call.instance().upstream().base(), out));
  if (auto const* assignee = given.if_contains("assignee"); assignee && assignee->is_string()) {
    std::string const name(json::view(assignee->get_string()));
    auto const id = co_await find_person(call, name);
    if (!id && id.error().kind() == ErrorKind::invalid_input) {
      auto const text = fmt::format("assignee: {}", id.error().message());
      co_return Error(ErrorKind::invalid_input, text);
    }
    if (!id) co_return id.error();
    out["assignee"] = json::Object{{"accountId", *id}};
  }
  DAVIT_CO_CHECK(co_await add_agile(call, given, &out));
  auto const* fields = given.if_contains("fields");
  if (fields != nullptr && fields->is_object()) {
    DAVIT_CO_CHECK(co_await add_named_fields(call, fields->get_object(), &out));
  }
  co_return out;
}

Async<Catalogue> catalogue_for(connector::Invocation call, json::Object asked) {
  auto const is_custom = [](auto const& member) {
    return member.key().starts_with("customfield_");
  };
  if (std::ranges::any_of(asked, is_custom)) co_return co_await fetch_catalogue(call);
  co_return Catalogue(json::Value());
}

Outcome compare(const json::Object& asked, const json::Value& issue, const Catalogue& catalogue) {
  Outcome outcome;
  auto const* fields = json::find_object(issue, "fields");
  for (auto const& member : asked) {
    auto const id = member.key();
    auto const* field = catalogue.by_id(id);
    auto const name = field != nullptr ? shown_name(*field) : shown_name(id, id);
    auto const* found = fields == nullptr ? nullptr : fields->if_contains(id);
    auto const stored = found == nullptr ? json::Value() : *found;
    auto const shown = show_value(stored, kShownBytes);
    if (is_stored(member.value(), stored)) {
      outcome.applied[name] = shown;
    } else {
      outcome.not_applied[name] =
          json::Object{{"asked", show_value(member.value(), kShownBytes)}, {"stored", shown}};
    }
  }
  return outcome;
}

bool is_refused_form(const Error& error) {
  return error.kind() == ErrorKind::invalid_input && connector::http_status_of(error) == 400;
}

Error explain_refusal(const Error& refusal, const json::Array& form, const json::Object& asked) {
  auto const body = connector::upstream_body_of(refusal);
  auto const* errors = json::find_object(body, "errors");
  std::string text;
  for (auto const& field : describe_fields(form, kMostValues + 1)) {
    auto const id = json::find_string(field, "id").value_or("");
    auto const is_named = errors != nullptr && errors->contains(id);
    auto const is_missing = json::find_bool(field, "required").value_or(false) &&
                            !json::find_bool(field, "has_default").value_or(false) &&
                            !asked.contains(id) && id != "reporter" && id != "project";
    if (!is_named && !is_missing) continue;
    text += fmt::format(
        "{} {} ({}, {}{}){}",
        text.empty() ? "" : ";",
        json::find_string(field, "name").value_or(""),
        id,
        json::find_string(field, "type").value_or(""),
        is_missing ? ", required" : "",
        allowed_text(field)
    );
  }
  if (text.empty()) return refusal;
  auto error =
      Error(refusal.kind(), fmt::format("{} Fields of the form:{}.", refusal.message(), text));
  return std::move(error).with_detail(refusal.detail());
}

}  // namespace davit::connectors::atlassian

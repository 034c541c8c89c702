#include "connectors/atlassian/jira_values.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/arguments.h"
#include "connector/projection.h"
#include "connector/text.h"
#include "connectors/atlassian/adf/from_markdown.h"
#include "connectors/atlassian/adf/to_markdown.h"
#include "connectors/atlassian/jira_people.h"
#include "connectors/atlassian/tables.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::size_t kCellBytes = 200;
constexpr connector::Keep kTime =
    "estimate=originalEstimate remaining=remainingEstimate spent=timeSpent";

std::string_view text_at(const json::Value& value, std::string_view path) {
  return json::find_string(value, path).value_or("");
}

json::Value show_text(std::string_view text, std::size_t max_bytes) {
  if (auto time = connector::to_minute(text)) return json::Value(*time);
  return json::Value(clean_text(text, max_bytes));
}

// The first of what names a thing: a user, a status, an option, an issue, a group.
json::Value show_object(const json::Value& value, std::size_t max_bytes) {
  if (text_at(value, "type") == "doc") return json::Value(rich_text(value, max_bytes));
  auto const child = text_at(value, "child.value");  // of a cascading list
  if (!child.empty()) {
    auto const text = fmt::format("{} > {}", text_at(value, "value"), child);
    return json::Value(clean_text(text, max_bytes));
  }
  auto const state = text_at(value, "state");
  auto const is_sprint = !state.empty() && json::find(value, "boardId") != nullptr;
  if (is_sprint) {
    auto const text = fmt::format("{} ({})", text_at(value, "name"), state);
    return json::Value(clean_text(text, max_bytes));
  }
  auto const is_issue = json::find(value, "fields") != nullptr;
  if (is_issue) return json::Value(clean_text(text_at(value, "key"), max_bytes));
  for (auto const* key : {"displayName", "name", "value", "key"}) {
    auto const text = text_at(value, key);
    if (!text.empty()) return json::Value(clean_text(text, max_bytes));
  }
  for (auto const* key : {"watchCount", "votes", "total"}) {
    if (auto const count = json::find_int(value, key)) return json::Value(*count);
  }
  for (auto const* key : {"originalEstimate", "remainingEstimate", "timeSpent"}) {
    if (json::find(value, key) != nullptr) return connector::Projection(kTime).apply(value, {});
  }
  return connector::Projection({}).apply(value, {});
}

// How an object of this type names itself when it is written.
std::string_view name_key(std::string_view type) {
  if (type == "option" || type == "option-with-child") return "value";
  if (type == "project" || type == "issuelink") return "key";
  for (auto const* named :
       {"priority",
        "resolution",
        "version",
        "component",
        "issuetype",
        "group",
        "securitylevel",
        "status"}) {
    if (type == named) return "name";
  }
  return "";
}

// "Hardware > Laptop" for a cascading list.
json::Value option_of(std::string_view type, std::string_view text) {
  auto const arrow = text.find(" > ");
  if (type != "option-with-child" || arrow == text.npos) return json::Object{{"value", text}};
  return json::Object{
      {"value", trim(text.substr(0, arrow))},
      {"child", json::Object{{"value", trim(text.substr(arrow + 3))}}}
  };
}

Async<json::Value> one_to_wire(connector::Invocation call, std::string type, json::Value value) {
  if (!value.is_string()) co_return value;
  std::string const text(json::view(value.get_string()));
  if (type == "user") {
    DAVIT_CO_TRY(auto const id, co_await find_person(call, text));
    co_return json::Object{{"accountId", id}};
  }
  auto const key = name_key(type);
  if (key == "value") co_return option_of(type, text);
  if (!key.empty()) co_return json::Object{{key, text}};
  co_return value;
}

Result<json::Value> number_of(const Field& field, std::string_view text) {
  auto const parsed = json::parse(trim(text));
  if (parsed && parsed->is_number()) return *parsed;
  return Error(ErrorKind::invalid_input, fmt::format("{} takes a number", shown_name(field)));
}

bool equal_text(const json::Value& a, const json::Value& b) {
  return a.is_string() && b.is_string() &&
         iequals(json::view(a.get_string()), json::view(b.get_string()));
}

bool is_among(const json::Value& asked, const json::Array& stored) {
  return std::ranges::any_of(stored, [&](auto const& each) { return is_stored(asked, each); });
}

}  // namespace

std::string clean_text(std::string_view text, std::size_t max_bytes) {
  auto const seen = connector::without_html_comments(connector::without_invisible(text));
  return connector::shortened(seen, max_bytes);
}

std::string rich_text(const json::Value& value, std::size_t max_bytes) {
  if (value.is_string()) return clean_text(json::view(value.get_string()), max_bytes);
  if (!value.is_object()) return {};
  // Comments in it are ours: they stand for what has no text.
  auto seen = connector::without_invisible(adf::to_markdown(value));
  while (seen.ends_with('\n')) seen.pop_back();
  return connector::shortened(std::move(seen), max_bytes);
}

json::Value show_value(const json::Value& value, std::size_t max_bytes) {
  if (auto const* text = value.if_string()) return show_text(json::view(*text), max_bytes);
  if (value.is_object()) return show_object(value, max_bytes);
  if (auto const* array = value.if_array()) {
    json::Array out;
    for (auto const& element : *array) {
      auto shown = show_value(element, max_bytes);
      if (!shown.is_null()) out.push_back(std::move(shown));
    }
    return out.empty() ? json::Value() : json::Value(std::move(out));
  }
  if (auto const whole = json::find_int(value, "")) return json::Value(*whole);
  return value;
}

json::Object row_of(const json::Value& issue, const std::vector<Column>& columns) {
  json::Object row;
  row["key"] = clean_text(text_at(issue, "key"), kCellBytes);
  auto const* fields = json::find_object(issue, "fields");
  if (fields == nullptr) return row;
  for (auto const& column : columns) {
    auto const* value = fields->if_contains(column.id);
    if (value == nullptr || value->is_null()) continue;
    auto shown = show_value(*value, kCellBytes);
    auto const is_empty = shown.is_null() || (shown.is_string() && shown.get_string().empty()) ||
                          (shown.is_object() && shown.get_object().empty());
    if (!is_empty) row[column.name] = std::move(shown);
  }
  return row;
}

Async<json::Value> to_wire(connector::Invocation call, Field field, json::Value value) {
  if (value.is_null() || value.is_object()) co_return value;
  auto const is_list = field.type == "array";
  auto const sprint = field.custom.ends_with(":gh-sprint");
  if (is_list && !sprint) {
    json::Array given;
    if (value.is_array()) {
      given = value.get_array();
    } else {
      given.push_back(value);
    }
    json::Array out;
    for (auto& each : given) {
      DAVIT_CO_TRY(auto wire, co_await one_to_wire(call, field.items, each));
      out.push_back(std::move(wire));
    }
    co_return out;
  }
  if (!value.is_string()) co_return value;
  std::string const text(json::view(value.get_string()));
  if (is_rich(field)) co_return adf::from_markdown(text);
  if (field.type == "number" || sprint) co_return number_of(field, text);
  co_return co_await one_to_wire(call, field.type, value);
}

bool is_stored(const json::Value& asked, const json::Value& stored) {
  if (auto const* wanted = asked.if_object()) {
    // Jira gives blocks ids of its own.
    if (text_at(asked, "type") == "doc") {
      return stored.is_object() &&
             trim(adf::to_plain_text(asked)) == trim(adf::to_plain_text(stored));
    }
    if (!stored.is_object()) return false;
    return std::ranges::all_of(*wanted, [&](auto const& member) {
      auto const* value = stored.get_object().if_contains(member.key());
      return value != nullptr && is_stored(member.value(), *value);
    });
  }
  if (auto const* wanted = asked.if_array()) {
    if (stored.is_null()) return wanted->empty();
    auto const* there = stored.if_array();
    return there != nullptr && (!wanted->empty() || there->empty()) &&
           std::ranges::all_of(*wanted, [&](auto const& each) { return is_among(each, *there); });
  }
  // A sprint is written as its number, and read as a list with what it was in before.
  if (asked.is_number() && stored.is_array()) {
    return std::ranges::any_of(stored.get_array(), [&](auto const& each) {
      auto const* id = json::find(each, "id");
      return id != nullptr && json::find_int(*id, "") == json::find_int(asked, "");
    });
  }
  if (asked.is_number() && stored.is_number()) {
    return asked.to_number<double>() == stored.to_number<double>();
  }
  return asked == stored || equal_text(asked, stored);
}

}  // namespace davit::connectors::atlassian

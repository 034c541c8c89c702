#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connectors/servicenow/access.h"
#include "connectors/servicenow/api.h"
#include "connectors/servicenow/choices.h"
#include "connectors/servicenow/data.h"
#include "connectors/servicenow/dictionary.h"

namespace davit::connectors::servicenow {
namespace {

using connector::Invocation;

constexpr std::size_t kShownColumns = 250;
constexpr std::size_t kShownChoices = 50;

bool contains(std::string_view text, std::string_view part) {
  return to_lower(text).find(to_lower(part)) != std::string::npos;
}

json::Object described(const Column& column) {
  json::Object out{{"field", shown(column.name, 80)}};
  if (!column.label.empty()) out["label"] = shown(column.label, 80);
  if (!column.type.empty()) out["type"] = shown(column.type, 40);
  if (!column.reference.empty()) out["reference"] = shown(column.reference, 80);
  if (column.mandatory) out["mandatory"] = true;
  if (column.read_only) out["read_only"] = true;
  return out;
}

Async<json::Array> choice_list(Invocation call, std::string table, std::string field) {
  DAVIT_CO_TRY(auto const choices, co_await choices_of(call, table, field));
  json::Array list;
  for (auto const& choice : choices) {
    if (list.size() >= kShownChoices) break;
    list.emplace_back(fmt::format("{} ({})", shown(choice.label, 80), shown(choice.code, 40)));
  }
  co_return list;
}

}  // namespace

Async<json::Value> describe_table(Invocation call) {
  std::string const table(call.text("table"));
  DAVIT_CO_CHECK(check_readable(table));
  DAVIT_CO_TRY(auto const wanted, co_await checked_fields(call, table, "fields"));
  DAVIT_CO_TRY(auto const dictionary, co_await dictionary_of(call, table));
  auto const text = call.text("text");
  json::Array fields;
  std::size_t left_out = 0;
  for (auto const& column : dictionary.columns) {
    auto const is_wanted = wanted.empty() || std::ranges::find(wanted, column.name) != wanted.end();
    if (!is_wanted || is_secret_field(column.name)) continue;
    if (!text.empty() && !contains(column.name, text) && !contains(column.label, text)) continue;
    if (fields.size() >= kShownColumns) {
      ++left_out;
      continue;
    }
    auto shown_column = described(column);
    if (!wanted.empty()) {
      DAVIT_CO_TRY(auto list, co_await choice_list(call, table, column.name));
      if (!list.empty()) shown_column["choices"] = std::move(list);
    }
    fields.push_back(std::move(shown_column));
  }
  json::Array tables;
  for (auto const& name : dictionary.tables) tables.emplace_back(name);
  json::Object out{{"tables", std::move(tables)}, {"count", fields.size()}};
  if (left_out > 0) out["left_out"] = left_out;
  if (dictionary.has_names_only) {
    out["note"] = "sys_dictionary may not be read: only the names, from a record.";
  }
  out["fields"] = std::move(fields);
  co_return out;
}

}  // namespace davit::connectors::servicenow

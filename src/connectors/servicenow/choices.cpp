#include "connectors/servicenow/choices.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connectors/servicenow/api.h"
#include "connectors/servicenow/names.h"

namespace davit::connectors::servicenow {
namespace {

using connector::Invocation;

// What ServiceNow is delivered with, for users who may not read sys_choice.
struct Known {
  std::string_view table;
  std::string_view field;
  std::string_view label;
  std::string_view code;
};

// https://www.servicenow.com/docs/bundle/zurich-it-service-management/page/product/
// incident-management/concept/c_IncidentManagementStateModel.html
// https://www.servicenow.com/docs/bundle/zurich-it-service-management/page/product/
// change-management/concept/c_ChangeStateModel.html
constexpr Known kKnown[] = {
    {"incident", "state", "New", "1"},
    {"incident", "state", "In Progress", "2"},
    {"incident", "state", "On Hold", "3"},
    {"incident", "state", "Resolved", "6"},
    {"incident", "state", "Closed", "7"},
    {"incident", "state", "Canceled", "8"},
    {"change_request", "state", "New", "-5"},
    {"change_request", "state", "Assess", "-4"},
    {"change_request", "state", "Authorize", "-3"},
    {"change_request", "state", "Scheduled", "-2"},
    {"change_request", "state", "Implement", "-1"},
    {"change_request", "state", "Review", "0"},
    {"change_request", "state", "Closed", "3"},
    {"change_request", "state", "Canceled", "4"},
};

bool is_whole_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.size() <= 6 && text.find_first_not_of("0123456789") == text.npos;
}

// "in_progress" and "In Progress" are one.
std::string folded(std::string_view label) {
  std::string plain;
  for (auto const c : to_lower(label)) {
    if (c != ' ' && c != '_' && c != '-') plain += c;
  }
  if (auto const at = plain.find("cancelled"); at != plain.npos) plain.erase(at + 5, 1);
  return plain;
}

Error unknown(std::string_view field, std::string_view text, const std::vector<Choice>& choices) {
  std::string labels;
  for (auto const& choice : choices) {
    if (labels.size() > 600) break;
    labels += fmt::format("{}{}", labels.empty() ? "" : ", ", shown(choice.label, 60));
  }
  return Error(
      ErrorKind::invalid_input,
      fmt::format("{}: there is no '{}'; use one of {}", field, utf8_prefix(text, 60), labels)
  );
}

}  // namespace

Async<std::vector<Choice>> choices_of(Invocation call, std::string table, std::string field) {
  auto const path = fmt::format(
      "/api/now/table/sys_choice?sysparm_query=nameIN{},{}%5Eelement={}%5Einactive=false"
      "%5EORDERBYname%5EORDERBYsequence&sysparm_fields=name,value,label&sysparm_limit=200",
      table,
      table.starts_with("cmdb") ? "cmdb_ci,cmdb" : "task",
      field
  );
  auto const answer = co_await call.get_cached(path, std::chrono::minutes(30));
  std::vector<Choice> choices;
  if (!answer) {
    auto const kind = answer.error().kind();
    if (kind != ErrorKind::forbidden && kind != ErrorKind::not_found) co_return answer.error();
    remember_empty(call, path);
    co_return choices;
  }
  auto const& rows = rows_of(*answer);
  auto const has_own = std::ranges::any_of(rows, [&](auto const& row) {
    return json::find_string(row, "name") == table;
  });
  for (auto const& row : rows) {
    if (has_own && json::find_string(row, "name") != table) continue;
    Choice choice{
        .label = std::string(json::find_string(row, "label").value_or("")),
        .code = std::string(json::find_string(row, "value").value_or("")),
    };
    if (!choice.label.empty() && !choice.code.empty()) choices.push_back(std::move(choice));
  }
  co_return choices;
}

Async<std::string> code_of(
    Invocation call, std::string table, std::string field, std::string text
) {
  DAVIT_CO_CHECK(check_value(field, text));
  if (is_whole_number(text)) co_return text;
  auto const wanted = folded(text);
  DAVIT_CO_TRY(auto const choices, co_await choices_of(call, table, field));
  for (auto const& choice : choices) {
    if (folded(choice.label) == wanted || choice.code == text) co_return choice.code;
  }
  if (!choices.empty()) co_return unknown(field, text, choices);
  for (auto const& known : kKnown) {
    if (known.table == table && known.field == field && folded(known.label) == wanted) {
      co_return std::string(known.code);
    }
  }
  // Without a list there is nothing to compare with; ServiceNow decides.
  co_return text;
}

}  // namespace davit::connectors::servicenow

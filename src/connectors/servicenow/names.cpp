#include "connectors/servicenow/names.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/text.h"

namespace davit::connectors::servicenow {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
bool is_word(char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_'; }

struct Prefix {
  std::string_view letters;
  std::string_view table;
};

// https://www.servicenow.com/docs/bundle/zurich-platform-administration/page/administer/
// time/concept/c_ManagingRecordNumbering.html
constexpr Prefix kPrefixes[] = {
    {"INC", "incident"},
    {"CHG", "change_request"},
    {"CTASK", "change_task"},
    {"PRB", "problem"},
    {"PTASK", "problem_task"},
    {"REQ", "sc_request"},
    {"RITM", "sc_req_item"},
    {"SCTASK", "sc_task"},
    {"KB", "kb_knowledge"},
    {"TASK", "task"},
};

}  // namespace

bool is_sys_id(std::string_view text) {
  return text.size() == 32 &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

bool is_number(std::string_view text) {
  auto const letters = std::ranges::find_if_not(text, is_capital) - text.begin();
  auto const digits = text.substr(static_cast<std::size_t>(letters));
  return letters >= 2 && letters <= 10 && digits.size() >= 4 && digits.size() <= 20 &&
         std::ranges::all_of(digits, is_digit);
}

bool is_table_name(std::string_view text) {
  return !text.empty() && text.size() <= 80 && std::ranges::all_of(text, is_word);
}

bool is_field_name(std::string_view text) {
  auto const steps = split(text, '.');
  return steps.size() <= 5 && std::ranges::all_of(steps, is_table_name);
}

bool is_stored_time(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00 00:00:00";
  return text.size() == kShape.size() && std::ranges::equal(text, kShape, [](char c, char shape) {
           return shape == '0' ? is_digit(c) : c == shape;
         });
}

std::string_view table_of_number(std::string_view number) {
  auto const letters = number.substr(
      0, static_cast<std::size_t>(std::ranges::find_if_not(number, is_capital) - number.begin())
  );
  for (auto const& prefix : kPrefixes) {
    if (prefix.letters == letters) return prefix.table;
  }
  return {};
}

std::string to_stored_time(std::string_view text) {
  auto const time = connector::from_rfc3339(text);
  if (!time) return std::string(text);
  auto stored = connector::to_rfc3339(*time);
  stored[10] = ' ';
  stored.resize(19);
  return stored;
}

Result<> check_value(std::string_view argument, std::string_view value) {
  auto const refuse = [&](std::string_view what) {
    return Error(ErrorKind::invalid_input, fmt::format("{} must not contain {}", argument, what));
  };
  if (value.find('^') != value.npos) return refuse("'^', which divides the terms of a query");
  if (value.find_first_of("\r\n") != value.npos || has_control_character(value)) {
    return refuse("line breaks or control characters");
  }
  if (to_lower(value).find("javascript:") != std::string::npos) {
    return refuse("'javascript:', which ServiceNow would evaluate");
  }
  return {};
}

}  // namespace davit::connectors::servicenow

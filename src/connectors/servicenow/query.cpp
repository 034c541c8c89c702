#include "connectors/servicenow/query.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connectors/servicenow/names.h"

namespace davit::connectors::servicenow {
namespace {

// The longer before the shorter that begins it.
// https://www.servicenow.com/docs/bundle/zurich-platform-user-interface/page/use/
// common-ui-elements/reference/r_OpAvailableFiltersQueries.html
constexpr std::string_view kOperators[] = {
    "ISNOTEMPTY",
    "ISEMPTY",
    "NOT LIKE",
    "NOT IN",
    "BETWEEN",
    "STARTSWITH",
    "ENDSWITH",
    "CONTAINS",
    "DOES NOT CONTAIN",
    "LIKE",
    "IN",
    "!=",
    ">=",
    "<=",
    "=",
    ">",
    "<",
};
// What begins a term instead of a field.
constexpr std::string_view kOrders[] = {"ORDERBYDESC", "ORDERBY"};
constexpr std::string_view kTextSearch = "123TEXTQUERY321";

constexpr std::size_t kLongestQuery = 4000;

Error refuse(std::string text) { return Error(ErrorKind::invalid_input, std::move(text)); }

std::string_view take_field(std::string_view& rest) {
  auto const end =
      std::min(rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_."), rest.size());
  auto const field = rest.substr(0, end);
  rest.remove_prefix(end);
  return field;
}

std::string_view find_operator(std::string_view rest) {
  for (auto const op : kOperators) {
    if (rest.starts_with(op)) return op;
  }
  return {};
}

Result<> parse_term(std::string_view term, ParsedQuery& parsed) {
  if (term.starts_with(kTextSearch)) {
    term.remove_prefix(kTextSearch.size());
    if (!term.starts_with('=')) return refuse("query: the text search has no '='");
    return check_value("query", term.substr(1));
  }
  for (auto const order : kOrders) {
    if (!term.starts_with(order)) continue;
    auto const field = term.substr(order.size());
    if (!is_field_name(field)) return refuse(fmt::format("query: '{}' orders by no field", term));
    parsed.fields.emplace_back(field);
    return {};
  }
  auto rest = term;
  auto const field = take_field(rest);
  auto const op = find_operator(rest);
  if (!is_field_name(field) || op.empty()) {
    return refuse(fmt::format(
        "query: '{}' is not <field><operator><value>; operators are =, !=, >, >=, <, <=, LIKE, "
        "NOT LIKE, STARTSWITH, ENDSWITH, IN, NOT IN, BETWEEN, ISEMPTY and ISNOTEMPTY",
        utf8_prefix(term, 80)
    ));
  }
  rest.remove_prefix(op.size());
  if (has_no_value(op) && !rest.empty()) {
    return refuse(fmt::format("query: {} has no value", op));
  }
  parsed.fields.emplace_back(field);
  return check_value("query", rest);
}

}  // namespace

bool is_operator(std::string_view op) {
  return std::ranges::find(kOperators, op) != std::end(kOperators);
}

bool has_no_value(std::string_view op) { return op.ends_with("EMPTY"); }

Result<> Query::add(
    std::string_view argument, std::string_view field, std::string_view op, std::string_view value
) {
  return add_any(argument, {&field, 1}, op, value);
}

Result<> Query::add_any(
    std::string_view argument,
    std::span<const std::string_view> fields,
    std::string_view op,
    std::string_view value
) {
  DAVIT_CHECK(check_value(argument, value));
  if (!is_operator(op))
    return refuse(fmt::format(
        "{}: '{}' is no operator; they are {}",
        argument,
        utf8_prefix(op, 40),
        fmt::join(kOperators, ", ")
    ));
  if (has_no_value(op)) value = {};
  std::string condition;
  for (auto const field : fields) {
    if (!is_field_name(field)) {
      return refuse(fmt::format("{}: '{}' is no name of a field", argument, field));
    }
    condition += fmt::format("{}{}{}{}", condition.empty() ? "" : "^OR", field, op, value);
  }
  add_trusted(condition);
  return {};
}

Result<> Query::add_in(
    std::string_view argument, std::string_view field, const std::vector<std::string>& values
) {
  for (auto const& value : values) {
    if (value.find(',') != value.npos) {
      return refuse(fmt::format("{}: a value must not contain ','", argument));
    }
  }
  return add(argument, field, "IN", fmt::format("{}", fmt::join(values, ",")));
}

Result<> Query::add_text(std::string_view argument, std::string_view text) {
  DAVIT_CHECK(check_value(argument, text));
  add_trusted(fmt::format("{}={}", kTextSearch, text));
  return {};
}

void Query::add_trusted(std::string_view conditions) {
  if (conditions.empty()) return;
  if (!conditions_.empty()) conditions_ += '^';
  conditions_ += conditions;
}

void Query::order_by(std::string_view field) {
  auto const is_descending = field.starts_with('-');
  if (is_descending) field.remove_prefix(1);
  order_ += fmt::format("^ORDERBY{}{}", is_descending ? "DESC" : "", field);
}

std::string Query::text() const {
  auto const is_ordered_by_id = order_.ends_with("ORDERBYsys_id");
  auto all = conditions_ + order_ + (is_ordered_by_id ? "" : "^ORDERBYsys_id");
  if (all.starts_with('^')) all.erase(0, 1);
  return all;
}

Result<ParsedQuery> parse_query(std::string_view text) {
  if (text.size() > kLongestQuery) {
    return refuse(fmt::format("query: at most {} bytes", kLongestQuery));
  }
  ParsedQuery parsed;
  text = trim(text);
  if (text.starts_with("sysparm_query=")) text.remove_prefix(14);
  for (std::string_view const end : {"^EQ", "^"}) {
    if (text.ends_with(end)) text.remove_suffix(end.size());
  }
  parsed.text = text;
  if (text.empty()) return parsed;
  auto is_first = true;
  for (auto term : split(text, '^')) {
    for (std::string_view const joint : {"OR", "NQ"}) {
      if (is_first || !term.starts_with(joint) || term.starts_with("ORDERBY")) continue;
      term.remove_prefix(2);
      if (joint == "NQ") parsed.has_alternatives = true;
      break;
    }
    is_first = false;
    DAVIT_CHECK(parse_term(term, parsed));
  }
  return parsed;
}

}  // namespace davit::connectors::servicenow

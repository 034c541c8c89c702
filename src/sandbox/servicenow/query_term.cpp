#include "sandbox/servicenow/query_term.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/strings.h"
#include "sandbox/servicenow/values.h"

namespace davit::sandbox::servicenow {
namespace {

// The longer before the shorter that begins it.
constexpr std::string_view kOperators[] = {
    "ISNOTEMPTY", "ISEMPTY",    "ANYTHING",   "DOESNOTCONTAIN",
    "NOT LIKE",   "NOTLIKE",    "NOT IN",     "NOTIN",
    "BETWEEN",    "STARTSWITH", "ENDSWITH",   "CONTAINS",
    "LIKE",       "IN",         "!=",         ">=",
    "<=",         "=",          ">",          "<",
    "SAMEAS",     "NSAMEAS",    "EMPTYSTRING"
};
constexpr std::string_view kTextSearch = "123TEXTQUERY321=";

std::optional<long long> number(std::string_view text) {
  long long value = 0;
  auto const [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || ec != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

// The argument of "gs.daysAgo(7)"; nothing when the call is another.
std::optional<int> argument(std::string_view script, std::string_view function) {
  if (!script.starts_with(function)) return std::nullopt;
  script.remove_prefix(function.size());
  if (!script.starts_with('(') || !script.ends_with(')')) return std::nullopt;
  return static_cast<int>(number(script.substr(1, script.size() - 2)).value_or(0));
}

std::string evaluate(const World& world, std::string_view script) {
  using std::chrono::days;
  using std::chrono::hours;
  using std::chrono::minutes;
  if (script == "gs.getUserID()") return world.user;
  if (script == "gs.getUserName()") return world.user_name();
  if (auto const ago = argument(script, "gs.minutesAgo")) {
    return time_value(world.now - minutes(*ago));
  }
  if (auto const ago = argument(script, "gs.hoursAgo")) return time_value(world.now - hours(*ago));
  if (auto const ago = argument(script, "gs.daysAgo")) return time_value(world.now - days(*ago));
  auto const today = Time(std::chrono::floor<days>(world.now));
  if (auto const ago = argument(script, "gs.daysAgoStart")) return time_value(today - days(*ago));
  if (script == "gs.beginningOfToday()") return time_value(today);
  return {};
}

bool contains(std::string_view text, std::string_view part) {
  return to_lower(text).find(to_lower(part)) != std::string::npos;
}

bool is_listed(std::string_view list, std::string_view value) {
  return std::ranges::any_of(split(list, ','), [&](std::string_view item) {
    return iequals(item, value);
  });
}

bool is_between(std::string_view range, std::string_view value) {
  auto const at = range.find('@');
  if (at == range.npos || value.empty()) return false;
  return compare(value, range.substr(0, at)) >= 0 && compare(value, range.substr(at + 1)) <= 0;
}

bool has_text(const Record& record, std::string_view text) {
  static constexpr std::array kTexts{
      "number", "short_description", "description", "text", "name", "close_notes"
  };
  return std::ranges::any_of(kTexts, [&](std::string_view field) {
    return contains(record.get(field), text);
  });
}

bool fits(std::string_view op, std::string_view value, std::string_view wanted) {
  if (op == "=" || op == "SAMEAS") return iequals(value, wanted);
  if (op == "!=" || op == "NSAMEAS") return !iequals(value, wanted);
  // A comparison with nothing holds for nothing, as in the database.
  if (op == ">") return !value.empty() && compare(value, wanted) > 0;
  if (op == ">=") return !value.empty() && compare(value, wanted) >= 0;
  if (op == "<") return !value.empty() && compare(value, wanted) < 0;
  if (op == "<=") return !value.empty() && compare(value, wanted) <= 0;
  if (op == "IN") return is_listed(wanted, value);
  if (op == "NOT IN" || op == "NOTIN") return !is_listed(wanted, value);
  if (op == "BETWEEN") return is_between(wanted, value);
  if (op == "ISEMPTY" || op == "EMPTYSTRING") return value.empty();
  if (op == "ISNOTEMPTY") return !value.empty();
  return op == "ANYTHING";
}

bool fits_text(std::string_view op, std::string_view value, std::string_view wanted) {
  if (op == "LIKE" || op == "CONTAINS") return contains(value, wanted);
  if (op == "STARTSWITH") return to_lower(value).starts_with(to_lower(wanted));
  if (op == "ENDSWITH") return to_lower(value).ends_with(to_lower(wanted));
  return !contains(value, wanted);
}

bool is_text_operator(std::string_view op) {
  static constexpr std::array kText{
      "LIKE", "CONTAINS", "STARTSWITH", "ENDSWITH", "NOT LIKE", "NOTLIKE", "DOESNOTCONTAIN"
  };
  return std::ranges::find(kText, op) != kText.end();
}

}  // namespace

int compare(std::string_view a, std::string_view b) {
  auto const left = number(a);
  auto const right = number(b);
  if (left && right) return *left < *right ? -1 : (*left > *right ? 1 : 0);
  return to_lower(a).compare(to_lower(b));
}

std::optional<Term> parse_term(const World& world, std::string_view table, std::string_view text) {
  if (text.starts_with(kTextSearch)) {
    return Term{"", "LIKE", std::string(text.substr(kTextSearch.size()))};
  }
  auto const end =
      std::min(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_."), text.size());
  auto const field = text.substr(0, end);
  auto const rest = text.substr(end);
  if (resolve_column(table, field) == nullptr) return std::nullopt;
  for (auto const op : kOperators) {
    if (!rest.starts_with(op)) continue;
    std::string value(rest.substr(op.size()));
    if (value.starts_with("javascript:")) value = evaluate(world, value.substr(11));
    return Term{std::string(field), op, std::move(value)};
  }
  return std::nullopt;
}

bool holds(const World& world, const Term& term, const Record& record) {
  if (term.field.empty()) return has_text(record, term.value);
  auto const field = resolve(world, record, term.field);
  // A column of a table that extends the one asked for is in some of its records only.
  if (!field) return false;
  if (!is_text_operator(term.op)) return fits(term.op, stored_value(*field), term.value);
  // A reference contains what it shows.
  auto const is_shown =
      field->column->type == Type::reference || field->column->type == Type::journal;
  auto const value = is_shown ? display_value(world, *field) : stored_value(*field);
  return fits_text(term.op, value, term.value);
}

}  // namespace davit::sandbox::servicenow

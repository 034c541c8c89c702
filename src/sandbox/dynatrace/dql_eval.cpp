#include "sandbox/dynatrace/dql_eval.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/dynatrace/dql_text.h"

namespace davit::sandbox::dynatrace::dql {
namespace {

using Kind = Expression::Kind;
using Args = std::vector<Cell>;

bool holds_text(const Cell& cell) {
  return cell.kind == Cell::Kind::text || cell.kind == Cell::Kind::uid ||
         cell.kind == Cell::Kind::smartscape_id;
}

template <class Test>
Cell on_texts(const Args& args, const Test& test) {
  if (!holds_text(args[0]) || !holds_text(args[1])) return {};
  return boolean(test(std::string_view(args[0].text), std::string_view(args[1].text)));
}

// "caseSensitive:false" comes as a third argument.
bool ignores_case(const Args& args) {
  return args.size() > 2 && args[2].kind == Cell::Kind::boolean && args[2].integer == 0;
}

Cell contains(const Args& args) {
  return on_texts(args, [&](std::string_view text, std::string_view part) {
    if (ignores_case(args)) return to_lower(text).find(to_lower(part)) != std::string::npos;
    return text.find(part) != std::string_view::npos;
  });
}

Cell in(const Args& args) {
  if (args[0].is_null()) return {};
  for (std::size_t i = 1; i < args.size(); ++i) {
    auto const equals = [&](const Cell& one) { return compare(args[0], one) == 0; };
    if (equals(args[i]) || std::ranges::any_of(args[i].items, equals)) return boolean(true);
  }
  return boolean(false);
}

Cell bin(const Args& args) {
  auto const step = args[1].integer;
  if (args[0].is_null() || step <= 0) return {};
  auto out = args[0];
  if (out.kind == Cell::Kind::real) {
    out.real = std::floor(out.real / static_cast<double>(step)) * static_cast<double>(step);
  } else {
    out.integer -= ((out.integer % step) + step) % step;
  }
  return out;
}

Cell to_long(const Args& args) {
  if (holds_text(args[0])) return integer(std::strtoll(args[0].text.c_str(), nullptr, 10));
  if (args[0].is_null()) return {};
  if (args[0].kind != Cell::Kind::real) return integer(args[0].integer);
  return integer(static_cast<std::int64_t>(std::clamp(args[0].real, -9e18, 9e18)));
}

Cell to_double(const Args& args) {
  if (holds_text(args[0])) return real(std::strtod(args[0].text.c_str(), nullptr));
  return args[0].is_null() ? Cell() : real(args[0].as_real());
}

Cell round_to(const Args& args) {
  if (!args[0].is_number()) return {};
  auto const scale = args.size() > 1 ? std::pow(10.0, args[1].as_real()) : 1.0;
  return real(std::round(args[0].as_real() * scale) / scale);
}

Cell coalesce(const Args& args) {
  auto const found = std::ranges::find_if(args, [](const Cell& one) { return !one.is_null(); });
  return found == args.end() ? Cell() : *found;
}

Cell change_case(const Cell& from, bool to_upper) {
  if (!holds_text(from)) return {};
  auto out = to_lower(from.text);
  if (to_upper) {
    std::ranges::transform(out, out.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
  }
  return text_or_empty(out);
}

Cell concat(const Args& args) {
  std::string out;
  for (auto const& one : args) out += to_plain_text(one);
  return text_or_empty(out);
}

Cell to_timestamp(const Args& args) {
  if (args[0].kind == Cell::Kind::time) return args[0];
  auto const parsed = parse_time(args[0].text);
  return parsed ? time(*parsed) : Cell();
}

struct Function {
  std::string_view name;
  std::size_t min;
  std::size_t max;
  Cell (*run)(const Args& args);
};

constexpr Function kFunctions[] = {
    {"array", 0, 100, [](const Args& a) { return array(a); }},
    {"arraySize",
     1,
     1,
     [](const Args& a) { return integer(static_cast<std::int64_t>(a[0].items.size())); }},
    {"arraySum", 1, 1, [](const Args& a) { return aggregate_values("sum", 0, a[0].items); }},
    {"bin", 2, 2, bin},
    {"coalesce", 1, 50, coalesce},
    {"concat", 1, 50, concat},
    {"contains", 2, 3, contains},
    {"endsWith",
     2,
     3,
     [](const Args& a) { return on_texts(a, [](auto x, auto y) { return x.ends_with(y); }); }},
    {"entityName", 1, 2, nullptr},
    {"if", 2, 3, [](const Args& a) { return a[0].is_true() ? a[1]
                                            : a.size() > 2 ? a[2]
                                                           : Cell(); }
    },
    {"in", 2, 500, in},
    {"isNotNull", 1, 1, [](const Args& a) { return boolean(!a[0].is_null()); }},
    {"isNull", 1, 1, [](const Args& a) { return boolean(a[0].is_null()); }},
    {"lower", 1, 1, [](const Args& a) { return change_case(a[0], false); }},
    {"matchesPhrase", 2, 3, [](const Args& a) { return on_texts(a, has_phrase); }},
    {"matchesValue", 2, 3, [](const Args& a) { return on_texts(a, matches_value); }},
    {"now", 0, 0, nullptr},
    {"round", 1, 2, round_to},
    {"startsWith",
     2,
     3,
     [](const Args& a) { return on_texts(a, [](auto x, auto y) { return x.starts_with(y); }); }},
    {"stringLength",
     1,
     1,
     [](const Args& a) { return integer(static_cast<std::int64_t>(a[0].text.size())); }},
    {"toDouble", 1, 1, to_double},
    {"toLong", 1, 1, to_long},
    {"toSmartscapeId", 1, 1, [](const Args& a) { return smartscape_id(a[0].text); }},
    {"toString",
     1,
     1,
     [](const Args& a) { return a[0].is_null() ? Cell() : text_or_empty(to_plain_text(a[0])); }},
    {"toTimestamp", 1, 1, to_timestamp},
    {"toUid", 1, 1, [](const Args& a) { return uid(a[0].text); }},
    {"upper", 1, 1, [](const Args& a) { return change_case(a[0], true); }},
};

const Function* find_function(std::string_view name) {
  auto const* found = std::ranges::find(kFunctions, name, &Function::name);
  return found == std::end(kFunctions) ? nullptr : found;
}

Cell calculate(char sign, const Cell& a, const Cell& b) {
  auto const is_time = a.kind == Cell::Kind::time;
  if (is_time && b.kind == Cell::Kind::duration) {
    return time_ns(sign == '-' ? a.integer - b.integer : a.integer + b.integer);
  }
  if (is_time && b.kind == Cell::Kind::time && sign == '-') return duration(a.integer - b.integer);
  if (!a.is_number() || !b.is_number()) return {};
  auto const is_whole = a.kind != Cell::Kind::real && b.kind != Cell::Kind::real && sign != '/';
  auto const x = a.as_real();
  auto const y = b.as_real();
  auto const value = sign == '+'   ? x + y
                     : sign == '-' ? x - y
                     : sign == '*' ? x * y
                     : sign == '/' ? x / y
                                   : std::fmod(x, y);
  if (!std::isfinite(value)) return {};
  if (!is_whole || std::abs(value) > 9e18) return real(value);
  auto out = a.kind == Cell::Kind::duration ? a : b.kind == Cell::Kind::duration ? b : integer(0);
  out.integer = static_cast<std::int64_t>(value);
  return out;
}

// Three-valued: null is neither true nor false.
Cell combine(std::string_view name, const Cell& a, const Cell& b) {
  auto const decides = [&](const Cell& one) {
    return one.kind == Cell::Kind::boolean && one.is_true() == (name == "or");
  };
  if (decides(a) || decides(b)) return boolean(name == "or");
  if (a.is_null() || b.is_null()) return {};
  return boolean(name == "and");
}

Cell compare_with(std::string_view name, const Cell& a, const Cell& b) {
  auto const order = compare(a, b);
  if (!order) return {};
  if (name == "==") return boolean(*order == 0);
  if (name == "!=") return boolean(*order != 0);
  if (name == "<") return boolean(*order < 0);
  if (name == "<=") return boolean(*order <= 0);
  return boolean(name == ">" ? *order > 0 : *order >= 0);
}

Cell operate(const Expression& one, const Scope& scope) {
  auto a = evaluate(one.args[0], scope);
  if (one.name == "not") return a.is_null() ? Cell() : boolean(!a.is_true());
  if (one.name == "negate") {
    a.integer = -a.integer;
    a.real = -a.real;
    return a;
  }
  auto const b = evaluate(one.args[1], scope);
  if (one.name == "and" || one.name == "or") return combine(one.name, a, b);
  if (one.name.size() == 1 && std::string_view("+-*/%").find(one.name) != std::string_view::npos) {
    return calculate(one.name.front(), a, b);
  }
  return compare_with(one.name, a, b);
}

// Records have the name beside the id: service.name for dt.entity.service.
Cell entity_name(const Expression& call, const Scope& scope) {
  constexpr std::string_view kPrefix = "dt.entity.";
  std::string_view const id = call.args[0].name;
  if (!id.starts_with(kPrefix)) return {};
  return field(scope.record, std::string(id.substr(kPrefix.size())) + ".name");
}

Cell number_literal(const std::string& written) {
  if (written.find('.') != std::string::npos) return real(std::strtod(written.c_str(), nullptr));
  return integer(std::strtoll(written.c_str(), nullptr, 10));
}

}  // namespace

Cell evaluate(const Expression& one, const Scope& scope) {
  switch (one.kind) {
    case Kind::field: return field(scope.record, one.name);
    case Kind::text: return text_or_empty(one.name);
    case Kind::number: return number_literal(one.name);
    case Kind::duration: return duration(parse_duration(one.name).value_or(0));
    case Kind::boolean: return boolean(one.name == "true");
    case Kind::null: return {};
    case Kind::operation: return operate(one, scope);
    case Kind::call:
    case Kind::list: break;
  }
  Args args;
  for (auto const& arg : one.args) args.push_back(evaluate(arg, scope));
  if (one.kind == Kind::list) return array(std::move(args));
  if (one.name == "now") return time(scope.now);
  if (one.name == "entityName") return entity_name(one, scope);
  auto const* function = find_function(one.name);
  return function == nullptr ? Cell() : function->run(args);
}

std::optional<Error> check(const Expression& one, bool allows_aggregation) {
  if (one.kind == Kind::call && !(allows_aggregation && is_aggregation(one.name))) {
    auto const* function = find_function(one.name);
    if (function == nullptr) {
      return Error{
          "UNKNOWN_FUNCTION",
          fmt::format("The function `{}` doesn't exist.", one.name),
          one.name,
          one.begin,
          one.begin + one.name.size()
      };
    }
    if (one.args.size() < function->min || one.args.size() > function->max) {
      return Error{
          "WRONG_NUMBER_OF_PARAMETERS",
          fmt::format("The function `{}` has too many or too few parameters.", one.name),
          one.name,
          one.begin,
          one.end
      };
    }
  }
  for (auto const& arg : one.args) {
    if (auto wrong = check(arg, allows_aggregation)) return wrong;
  }
  return std::nullopt;
}

}  // namespace davit::sandbox::dynatrace::dql

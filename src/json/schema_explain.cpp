#include "json/schema_explain.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::json {
namespace {

constexpr std::size_t kMaxQuoted = 60;     // bytes of a name or a string that are repeated
constexpr std::size_t kMaxListed = 12;     // names or choices that are listed
constexpr std::size_t kMaxReasons = 3;     // alternatives whose reason is given
constexpr std::size_t kMaxReason = 240;    // bytes of each
constexpr std::size_t kMaxCompared = 200;  // names that "did you mean" looks at

std::string number(const Value& value) {
  return value.is_double() ? fmt::format("{}", value.get_double()) : to_text(value);
}

// In brief: "the string \"x\"", "12", "an array of 3 items".
std::string describe(const Value& value) {
  if (auto const* text = value.if_string()) return "the string " + quote(view(*text));
  if (auto const* array = value.if_array()) {
    return fmt::format("an array of {} item{}", array->size(), array->size() == 1 ? "" : "s");
  }
  if (auto const* object = value.if_object()) {
    return fmt::format(
        "an object with {} propert{}", object->size(), object->size() == 1 ? "y" : "ies"
    );
  }
  return value.is_number() ? "the number " + number(value) : to_text(value);
}

std::string brief(const Value& value) {
  if (value.is_string()) return quote(view(value.get_string()));
  return value.is_number() ? number(value) : describe(value);
}

// A choice of the schema, whole when it is short.
std::string choice(const Value& value) {
  if (!value.is_structured()) return brief(value);
  auto text = to_text(value);
  return text.size() <= kMaxQuoted ? text : describe(value);
}

template <class Range, class Format>
std::string list(const Range& range, const Format& format) {
  std::string out;
  std::size_t count = 0;
  for (auto const& item : range) {
    if (count > 0) out += ", ";
    if (count++ == kMaxListed) {
      out += fmt::format("... ({} in all)", std::size(range));
      break;
    }
    out += format(item);
  }
  return out;
}

struct TypeText {
  Types types;
  std::string_view text;
};
constexpr TypeText kTypeTexts[] = {
    {types::kString, "a string"},
    {types::kNumber, "a number"},
    {types::kInteger, "an integer"},
    {types::kBoolean, "a boolean"},
    {types::kArray, "an array"},
    {types::kObject, "an object"},
    {types::kNull, "null"},
};

constexpr std::string_view kBoundTexts[][2] = {
    {"minimum", "at least"},
    {"exclusiveMinimum", "greater than"},
    {"maximum", "at most"},
    {"exclusiveMaximum", "less than"},
};

struct SizeText {
  std::string_view keyword;
  std::string_view text;
  std::string_view unit;
};
constexpr SizeText kSizeTexts[] = {
    {"minLength", "at least", "characters"},
    {"maxLength", "at most", "characters"},
    {"minItems", "at least", "items"},
    {"maxItems", "at most", "items"},
    {"minProperties", "at least", "properties"},
    {"maxProperties", "at most", "properties"},
};

// An alternative that another type or another constant was asked for is likely not the one meant.
bool is_far(const SchemaError& reason) {
  return reason.keyword == "type" || reason.keyword == "const" || reason.keyword == "enum";
}

}  // namespace

std::string shortened(std::string_view text) {
  auto const shown = utf8_prefix(text, kMaxQuoted);
  std::string out(shown);
  if (shown.size() < text.size()) out += "...";
  return out;
}

std::string quote(std::string_view text) { return to_text(String(shortened(text))); }

SchemaError explain_types(Types allowed, const Value& value) {
  if (allowed == 0) return {{}, "false", "is not allowed here"};
  std::vector<std::string_view> names;
  for (auto const& [types, text] : kTypeTexts) {
    if ((allowed & types) != types) continue;
    names.push_back(text);
    allowed = static_cast<Types>(allowed & ~types);
  }
  return {{}, "type", fmt::format("must be {}, got {}", fmt::join(names, " or "), describe(value))};
}

SchemaError explain(const Bound& rule, const Value& value) {
  auto const& [keyword, text] = kBoundTexts[static_cast<std::size_t>(rule.kind)];
  return {
      {},
      std::string(keyword),
      fmt::format("must be {} {}, got {}", text, number(rule.limit), number(value))
  };
}

SchemaError explain(const MultipleOf& rule, const Value& value) {
  return {
      {},
      "multipleOf",
      fmt::format("must be a multiple of {}, got {}", number(rule.divisor), number(value))
  };
}

SchemaError explain(const Size& rule, std::uint64_t size) {
  auto const& [keyword, text, unit] = kSizeTexts[static_cast<std::size_t>(rule.kind)];
  return {
      {},
      std::string(keyword),
      fmt::format("must have {} {} {}, has {}", text, rule.limit, unit, size)
  };
}

SchemaError explain(const Matches& rule, const Value& value) {
  return {
      {},
      "pattern",
      fmt::format("must match the pattern {}, got {}", quote(rule.source), brief(value))
  };
}

SchemaError explain(const Format& rule, const Value& value) {
  return {
      {}, "format", fmt::format("must be in the format {}, got {}", quote(rule.name), brief(value))
  };
}

SchemaError explain(const Choice& rule, const Value& value) {
  auto const choices = list(rule.all, choice);
  return {
      {},
      rule.is_const ? "const" : "enum",
      fmt::format(
          "must be {}{}, got {}", rule.all.size() == 1 ? "" : "one of ", choices, brief(value)
      )
  };
}

SchemaError explain(const Contains& rule, std::uint64_t count) {
  auto const few = count < rule.min;
  return {
      {},
      few ? (rule.min == 1 ? "contains" : "minContains") : "maxContains",
      fmt::format(
          "must have at {} {} item(s) that match what \"contains\" asks for, has {}",
          few ? "least" : "most",
          few ? rule.min : rule.max,
          count
      )
  };
}

SchemaError explain_missing(std::string_view property) {
  return {{}, "required", fmt::format("lacks the required property {}", quote(property))};
}

SchemaError explain_unknown(const Members& rule, std::string_view property) {
  std::vector<std::string_view> names;
  for (auto const& known : rule.known) {
    if (known.node != kNoNode) names.push_back(known.name);
  }
  std::ranges::sort(names);
  std::string hint;
  if (names.size() <= kMaxCompared && property.size() <= kMaxQuoted) {
    auto candidates = names;
    std::erase_if(candidates, [](std::string_view name) { return name.size() > kMaxQuoted; });
    if (auto const near = nearest(property, candidates); !near.empty()) {
      hint = fmt::format("; did you mean {}?", quote(near));
    }
  }
  if (names.empty()) {
    hint += "; it takes none";
  } else if (names.size() <= kMaxListed) {
    hint += fmt::format("{} it takes {}", hint.empty() ? ";" : "", list(names, quote));
  }
  return {
      {},
      "additionalProperties",
      fmt::format("has the unknown property {}{}", quote(property), hint)
  };
}

SchemaError explain_dependent(std::string_view present, std::string_view missing) {
  return {
      {},
      "dependentRequired",
      fmt::format("has {} and so needs the property {} too", quote(present), quote(missing))
  };
}

SchemaError explain_name(std::string_view property, const std::vector<SchemaError>& reasons) {
  return {
      {},
      "propertyNames",
      fmt::format(
          "has the property {}, whose name is not allowed{}{}",
          quote(property),
          reasons.empty() ? "" : ": it ",
          reasons.empty() ? "" : reasons.front().message
      )
  };
}

SchemaError explain_unevaluated_member(std::string_view property) {
  return {
      {},
      "unevaluatedProperties",
      fmt::format("has the property {}, which is not allowed here", quote(property))
  };
}

SchemaError explain_unevaluated_item(std::size_t index) {
  return {{}, "unevaluatedItems", fmt::format("has item {}, which is not allowed here", index)};
}

SchemaError explain_no_match(
    std::string_view keyword, std::size_t alternatives, const std::vector<SchemaError>& reasons
) {
  std::string text;
  std::size_t shown = 0;
  for (auto const far : {false, true}) {
    for (auto const& reason : reasons) {
      if (is_far(reason) != far || shown == kMaxReasons) continue;
      auto const whole = to_text({reason}, "it");
      auto const part = utf8_prefix(whole, kMaxReason);
      text += fmt::format("{}{}", shown++ == 0 ? ": " : "; or ", part);
      if (part.size() < whole.size()) text += "...";
    }
  }
  return {
      {},
      std::string(keyword),
      fmt::format("matches none of the {} alternatives{}", alternatives, text)
  };
}

SchemaError explain_two_matches(std::size_t first, std::size_t second) {
  return {
      {},
      "oneOf",
      fmt::format(
          "must match exactly one alternative, but matches number {} and number {}",
          first + 1,
          second + 1
      )
  };
}

SchemaError explain_duplicates() { return {{}, "uniqueItems", "must not have two equal items"}; }

SchemaError explain_not() { return {{}, "not", "matches what is excluded by \"not\""}; }

}  // namespace davit::json

// The keywords that limit a value itself: enum, limits, patterns, formats.
#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "release/contract_schema.h"

namespace davit::release {
namespace {

struct Limit {
  std::string_view keyword;
  std::string_view exclusive;  // the keyword of the limit that a value must not reach
  Types types;
  bool is_lower;
};
constexpr Limit kLimits[] = {
    {"minimum", "exclusiveMinimum", kNumber, true},
    {"maximum", "exclusiveMaximum", kNumber, false},
    {"minLength", "", kString, true},
    {"maxLength", "", kString, false},
    {"minItems", "", kArray, true},
    {"maxItems", "", kArray, false},
    {"minContains", "", kArray, true},
    {"maxContains", "", kArray, false},
    {"minProperties", "", kObject, true},
    {"maxProperties", "", kObject, false},
};

// Less passes with one than without it, and nobody can say how two of them lie to each other.
struct Facet {
  std::string_view keyword;
  Types types;
};
constexpr Facet kFacets[] = {
    {"multipleOf", kNumber},
    {"pattern", kString},
    {"format", kString},
    {"contentEncoding", kString},
    {"contentMediaType", kString},
    {"uniqueItems", kArray},
};

// Compared elsewhere.
constexpr std::string_view kKnown[] = {
    "$ref",
    "allOf",
    "additionalProperties",
    "anyOf",
    "const",
    "contains",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "items",
    "oneOf",
    "prefixItems",
    "properties",
    "propertyNames",
    "required",
    "type",
};

bool is_known(std::string_view keyword) {
  return std::ranges::find(kKnown, keyword) != std::end(kKnown) ||
         std::ranges::find(kLimits, keyword, &Limit::keyword) != std::end(kLimits) ||
         std::ranges::find(kFacets, keyword, &Facet::keyword) != std::end(kFacets);
}

std::optional<double> number_of(const json::Value* value) {
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

struct Bound {
  double value = 0;
  bool is_exclusive = false;
};

// The stricter of the two keywords; for integers "above 0" is "from 1".
std::optional<Bound> bound_of(const Shape& shape, const Limit& limit, Types types) {
  auto const sign = limit.is_lower ? 1.0 : -1.0;
  std::optional<Bound> bound;
  if (auto const value = number_of(shape.find(limit.keyword))) bound = Bound{*value, false};
  if (limit.exclusive.empty()) {
    // 0 is what holds without it.
    return bound && limit.is_lower && bound->value <= 0 ? std::nullopt : bound;
  }
  auto const* other = shape.find(limit.exclusive);
  if (bound && other != nullptr && other->is_bool()) bound->is_exclusive = other->get_bool();
  auto const value = number_of(other);
  if (value && (!bound || sign * *value >= sign * bound->value)) bound = Bound{*value, true};
  if (bound && bound->is_exclusive && types == kInteger &&
      std::trunc(bound->value) == bound->value) {
    bound = Bound{bound->value + sign, false};
  }
  return bound;
}

std::string to_text(const Bound& bound) {
  return fmt::format("{}{}", bound.value, bound.is_exclusive ? " (exclusive)" : "");
}

// Positive when `after` lets less pass, negative when more does.
int tighter(const Bound& before, const Bound& after, bool is_lower) {
  auto const difference = (after.value - before.value) * (is_lower ? 1 : -1);
  if (difference != 0) return difference > 0 ? 1 : -1;
  return static_cast<int>(after.is_exclusive) - static_cast<int>(before.is_exclusive);
}

// `false` is what holds without the keyword.
const json::Value* facet_of(const Shape& shape, std::string_view keyword) {
  auto const* value = shape.find(keyword);
  return value != nullptr && value->is_bool() && !value->get_bool() ? nullptr : value;
}

bool is_multiple(const json::Value* of, const json::Value* what) {
  auto const small = number_of(of);
  auto const large = number_of(what);
  return small && large && *small > 0 && std::fmod(*large, *small) == 0;
}

std::string changed(std::string_view keyword, const json::Value* before, const json::Value* after) {
  if (after == nullptr) return fmt::format("`{}` {} is gone", keyword, shown(*before));
  if (before == nullptr) return fmt::format("`{}` is {} now", keyword, shown(*after));
  return fmt::format("`{}` is {} now, and was {}", keyword, shown(*after), shown(*before));
}

std::string list(const std::vector<const json::Value*>& values) {
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(values.size(), 5); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ", shown(*values[i]));
  }
  return values.size() > 5 ? fmt::format("{}, ... ({} in all)", text, values.size()) : text;
}

std::set<std::string_view> keywords_of(const Shape& before, const Shape& after) {
  std::set<std::string_view> all;
  for (auto const keyword : before.keywords()) all.insert(keyword);
  for (auto const keyword : after.keywords()) all.insert(keyword);
  return all;
}

}  // namespace

void SchemaComparison::compare_values(
    const Shape& before, const Shape& after, const std::string& path
) {
  auto const old_values = before.values();
  auto const new_values = after.values();
  if (!old_values && !new_values) return;
  if (!old_values) {
    return find(Turn::narrower, path, fmt::format("may only be {} now", list(*new_values)));
  }
  if (!new_values) {
    return find(Turn::wider, path, fmt::format("is no longer limited to {}", list(*old_values)));
  }
  auto const missing = [this](const auto& from, const auto& in) {
    std::set<std::string> texts;
    for (auto const* value : in) {
      if (budget_.take()) texts.insert(json::canonical(*value));
    }
    std::vector<const json::Value*> others;
    std::ranges::copy_if(from, std::back_inserter(others), [&](const json::Value* value) {
      return budget_.take() && !texts.contains(json::canonical(*value));
    });
    return others;
  };
  auto const gone = missing(*old_values, *new_values);
  auto const added = missing(*new_values, *old_values);
  if (!gone.empty()) find(Turn::narrower, path, fmt::format("may no longer be {}", list(gone)));
  if (!added.empty()) find(Turn::wider, path, fmt::format("may be {} now", list(added)));
}

void SchemaComparison::compare_bounds(
    const Shape& before, const Shape& after, Types types, const std::string& path
) {
  for (auto const& limit : kLimits) {
    if ((types & limit.types) == 0) continue;
    auto const its = static_cast<Types>(types & limit.types);
    auto const was = bound_of(before, limit, its);
    auto const is = bound_of(after, limit, its);
    if (was && is) {
      auto const tightened = tighter(*was, *is, limit.is_lower);
      if (tightened == 0) continue;
      find(
          tightened > 0 ? Turn::narrower : Turn::wider,
          path,
          fmt::format("`{}` is {} now, and was {}", limit.keyword, to_text(*is), to_text(*was))
      );
    } else if (is) {
      find(Turn::narrower, path, fmt::format("`{}` is {} now", limit.keyword, to_text(*is)));
    } else if (was) {
      find(Turn::wider, path, fmt::format("`{}` {} is gone", limit.keyword, to_text(*was)));
    }
  }
}

void SchemaComparison::compare_facets(
    const Shape& before, const Shape& after, Types types, const std::string& path
) {
  for (auto const& facet : kFacets) {
    if ((types & facet.types) == 0) continue;
    auto const* was = facet_of(before, facet.keyword);
    auto const* is = facet_of(after, facet.keyword);
    if (was == is || (was != nullptr && is != nullptr && same(*was, *is, budget_))) continue;
    auto const is_number = facet.keyword == "multipleOf";
    auto const turn = was == nullptr                      ? Turn::narrower
                      : is == nullptr                     ? Turn::wider
                      : is_number && is_multiple(was, is) ? Turn::narrower
                      : is_number && is_multiple(is, was) ? Turn::wider
                                                          : Turn::both;
    find(turn, path, changed(facet.keyword, was, is));
  }
}

// One of one schema was merged into the shape.
void SchemaComparison::compare_allof(
    const Shape& before, const Shape& after, const std::string& path
) {
  auto const list = [](const Shape& shape) -> const json::Value* {
    auto const* all = shape.find("allOf");
    return all == nullptr || (all->is_array() && all->get_array().size() < 2) ? nullptr : all;
  };
  compare_lists(list(before), list(after), path);
}

void SchemaComparison::compare_annotations(
    const Shape& before, const Shape& after, const std::string& path
) {
  for (auto const keyword : keywords_of(before, after)) {
    // Where definitions changed is told where they are used; the others name the dialect.
    auto const is_for_people = is_annotation(keyword) &&
                               (!keyword.starts_with('$') || keyword == "$comment") &&
                               keyword != "definitions";
    if (!is_for_people || !budget_.take()) continue;
    auto const* was = before.find(keyword);
    auto const* is = after.find(keyword);
    if (was != nullptr && is != nullptr && same(*was, *is, budget_)) continue;
    auto const text =
        keyword == "default" ? changed(keyword, was, is) : fmt::format("its {} changed", keyword);
    find(Turn::neither, path, text);
  }
}

void SchemaComparison::compare_unknown(
    const Shape& before, const Shape& after, const std::string& path
) {
  for (auto const keyword : keywords_of(before, after)) {
    if (is_known(keyword) || is_annotation(keyword) || !budget_.take()) continue;
    auto const* was = before.find(keyword);
    auto const* is = after.find(keyword);
    if (was != nullptr && is != nullptr && same(*was, *is, budget_)) continue;
    if (keyword == "x-mcp-header") {
      // Clients that know the old list do not send the header, and are refused.
      find(is == nullptr ? Turn::neither : Turn::both, path, changed(keyword, was, is));
    } else if (keyword.starts_with("x-")) {
      find(Turn::neither, path, fmt::format("`{}` changed", shown(keyword)));
    } else {
      auto const what =
          fmt::format("`{}` changed, and what follows from it is not known here", shown(keyword));
      find(Turn::both, path, what);
    }
  }
}

}  // namespace davit::release

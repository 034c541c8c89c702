#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "json/schema_compiler.h"
#include "json/schema_explain.h"

namespace davit::json {
namespace {

// Copies must not live in the caller's memory: a value takes its storage along otherwise.
boost::json::storage_ptr own_memory() { return {}; }

struct TypeName {
  std::string_view name;
  Types types;
};
constexpr TypeName kTypeNames[] = {
    {"null", types::kNull},
    {"boolean", types::kBoolean},
    {"integer", types::kInteger},
    {"number", types::kNumber},
    {"string", types::kString},
    {"array", types::kArray},
    {"object", types::kObject},
};

struct BoundKeyword {
  std::string_view name;
  BoundKind kind;
};
constexpr BoundKeyword kBounds[] = {
    {"minimum", BoundKind::minimum},
    {"exclusiveMinimum", BoundKind::exclusive_minimum},
    {"maximum", BoundKind::maximum},
    {"exclusiveMaximum", BoundKind::exclusive_maximum},
};

struct SizeKeyword {
  std::string_view name;
  SizeKind kind;
  Types types;
};
constexpr SizeKeyword kSizes[] = {
    {"minLength", SizeKind::min_length, types::kString},
    {"maxLength", SizeKind::max_length, types::kString},
    {"minItems", SizeKind::min_items, types::kArray},
    {"maxItems", SizeKind::max_items, types::kArray},
    {"minProperties", SizeKind::min_properties, types::kObject},
    {"maxProperties", SizeKind::max_properties, types::kObject},
};

}  // namespace

Result<> Compiler::type() {
  auto const* value = find("type");
  if (value == nullptr) return {};
  Types allowed = 0;
  auto const add = [&](const Value& name) {
    auto const* text = name.if_string();
    if (text == nullptr) return false;
    auto const* row = std::ranges::find(kTypeNames, view(*text), &TypeName::name);
    if (row == std::end(kTypeNames)) return false;
    allowed = static_cast<Types>(allowed | row->types);
    return true;
  };
  auto const* list = value->if_array();
  if (list != nullptr ? list->empty() || !std::ranges::all_of(*list, add) : !add(*value)) {
    return bad("type", "must be one or several of the names of JSON's types");
  }
  target().types = allowed;
  return {};
}

Result<> Compiler::choices() {
  auto const add = [&](bool is_const, Array all) {
    Choice rule{.is_const = is_const, .all = std::move(all)};
    for (auto const& choice : rule.all) {
      if (auto const* text = choice.if_string()) {
        rule.strings.push_back(view(*text));
      } else {
        rule.others.push_back(&choice);
      }
    }
    std::ranges::sort(rule.strings);
    emit(types::kAny, std::move(rule));
  };
  if (auto const* value = find("const")) {
    Array one(own_memory());
    one.emplace_back(*value);
    add(true, std::move(one));
  }
  if (auto const* value = find("enum")) {
    if (!value->is_array()) return bad("enum", "must be an array");
    add(false, Array(value->get_array(), own_memory()));
  }
  return {};
}

Result<> Compiler::numbers() {
  for (auto const& [name, kind] : kBounds) {
    auto const* value = find(name);
    if (value == nullptr) continue;
    if (!value->is_number()) return bad(name, "must be a number");
    emit(types::kNumber, Bound{kind, Value(*value, own_memory())});
  }
  if (auto const* value = find("multipleOf")) {
    if (!value->is_number() || compare_numbers(*value, 0) <= 0) {
      return bad("multipleOf", "must be a number greater than 0");
    }
    emit(types::kNumber, MultipleOf{Value(*value, own_memory())});
  }
  return {};
}

Result<std::optional<std::uint64_t>> Compiler::count(std::string_view keyword) const {
  auto const* value = find(keyword);
  if (value == nullptr) return std::optional<std::uint64_t>();
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  if (!value->is_number() || type_of(*value) != types::kInteger || compare_numbers(*value, 0) < 0) {
    return bad(keyword, "must be a whole number that is not negative");
  }
  if (compare_numbers(*value, kMost) >= 0) return std::optional<std::uint64_t>(kMost);
  return std::optional<std::uint64_t>(
      value->is_double() ? static_cast<std::uint64_t>(value->get_double())
                         : value->to_number<std::uint64_t>()
  );
}

Result<> Compiler::sizes() {
  for (auto const& [name, kind, types] : kSizes) {
    DAVIT_TRY(auto const limit, count(name));
    if (limit) emit(types, Size{kind, *limit});
  }
  return {};
}

Result<Pattern> Compiler::pattern(std::string_view keyword, std::string_view text) {
  if (++patterns_ > options_.max_patterns) {
    return bad(keyword, fmt::format("is one of more than {} patterns", options_.max_patterns));
  }
  auto compiled = Pattern::compile(text, options_.max_pattern_memory);
  if (!compiled) {
    return bad(keyword, fmt::format("{}: {}", quote(text), compiled.error().message()));
  }
  return compiled;
}

Result<> Compiler::strings() {
  if (auto const* value = dialect_.validation ? find("pattern") : nullptr) {
    if (!value->is_string()) return bad("pattern", "must be a string");
    auto const text = view(value->get_string());
    DAVIT_TRY(auto compiled, pattern("pattern", text));
    emit(types::kString, Matches{std::move(compiled), std::string(text)});
  }
  if (auto const* value = dialect_.validation ? find("uniqueItems") : nullptr) {
    if (!value->is_bool()) return bad("uniqueItems", "must be a boolean");
    if (value->get_bool()) emit(types::kArray, UniqueItems{});
  }
  if (auto const* value = dialect_.assert_formats ? find("format") : nullptr) {
    if (!value->is_string()) return bad("format", "must be a string");
    auto const name = view(value->get_string());
    if (auto const check = find_format(name)) {
      emit(types::kString, Format{check, std::string(name)});
    }
  }
  return {};
}

Result<> Compiler::arrays() {
  Items items;
  DAVIT_TRY(items.prefix, node_list("prefixItems"));
  items.rest = wanted(find("items"));
  if (!items.prefix.empty() || items.rest != kNoNode) emit(types::kArray, std::move(items));
  return contains();
}

Result<> Compiler::contains() {
  auto const* schema = find("contains");
  if (schema == nullptr) return {};
  Contains rule{.node = wanted(schema), .min = 1, .max = std::numeric_limits<std::uint64_t>::max()};
  if (dialect_.validation) {
    DAVIT_TRY(auto const min, count("minContains"));
    DAVIT_TRY(auto const max, count("maxContains"));
    rule.min = min.value_or(rule.min);
    rule.max = max.value_or(rule.max);
  }
  emit(types::kArray, rule);
  return {};
}

Result<std::vector<std::string>> Compiler::names(std::string_view keyword, const Value& list)
    const {
  std::vector<std::string> out;
  auto const* items = list.if_array();
  auto const is_string = [](const Value& item) { return item.is_string(); };
  if (items == nullptr || !std::ranges::all_of(*items, is_string)) {
    return bad(keyword, "must be an array of property names");
  }
  for (auto const& item : *items) out.emplace_back(view(item.get_string()));
  return out;
}

Result<> Compiler::members() {
  std::map<std::string, Property, PropertyOrder> known;
  Members rule;
  if (dialect_.applicator) {
    DAVIT_TRY(auto const* properties, object_of("properties"));
    DAVIT_TRY(auto const* patterns, object_of("patternProperties"));
    if (properties != nullptr) {
      for (auto const& member : *properties) {
        known[std::string(member.key())].node = wanted(member.value());
      }
    }
    if (patterns != nullptr) {
      for (auto const& member : *patterns) {
        DAVIT_TRY(auto compiled, pattern("patternProperties", member.key()));
        rule.patterns.push_back({std::move(compiled), wanted(member.value())});
      }
    }
    rule.additional = wanted(find("additionalProperties"));
  }
  if (auto const* required = dialect_.validation ? find("required") : nullptr) {
    DAVIT_TRY(auto const list, names("required", *required));
    for (auto const& name : list) known[name].required = true;
  }
  for (auto& [name, property] : known) {
    property.name = name;
    if (property.required) ++rule.required;
    rule.known.push_back(std::move(property));
  }
  if (!rule.known.empty() || !rule.patterns.empty() || rule.additional != kNoNode) {
    emit(types::kObject, std::move(rule));
  }
  return {};
}

Result<> Compiler::other_members() {
  DAVIT_TRY(auto const* required, object_of("dependentRequired"));
  if (required != nullptr && dialect_.validation) {
    DependentRequired rule;
    for (auto const& member : *required) {
      DAVIT_TRY(auto needed, names("dependentRequired", member.value()));
      rule.needs.emplace_back(member.key(), std::move(needed));
    }
    emit(types::kObject, std::move(rule));
  }
  if (!dialect_.applicator) return {};
  if (auto const* schema = find("propertyNames")) {
    emit(types::kObject, PropertyNames{wanted(schema)});
  }
  DAVIT_TRY(auto const* schemas, object_of("dependentSchemas"));
  if (schemas != nullptr) {
    DependentSchemas rule;
    for (auto const& member : *schemas) {
      rule.schemas.emplace_back(member.key(), wanted(member.value()));
    }
    emit(types::kObject, std::move(rule));
  }
  return {};
}

}  // namespace davit::json

// The rules that look at the value itself, its members or its items.
#include <algorithm>
#include <optional>
#include <utility>

#include "json/schema_explain.h"
#include "json/schema_run.h"

namespace davit::json {
namespace {

constexpr std::size_t kBytesPerStep = 64;  // of text that is read once

const Property* find_property(const Members& rule, std::string_view name) {
  auto const at = std::ranges::lower_bound(rule.known, name, PropertyOrder(), &Property::name);
  return at != rule.known.end() && at->name == name ? &*at : nullptr;
}

}  // namespace

bool Runner::check(const Bound& rule, const Value& value, Marks /*marks*/) {
  auto const order = compare_numbers(value, rule.limit);
  bool holds = false;
  switch (rule.kind) {
    case BoundKind::minimum: holds = order >= 0; break;
    case BoundKind::exclusive_minimum: holds = order > 0; break;
    case BoundKind::maximum: holds = order <= 0; break;
    case BoundKind::exclusive_maximum: holds = order < 0; break;
  }
  return holds || fail([&] { return json::explain(rule, value); });
}

bool Runner::check(const MultipleOf& rule, const Value& value, Marks /*marks*/) {
  return is_multiple(value, rule.divisor) || fail([&] { return json::explain(rule, value); });
}

bool Runner::check(const Size& rule, const Value& value, Marks /*marks*/) {
  auto const at_least = rule.kind == SizeKind::min_length || rule.kind == SizeKind::min_items ||
                        rule.kind == SizeKind::min_properties;
  std::size_t size = 0;
  if (auto const* text = value.if_string()) {
    size = text->size();
    // A character has one byte to four: most texts need no count.
    if (at_least ? size < rule.limit : size <= rule.limit) {
      if (!at_least) return true;
    } else if (at_least && size / 4 >= rule.limit) {
      return true;
    }
    if (!spend(size / kBytesPerStep)) return false;
    size = count_characters(view(*text));
  } else {
    size = size_of(value);
  }
  auto const holds = at_least ? size >= rule.limit : size <= rule.limit;
  return holds || fail([&] { return json::explain(rule, size); });
}

bool Runner::check(const Matches& rule, const Value& value, Marks /*marks*/) {
  auto const text = view(value.get_string());
  if (!spend(rule.pattern.steps(text.size()))) return false;
  return rule.pattern.found_in(text) || fail([&] { return json::explain(rule, value); });
}

bool Runner::check(const Format& rule, const Value& value, Marks /*marks*/) {
  auto const text = view(value.get_string());
  if (!spend(1 + text.size() / kBytesPerStep)) return false;
  return rule.check(text) || fail([&] { return json::explain(rule, value); });
}

bool Runner::check(const Choice& rule, const Value& value, Marks /*marks*/) {
  bool holds = false;
  if (auto const* text = value.if_string()) {
    holds = std::ranges::binary_search(rule.strings, view(*text));
  } else {
    holds = std::ranges::any_of(rule.others, [&](const Value* choice) {
      return equal(value, *choice, steps_);
    });
  }
  return holds || fail([&] { return json::explain(rule, value); });
}

bool Runner::check(const Members& rule, const Value& value, Marks marks) {
  auto const& object = value.get_object();
  bool holds = true;
  std::size_t required = 0;
  std::size_t position = 0;
  for (auto const& member : object) {
    auto const name = std::string_view(member.key());
    bool evaluated = false;
    if (!spend(1)) return false;
    if (auto const* known = find_property(rule, name)) {
      required += known->required ? 1 : 0;
      if (known->node != kNoNode) {
        evaluated = true;
        holds &= run_child(known->node, member.value(), {name, {}});
      }
    }
    for (auto const& [pattern, node] : rule.patterns) {
      if (!spend(pattern.steps(name.size()))) return false;
      if (!pattern.found_in(name)) continue;
      evaluated = true;
      holds &= run_child(node, member.value(), {name, {}});
    }
    if (!evaluated && rule.additional != kNoNode) {
      evaluated = true;
      holds &= is_false(rule.additional) ? fail([&] { return explain_unknown(rule, name); })
                                         : run_child(rule.additional, member.value(), {name, {}});
    }
    if (!holds && enough()) return false;
    if (evaluated && marks != nullptr) marks->add(position);
    ++position;
  }
  if (required == rule.required) return holds;
  for (auto const& known : rule.known) {
    if (enough()) return false;
    if (known.required && !object.contains(known.name)) {
      fail([&] { return explain_missing(known.name); });
    }
  }
  return false;
}

bool Runner::check(const PropertyNames& rule, const Value& value, Marks /*marks*/) {
  bool holds = true;
  for (auto const& member : value.get_object()) {
    std::vector<SchemaError> reasons;
    if (attempt(rule.node, Value(member.key()), nullptr, &reasons)) continue;
    holds = fail([&] { return explain_name(member.key(), reasons); });
    if (enough()) break;
  }
  return holds;
}

bool Runner::check(const DependentRequired& rule, const Value& value, Marks /*marks*/) {
  auto const& object = value.get_object();
  bool holds = true;
  for (auto const& [name, needed] : rule.needs) {
    if (!spend(1 + needed.size())) return false;
    if (!object.contains(name)) continue;
    for (auto const& other : needed) {
      if (object.contains(other)) continue;
      holds = fail([&] { return explain_dependent(name, other); });
      if (enough()) return false;
    }
  }
  return holds;
}

bool Runner::check(const DependentSchemas& rule, const Value& value, Marks marks) {
  auto const& object = value.get_object();
  bool holds = true;
  for (auto const& [name, node] : rule.schemas) {
    if (!spend(1)) return false;
    if (object.contains(name)) holds &= run(node, value, marks);
    if (!holds && enough()) break;
  }
  return holds;
}

bool Runner::check(const Items& rule, const Value& value, Marks marks) {
  auto const& array = value.get_array();
  bool holds = true;
  auto const count =
      rule.rest == kNoNode ? std::min(rule.prefix.size(), array.size()) : array.size();
  for (std::size_t i = 0; i < count; ++i) {
    auto const node = i < rule.prefix.size() ? rule.prefix[i] : rule.rest;
    holds &= run_child(node, array[i], {{}, i});
    if (!holds && enough()) return false;
    if (marks != nullptr) marks->add(i);
  }
  return holds;
}

bool Runner::check(const Contains& rule, const Value& value, Marks marks) {
  auto const& array = value.get_array();
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (!attempt(rule.node, array[i], nullptr)) continue;
    ++count;
    if (marks != nullptr) {
      marks->add(i);
    } else if (count > rule.max || (count >= rule.min && rule.max >= array.size())) {
      break;  // decided
    }
  }
  auto const holds = count >= rule.min && count <= rule.max;
  return holds || fail([&] { return json::explain(rule, count); });
}

bool Runner::check(const UniqueItems& /*rule*/, const Value& value, Marks /*marks*/) {
  return all_distinct(value.get_array(), steps_) || fail([] { return explain_duplicates(); });
}

bool Runner::check(const UnevaluatedItems& rule, const Value& value, Marks marks) {
  auto const& array = value.get_array();
  bool holds = true;
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (marks->has(i)) continue;
    holds &= is_false(rule.node) ? fail([&] { return explain_unevaluated_item(i); })
                                 : run_child(rule.node, array[i], {{}, i});
    if (!holds && enough()) return false;
  }
  marks->add_all();
  return holds;
}

bool Runner::check(const UnevaluatedProperties& rule, const Value& value, Marks marks) {
  bool holds = true;
  std::size_t position = 0;
  for (auto const& member : value.get_object()) {
    if (marks->has(position++)) continue;
    auto const name = std::string_view(member.key());
    holds &= is_false(rule.node) ? fail([&] { return explain_unevaluated_member(name); })
                                 : run_child(rule.node, member.value(), {name, {}});
    if (!holds && enough()) return false;
  }
  marks->add_all();
  return holds;
}

}  // namespace davit::json

// What a schema is compiled into: a flat table of nodes, one for each subschema, each with its
// rules in the order in which they are best tried. Private to the schema_*.cpp files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "json/json.h"
#include "json/pattern.h"
#include "json/schema_formats.h"
#include "json/schema_values.h"

namespace davit::json {

using NodeIndex = std::uint32_t;
inline constexpr NodeIndex kNoNode = std::numeric_limits<NodeIndex>::max();

enum class BoundKind : std::uint8_t { minimum, exclusive_minimum, maximum, exclusive_maximum };
struct Bound {
  BoundKind kind;
  Value limit;
};

struct MultipleOf {
  Value divisor;
};

enum class SizeKind : std::uint8_t {
  min_length,
  max_length,
  min_items,
  max_items,
  min_properties,
  max_properties,
};
struct Size {
  SizeKind kind;
  std::uint64_t limit;
};

struct Matches {
  Pattern pattern;
  std::string source;
};

struct Format {
  FormatCheck check;
  std::string name;
};

// `enum`, or `const` with one choice.
struct Choice {
  bool is_const;
  Array all;
  std::vector<std::string_view> strings;  // of `all`, sorted
  std::vector<const Value*> others;       // of `all`
};

// `properties`, `patternProperties`, `additionalProperties` and `required` in one pass.
struct Property {
  std::string name;
  NodeIndex node = kNoNode;  // none when it is only in `required`
  bool required = false;
};
struct PatternProperty {
  Pattern pattern;
  NodeIndex node;
};
struct Members {
  std::vector<Property> known;  // sorted by PropertyOrder
  std::vector<PatternProperty> patterns;
  NodeIndex additional = kNoNode;
  std::size_t required = 0;  // how many of `known` are
};

// By length first: most lookups then compare one text only.
struct PropertyOrder {
  bool operator()(std::string_view a, std::string_view b) const {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  }
};

struct PropertyNames {
  NodeIndex node;
};
struct DependentRequired {
  std::vector<std::pair<std::string, std::vector<std::string>>> needs;
};
struct DependentSchemas {
  std::vector<std::pair<std::string, NodeIndex>> schemas;
};

// `prefixItems` and `items`.
struct Items {
  std::vector<NodeIndex> prefix;
  NodeIndex rest = kNoNode;
};
struct Contains {
  NodeIndex node;
  std::uint64_t min;
  std::uint64_t max;
};
struct UniqueItems {};

struct Reference {
  NodeIndex node;
};
// `$dynamicRef` to a `$dynamicAnchor`: the outermost resource of the dynamic scope that has the
// anchor decides (Core 8.2.3.2).
struct DynamicReference {
  std::uint32_t anchor;  // in SchemaProgram::dynamic_anchors
  NodeIndex node;
};

struct AllOf {
  std::vector<NodeIndex> nodes;
};
struct AnyOf {
  std::vector<NodeIndex> nodes;
};
struct OneOf {
  std::vector<NodeIndex> nodes;
};
struct Not {
  NodeIndex node;
};
struct Condition {
  NodeIndex test;
  NodeIndex then;
  NodeIndex otherwise;
};

struct UnevaluatedItems {
  NodeIndex node;
};
struct UnevaluatedProperties {
  NodeIndex node;
};

using Rule = std::variant<
    Bound,
    MultipleOf,
    Size,
    Matches,
    Format,
    Choice,
    Members,
    PropertyNames,
    DependentRequired,
    DependentSchemas,
    Items,
    Contains,
    UniqueItems,
    Reference,
    DynamicReference,
    AllOf,
    AnyOf,
    OneOf,
    Not,
    Condition,
    UnevaluatedItems,
    UnevaluatedProperties>;

struct AppliedRule {
  Types applies;  // to values of these types; others satisfy it
  Rule rule;
};

// One subschema: `types`, then rules [first, last). No types is the schema `false`.
struct Node {
  Types types = types::kAny;
  bool has_unevaluated = false;  // so what the other rules evaluate must be noted
  std::uint32_t resource = 0;    // with its own `$id`, for the dynamic scope
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

// By resource, sorted.
using DynamicAnchor = std::vector<std::pair<std::uint32_t, NodeIndex>>;

struct SchemaProgram {
  std::vector<Node> nodes;
  std::vector<AppliedRule> rules;
  std::vector<DynamicAnchor> dynamic_anchors;
  NodeIndex root = 0;
  std::size_t max_steps = 0;
};

}  // namespace davit::json

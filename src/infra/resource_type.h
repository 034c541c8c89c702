// Types of resources, as CloudFormation names them: how each takes tags, which properties it has,
// which of them make a new resource when they change, and which attributes can be referred to.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace davit::infra {

// How a type takes tags: not at all, as a list of Key and Value, as a map.
enum class Tags { none, list, map };

struct ResourceType {
  std::string_view name;
  Tags tags;
  // Names with a blank between; a change of one with `!` behind it makes a new resource. Paths in a
  // property, "VpcConfig/SubnetIds!", only where they do.
  std::string_view properties;
  std::string_view attributes;

  bool has_property(std::string_view property) const;
  // `path` may go into the property, "VpcConfig/SubnetIds".
  bool is_replaced_by(std::string_view path) const;
  bool has_attribute(std::string_view attribute) const;
};

inline constexpr auto kResourceTypes = std::to_array<ResourceType>({
#include "infra/resource_types.inc"
});

// The type of that name, or a null pointer.
const ResourceType* find_resource_type(std::string_view name);

// The name of a type in our code; one that the table lacks does not compile.
struct TypeName {
  consteval TypeName(const char* name) {  // NOLINT(google-explicit-constructor)
    for (auto const& row : kResourceTypes) {
      if (row.name == name) type = &row;
    }
    if (type == nullptr) throw "resource_types.inc has no such type; see tools/resource_types.py";
  }
  TypeName(const ResourceType& known) : type(&known) {}  // NOLINT(google-explicit-constructor)
  const ResourceType* type = nullptr;
};

}  // namespace davit::infra

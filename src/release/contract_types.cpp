#include <algorithm>
#include <cmath>

#include "release/contract_shape.h"

namespace davit::release {
namespace {

struct TypeName {
  Types types;
  std::string_view name;
};
// A number before an integer, so that the text of a number does not name both.
constexpr TypeName kTypeNames[] = {
    {kObject, "object"},
    {kArray, "array"},
    {kString, "string"},
    {kNumber, "number"},
    {kInteger, "integer"},
    {kFraction, "fraction"},
    {kBoolean, "boolean"},
    {kNull, "null"},
};

bool same_number(const json::Value& a, const json::Value& b) {
  if (a.is_double() || b.is_double()) return a.to_number<double>() == b.to_number<double>();
  return a == b;
}

bool same_objects(const json::Object& a, const json::Object& b, Budget& budget) {
  return a.size() == b.size() && std::ranges::all_of(a, [&](const auto& member) {
           auto const* other = b.if_contains(member.key());
           return other != nullptr && same(member.value(), *other, budget);
         });
}

}  // namespace

Types types_named(const json::Value& name) {
  if (!name.is_string()) return 0;
  auto const* row = std::ranges::find(kTypeNames, json::view(name.get_string()), &TypeName::name);
  return row == std::end(kTypeNames) ? Types{0} : row->types;
}

std::vector<Types> each_of(Types types) {
  std::vector<Types> all;
  for (auto const& row : kTypeNames) {
    if ((types & row.types) != row.types) continue;
    all.push_back(row.types);
    types = static_cast<Types>(types & ~row.types);
  }
  return all;
}

std::string to_text(Types types) {
  if (types == kAnyType) return "anything";
  if (types == 0) return "nothing";
  std::string out;
  for (auto const& row : kTypeNames) {
    if ((types & row.types) != row.types) continue;
    out.append(out.empty() ? "" : " or ").append(row.name);
    types = static_cast<Types>(types & ~row.types);
  }
  return out;
}

bool Budget::take(std::size_t n) {
  steps -= std::min(steps, n);
  return steps > 0;
}

bool same(const json::Value& a, const json::Value& b, Budget& budget) {
  if (!budget.take()) return false;
  if (a.is_number() && b.is_number()) return same_number(a, b);
  if (a.kind() != b.kind()) return false;
  if (a.is_object()) return same_objects(a.get_object(), b.get_object(), budget);
  if (!a.is_array()) return a == b;
  return std::ranges::equal(
      a.get_array(),
      b.get_array(),
      [&budget](const json::Value& one, const json::Value& other) {
        return same(one, other, budget);
      }
  );
}

Types type_of(const json::Value& value) {
  switch (value.kind()) {
    case boost::json::kind::null: return kNull;
    case boost::json::kind::bool_: return kBoolean;
    case boost::json::kind::int64:
    case boost::json::kind::uint64: return kInteger;
    // JSON Schema 2020-12, 6.1.1: 1.0 is an integer.
    case boost::json::kind::double_:
      return std::trunc(value.get_double()) == value.get_double() ? kInteger : kFraction;
    case boost::json::kind::string: return kString;
    case boost::json::kind::array: return kArray;
    case boost::json::kind::object: return kObject;
  }
  return 0;
}

}  // namespace davit::release

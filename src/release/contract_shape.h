// What a JSON Schema says of a value, in a form that two schemas can be compared in: references
// followed, types as a set, limits by their keyword. Inside the contract only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "json/json.h"

namespace davit::release {

// A set of JSON types. A number is an integer or a fraction, so that `integer` lies in `number`.
using Types = std::uint8_t;
inline constexpr Types kNull = 1;
inline constexpr Types kBoolean = 2;
inline constexpr Types kInteger = 4;
inline constexpr Types kFraction = 8;
inline constexpr Types kString = 16;
inline constexpr Types kArray = 32;
inline constexpr Types kObject = 64;
inline constexpr Types kNumber = kInteger | kFraction;
inline constexpr Types kAnyType = 127;

// "string or null"; "anything" for all of them, "nothing" for none.
std::string to_text(Types types);

// Of the name in `type`; none for a name that is not known.
Types types_named(const json::Value& name);
// A set for each type in it.
std::vector<Types> each_of(Types types);

// How much work a comparison may still make, and how much it may say. A server's schema is
// whatever that server sends.
struct Budget {
  std::size_t steps = 300'000;
  std::size_t changes = 1'000;
  bool take(std::size_t n = 1);  // false when nothing is left
};

// Equal as JSON: members in any order, 5 and 5.0 the same. False when the budget ends.
bool same(const json::Value& a, const json::Value& b, Budget& budget);

// The keywords that hold in one place: those of its schema, and of what the schema's references and
// its `allOf` of one point to. Views point into the documents, which must outlive it.
class Shape {
 public:
  // `root` is the document that references point into. An absent schema takes anything.
  Shape(const json::Value* schema, const json::Value* root);

  // That of the first schema here that has it.
  const json::Value* find(std::string_view keyword) const;
  // Every keyword, once, sorted.
  std::vector<std::string_view> keywords() const;

  // The types that pass `type`, `enum` and `const`.
  Types types() const;
  // The values of `enum` and `const`; nothing when any value will do.
  std::optional<std::vector<const json::Value*>> values() const;

  // `properties` and `required` of all schemas here.
  std::vector<std::string_view> properties() const;  // sorted
  const json::Value* property(std::string_view name) const;
  std::vector<std::string_view> required() const;  // sorted

  // One for each way through `anyOf` and `oneOf`; itself when there is none. More than kMaxBranches
  // are left out, with a problem.
  std::vector<Shape> branches() const;
  static constexpr std::size_t kMaxBranches = 64;
  // Whatever it says, only values of these types come here.
  void limit_to(Types types) { only_ = static_cast<Types>(only_ & types); }
  // One for each of its types.
  std::vector<Shape> by_type() const;

  // Why it cannot be fully known: "its reference `#/$defs/Gone` leads nowhere". Empty else.
  const std::string& problem() const { return problem_; }

 private:
  void add(const json::Value* schema, const json::Value* root);
  void add_target(std::string_view reference, const json::Value* root);
  void check_conflicts(const json::Object& added);
  const json::Value* next_union(std::size_t* part) const;

  const json::Value* root_;
  std::vector<const json::Object*> parts_;
  // Whose `anyOf` or `oneOf` was taken apart: this shape is one way through it.
  std::vector<const json::Value*> taken_apart_;
  Types only_ = kAnyType;
  std::string problem_;
};

Types type_of(const json::Value& value);

// What only a person, or a program that draws forms, looks at.
bool is_annotation(std::string_view keyword);

}  // namespace davit::release

// What a schema takes, or promises, that another one did not: the comparison of two JSON Schemas.
// Inside the contract only.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "json/json.h"
#include "release/contract.h"
#include "release/contract_shape.h"

namespace davit::release {

enum class Direction {
  input,   // arguments: breaks when less is taken
  output,  // results: breaks when less is promised
};

struct SchemaChange {
  Weight weight = Weight::cosmetic;
  std::string what;
};

// Of `inputSchema` or `outputSchema`; both documents must outlive the call. What does not fit into
// the budget is one change that says so.
std::vector<SchemaChange> compare_schemas(
    Direction direction, const json::Value& before, const json::Value& after, Budget& budget
);

// Inside this file's sources: one comparison. Whatever it finds makes the set of values that pass
// narrower, wider, or both; the direction says what that weighs.
class SchemaComparison {
 public:
  SchemaComparison(
      Direction direction, const json::Value& before, const json::Value& after, Budget& budget
  )
      : direction_(direction), before_root_(&before), after_root_(&after), budget_(budget) {}

  void compare(const json::Value* before, const json::Value* after, const std::string& path);

  bool is_unfinished() const { return budget_.steps == 0; }
  std::vector<SchemaChange> changes() const;

 private:
  enum class Turn { narrower, wider, both, neither };
  struct Finding {
    Turn turn;
    std::string what;
  };

  // contract_schema.cpp
  void compare_ways(const Shape& before, const Shape& after, const std::string& path, bool is_same);
  void compare_branches(
      const std::vector<Shape>& before, const std::vector<Shape>& after, const std::string& path
  );
  bool is_within(const Shape& inner, const Shape& outer, bool inner_is_before);
  bool takes_values(const Shape& shape, const std::vector<Shape>& outer, std::string* first_other);
  void compare_shapes(const Shape& before, const Shape& after, const std::string& path);
  Weight weigh(Turn turn) const;
  void find(Turn turn, const std::string& path, std::string what);

  // contract_keywords.cpp
  void compare_values(const Shape& before, const Shape& after, const std::string& path);
  void compare_bounds(
      const Shape& before, const Shape& after, Types types, const std::string& path
  );
  void compare_facets(
      const Shape& before, const Shape& after, Types types, const std::string& path
  );
  void compare_allof(const Shape& before, const Shape& after, const std::string& path);
  void compare_annotations(const Shape& before, const Shape& after, const std::string& path);
  void compare_unknown(const Shape& before, const Shape& after, const std::string& path);

  // contract_members.cpp
  void compare_properties(const Shape& before, const Shape& after, const std::string& path);
  void compare_property(
      const Shape& before, const Shape& after, const std::string& name, const std::string& path
  );
  void compare_elements(const Shape& before, const Shape& after, const std::string& path);
  void compare_lists(const json::Value* before, const json::Value* after, const std::string& path);

  Direction direction_;
  const json::Value* before_root_;
  const json::Value* after_root_;
  Budget& budget_;
  std::vector<Finding> findings_;
  // What is being compared further up: a schema that contains itself is compared once.
  std::set<std::pair<const json::Value*, const json::Value*>> open_;
};

// A value or a text of the server, short enough for a line.
std::string shown(const json::Value& value);
std::string shown(std::string_view text);

}  // namespace davit::release

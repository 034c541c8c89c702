// Runs a program over a value. Private to the schema_*.cpp files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"
#include "json/schema.h"
#include "json/schema_program.h"

namespace davit::json {

// Which members of an object, by position, or items of an array have been evaluated (Core 11).
class Evaluated {
 public:
  explicit Evaluated(std::size_t size) : size_(size) {
    if (size > 64) more_.resize(size - 64);
  }
  std::size_t size() const { return size_; }
  bool has(std::size_t i) const {
    return all_ || (i < 64 ? (first_ >> i & 1U) != 0 : more_[i - 64]);
  }
  void add(std::size_t i) {
    if (i < 64) {
      first_ |= std::uint64_t{1} << i;
    } else {
      more_[i - 64] = true;
    }
  }
  void add_all() { all_ = true; }
  void add(const Evaluated& other) {
    all_ = all_ || other.all_;
    first_ |= other.first_;
    for (std::size_t i = 0; i < more_.size(); ++i) {
      if (other.more_[i]) more_[i] = true;
    }
  }

 private:
  std::size_t size_;
  bool all_ = false;
  std::uint64_t first_ = 0;
  std::vector<bool> more_;
};

inline std::size_t size_of(const Value& value) {
  if (auto const* object = value.if_object()) return object->size();
  if (auto const* array = value.if_array()) return array->size();
  return 0;
}

// For one value, once.
class Runner {
 public:
  explicit Runner(const SchemaProgram& program) : program_(program), steps_(program.max_steps) {}

  bool accepts(const Value& value);
  std::vector<SchemaError> validate(const Value& value, std::size_t max_errors);

 private:
  using Marks = Evaluated*;  // null when nobody wants to know
  struct Step {
    std::string_view key;
    std::optional<std::size_t> index;
  };
  struct Scope {
    const Scope* outer;
    std::uint32_t resource;
  };

  // Writing takes far longer than checking, and many an error of an alternative is then dropped.
  static constexpr std::size_t kStepsPerError = 100;

  bool run(NodeIndex node, const Value& value, Marks marks);
  bool run_rules(const Node& node, const Value& value, Types type, Marks marks);
  bool run_each(const Node& node, const Value& value, Types type, Marks marks);
  bool run_child(NodeIndex node, const Value& value, Step step);
  // A branch that may fail: its marks count only if it holds, its errors go to `reasons`, at most
  // one, or nowhere.
  bool attempt(
      NodeIndex node, const Value& value, Marks marks, std::vector<SchemaError>* reasons = nullptr
  );

  bool check(const Bound& rule, const Value& value, Marks marks);
  bool check(const MultipleOf& rule, const Value& value, Marks marks);
  bool check(const Size& rule, const Value& value, Marks marks);
  bool check(const Matches& rule, const Value& value, Marks marks);
  bool check(const Format& rule, const Value& value, Marks marks);
  bool check(const Choice& rule, const Value& value, Marks marks);
  bool check(const Members& rule, const Value& value, Marks marks);
  bool check(const PropertyNames& rule, const Value& value, Marks marks);
  bool check(const DependentRequired& rule, const Value& value, Marks marks);
  bool check(const DependentSchemas& rule, const Value& value, Marks marks);
  bool check(const Items& rule, const Value& value, Marks marks);
  bool check(const Contains& rule, const Value& value, Marks marks);
  bool check(const UniqueItems& rule, const Value& value, Marks marks);
  bool check(const Reference& rule, const Value& value, Marks marks);
  bool check(const DynamicReference& rule, const Value& value, Marks marks);
  bool check(const AllOf& rule, const Value& value, Marks marks);
  bool check(const AnyOf& rule, const Value& value, Marks marks);
  bool check(const OneOf& rule, const Value& value, Marks marks);
  bool check(const Not& rule, const Value& value, Marks marks);
  bool check(const Condition& rule, const Value& value, Marks marks);
  bool check(const UnevaluatedItems& rule, const Value& value, Marks marks);
  bool check(const UnevaluatedProperties& rule, const Value& value, Marks marks);

  // False, and the end of the whole validation, when the budget is used up.
  bool spend(std::size_t steps) {
    if (steps_ > steps) {
      steps_ -= steps;
      return true;
    }
    steps_ = 0;
    return false;
  }
  bool is_false(NodeIndex node) const { return program_.nodes[node].types == 0; }
  bool explaining() const { return errors_ != nullptr; }
  bool enough() const { return errors_ == nullptr || errors_->size() >= max_errors_; }
  // Always false. `make` gives the error, and is called only when somebody wants it. Nothing is
  // said when the budget is used up: what failed may have failed for that reason.
  template <class Make>
  bool fail(const Make& make) {
    if (!enough() && spend(kStepsPerError)) report(make());
    return false;
  }
  void report(SchemaError error);

  const SchemaProgram& program_;
  std::size_t steps_;
  std::size_t depth_ = 0;
  bool too_deep_ = false;
  const Scope* scope_ = nullptr;
  std::vector<SchemaError>* errors_ = nullptr;  // null: only the verdict counts
  std::size_t max_errors_ = 0;
  std::vector<Step> path_;  // to the value at hand, while explaining
};

}  // namespace davit::json

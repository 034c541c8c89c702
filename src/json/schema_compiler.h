// The compiler's state, and one function for each group of keywords. Private to
// schema_compile.cpp and schema_keywords.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/result.h"
#include "json/json.h"
#include "json/pattern.h"
#include "json/schema.h"
#include "json/schema_program.h"
#include "json/schema_resources.h"

namespace davit::json {

class Compiler {
 public:
  explicit Compiler(const SchemaOptions& options) : options_(options), resources_(options) {}

  Result<std::shared_ptr<const SchemaProgram>> run(const Value& schema);

 private:
  Result<> drain();
  Result<> node();
  Result<> type();
  Result<> choices();
  Result<> numbers();
  Result<> sizes();
  Result<> strings();
  Result<> arrays();
  Result<> contains();
  Result<> members();
  Result<> other_members();
  Result<> references();
  Result<> combinations();
  Result<> unevaluated();

  // The keyword's value in the schema at hand, null when it has none.
  const Value* find(std::string_view keyword) const { return schema_->if_contains(keyword); }
  Error bad(std::string_view keyword, std::string_view what) const {
    return Error(
        ErrorKind::invalid_input,
        fmt::format("{}: {} {}", resources_.describe(current_), keyword, what)
    );
  }
  Result<std::optional<std::uint64_t>> count(std::string_view keyword) const;
  Result<std::vector<std::string>> names(std::string_view keyword, const Value& list) const;
  Result<std::vector<NodeIndex>> node_list(std::string_view keyword);
  Result<const Object*> object_of(std::string_view keyword) const;
  Result<Pattern> pattern(std::string_view keyword, std::string_view text);

  void emit(Types applies, Rule rule) {
    program_.rules.push_back({.applies = applies, .rule = std::move(rule)});
  }
  // The node of a subschema, which will be compiled too.
  NodeIndex wanted(NodeIndex node) {
    if (seen_.size() <= node) seen_.resize(resources_.places().size());
    if (!seen_[node]) queue_.push_back(node);
    seen_[node] = true;
    return node;
  }
  NodeIndex wanted(const Value& schema) { return wanted(resources_.node_of(schema)); }
  NodeIndex wanted(const Value* schema) { return schema == nullptr ? kNoNode : wanted(*schema); }
  Node& target() { return program_.nodes[current_]; }

  const SchemaOptions& options_;
  Resources resources_;
  SchemaProgram program_;
  std::vector<NodeIndex> queue_;
  std::vector<bool> seen_;
  std::map<std::string, std::uint32_t, std::less<>> dynamic_names_;
  std::size_t patterns_ = 0;

  NodeIndex current_ = 0;  // what is being compiled
  const Object* schema_ = nullptr;
  Dialect dialect_;
};

}  // namespace davit::json

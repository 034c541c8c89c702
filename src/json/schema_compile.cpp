#include "json/schema_compile.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "json/schema_compiler.h"
#include "json/schema_resources.h"

namespace davit::json {

Result<std::shared_ptr<const SchemaProgram>> Compiler::run(const Value& schema) {
  DAVIT_TRY(program_.root, resources_.add_document(schema, ""));
  wanted(program_.root);
  // Every resource may turn out to be in the dynamic scope, so the targets of a dynamic reference
  // are the anchors of that name in all of them; compiling these can bring new ones.
  std::map<std::pair<std::uint32_t, std::uint32_t>, NodeIndex> targets;
  do {
    DAVIT_CHECK(drain());
    for (auto const& [name, anchor] : dynamic_names_) {
      auto const& all = resources_.resources();
      for (std::uint32_t resource = 0; resource < all.size(); ++resource) {
        auto const found = all[resource].dynamic_anchors.find(name);
        if (found == all[resource].dynamic_anchors.end()) continue;
        targets.emplace(std::pair(anchor, resource), wanted(found->second));
      }
    }
  } while (!queue_.empty());
  program_.nodes.resize(resources_.places().size());
  program_.dynamic_anchors.resize(dynamic_names_.size());
  for (auto const& [key, node] : targets) {
    program_.dynamic_anchors[key.first].emplace_back(key.second, node);
  }
  if (auto const node = find_endless(program_)) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format(
            "{}: it refers back to itself without going into the value", resources_.describe(*node)
        )
    );
  }
  program_.max_steps = options_.max_steps;
  return std::make_shared<const SchemaProgram>(std::move(program_));
}

Result<> Compiler::drain() {
  while (!queue_.empty()) {
    current_ = queue_.back();
    queue_.pop_back();
    if (program_.nodes.size() <= current_) program_.nodes.resize(resources_.places().size());
    DAVIT_CHECK(node());
  }
  return {};
}

Result<> Compiler::node() {
  auto const place = resources_.places()[current_];
  auto const first = static_cast<std::uint32_t>(program_.rules.size());
  target().resource = place.resource;
  target().first = first;
  target().last = first;
  if (auto const* truth = place.schema->if_bool()) {
    if (!*truth) target().types = 0;
    return {};
  }
  schema_ = place.schema->if_object();
  if (schema_ == nullptr) return bad("it", "must be an object or a boolean");
  dialect_ = resources_.resources()[place.resource].dialect;
  // What is cheap to try comes first; what depends on the others last.
  if (dialect_.validation) {
    DAVIT_CHECK(type());
    DAVIT_CHECK(choices());
    DAVIT_CHECK(numbers());
    DAVIT_CHECK(sizes());
  }
  DAVIT_CHECK(strings());
  DAVIT_CHECK(members());
  if (dialect_.applicator) DAVIT_CHECK(arrays());
  DAVIT_CHECK(other_members());
  DAVIT_CHECK(references());
  if (dialect_.applicator) DAVIT_CHECK(combinations());
  if (dialect_.unevaluated) DAVIT_CHECK(unevaluated());
  target().last = static_cast<std::uint32_t>(program_.rules.size());
  return {};
}

Result<const Object*> Compiler::object_of(std::string_view keyword) const {
  auto const* value = find(keyword);
  if (value != nullptr && !value->is_object()) return bad(keyword, "must be an object");
  return value == nullptr ? nullptr : &value->get_object();
}

Result<std::vector<NodeIndex>> Compiler::node_list(std::string_view keyword) {
  std::vector<NodeIndex> out;
  auto const* value = find(keyword);
  if (value == nullptr) return out;
  if (!value->is_array() || value->get_array().empty()) {
    return bad(keyword, "must be an array of at least one schema");
  }
  for (auto const& schema : value->get_array()) out.push_back(wanted(schema));
  return out;
}

Result<> Compiler::references() {
  for (auto const* keyword : {"$ref", "$dynamicRef"}) {
    auto const* value = find(keyword);
    if (value == nullptr) continue;
    if (!value->is_string()) return bad(keyword, "must be a string");
    auto const text = view(value->get_string());
    auto const resource = resources_.places()[current_].resource;
    auto const found = resources_.locate(resource, text);
    if (!found) return bad(fmt::format("{}:", keyword), found.error().message());
    wanted(found->node);
    if (std::string_view(keyword) == "$ref" || found->dynamic_anchor.empty()) {
      emit(types::kAny, Reference{found->node});
    } else {
      auto const next = static_cast<std::uint32_t>(dynamic_names_.size());
      auto const name = dynamic_names_.emplace(found->dynamic_anchor, next).first;
      emit(types::kAny, DynamicReference{name->second, found->node});
    }
  }
  return {};
}

Result<> Compiler::combinations() {
  DAVIT_TRY(auto all, node_list("allOf"));
  DAVIT_TRY(auto any, node_list("anyOf"));
  DAVIT_TRY(auto one, node_list("oneOf"));
  if (!all.empty()) emit(types::kAny, AllOf{std::move(all)});
  if (!any.empty()) emit(types::kAny, AnyOf{std::move(any)});
  if (!one.empty()) emit(types::kAny, OneOf{std::move(one)});
  if (auto const* schema = find("not")) emit(types::kAny, Not{wanted(schema)});
  if (auto const* schema = find("if")) {
    emit(types::kAny, Condition{wanted(schema), wanted(find("then")), wanted(find("else"))});
  }
  return {};
}

Result<> Compiler::unevaluated() {
  if (auto const* schema = find("unevaluatedItems")) {
    emit(types::kArray, UnevaluatedItems{wanted(schema)});
    target().has_unevaluated = true;
  }
  if (auto const* schema = find("unevaluatedProperties")) {
    emit(types::kObject, UnevaluatedProperties{wanted(schema)});
    target().has_unevaluated = true;
  }
  return {};
}

Result<std::shared_ptr<const SchemaProgram>> compile_program(
    const Value& schema, const SchemaOptions& options
) {
  return Compiler(options).run(schema);
}

}  // namespace davit::json

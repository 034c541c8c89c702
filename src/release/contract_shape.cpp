#include "release/contract_shape.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::release {
namespace {

// A chain of references that is longer leads in a circle, or nobody can read it.
constexpr std::size_t kMaxParts = 32;
constexpr std::size_t kMaxName = 80;

// One step of a JSON Pointer (RFC 6901) as it stands in a fragment.
std::string unescaped(std::string_view step) {
  std::string out;
  for (std::size_t i = 0; i < step.size(); ++i) {
    auto const is_escape = step[i] == '~' && i + 1 < step.size();
    if (is_escape && (step[i + 1] == '0' || step[i + 1] == '1')) {
      out += step[++i] == '0' ? '~' : '/';
    } else {
      out += step[i];
    }
  }
  return out;
}

const json::Value* step_into(const json::Value& value, std::string_view step) {
  if (auto const* object = value.if_object()) return object->if_contains(unescaped(step));
  auto const* array = value.if_array();
  if (array == nullptr || step.empty() || step.size() > 6) return nullptr;
  std::size_t index = 0;
  for (auto const c : step) {
    if (c < '0' || c > '9') return nullptr;
    index = index * 10 + static_cast<std::size_t>(c - '0');
  }
  return array->if_contains(index);
}

std::vector<std::string_view> sorted(std::vector<std::string_view> all) {
  std::ranges::sort(all);
  auto const rest = std::ranges::unique(all);
  all.erase(rest.begin(), rest.end());
  return all;
}

}  // namespace

bool is_annotation(std::string_view keyword) {
  // JSON Schema 2020-12, core 8 (names and comments) and validation 9.
  constexpr std::string_view kAnnotations[] = {
      "$anchor",
      "$comment",
      "$defs",
      "$id",
      "$schema",
      "default",
      "definitions",
      "deprecated",
      "description",
      "example",
      "examples",
      "readOnly",
      "title",
      "writeOnly",
  };
  return std::ranges::binary_search(kAnnotations, keyword);
}

Shape::Shape(const json::Value* schema, const json::Value* root) : root_(root) {
  add(schema, root);
}

void Shape::add(const json::Value* schema, const json::Value* root) {
  if (schema == nullptr) return;
  if (schema->is_bool()) {
    if (!schema->get_bool()) only_ = 0;
    return;
  }
  auto const* object = schema->if_object();
  if (object == nullptr) {
    problem_ = "it is no schema";
    return;
  }
  if (std::ranges::find(parts_, object) != parts_.end() || parts_.size() >= kMaxParts) {
    problem_ = "its references lead in a circle";
    return;
  }
  check_conflicts(*object);
  parts_.push_back(object);
  if (auto const* reference = object->if_contains("$ref"); reference != nullptr) {
    add_target(reference->is_string() ? json::view(reference->get_string()) : "", root);
  }
  // What generators write around a reference that has a title or a default beside it.
  auto const* all = object->if_contains("allOf");
  if (all != nullptr && all->is_array() && all->get_array().size() == 1) {
    add(&all->get_array().front(), root);
  }
}

// Only one of each keyword is looked at; these lists are put together.
void Shape::check_conflicts(const json::Object& added) {
  for (auto const& member : added) {
    std::string_view const keyword = member.key();
    auto const adds_up = keyword == "required" || keyword == "properties" || keyword == "$ref" ||
                         keyword == "anyOf" || keyword == "oneOf" || keyword == "type" ||
                         is_annotation(keyword);
    auto const* other = adds_up ? nullptr : find(keyword);
    if (other != nullptr && (other->is_structured() || *other != member.value())) {
      problem_ = fmt::format("two schemas for it both say `{}`", utf8_prefix(keyword, kMaxName));
    }
  }
}

void Shape::add_target(std::string_view reference, const json::Value* root) {
  auto const is_here = reference == "#" || reference.starts_with("#/");
  auto const* at = is_here ? root : nullptr;
  auto const steps = split(reference, '/');
  for (std::size_t i = 1; i < steps.size() && at != nullptr; ++i) at = step_into(*at, steps[i]);
  if (at == nullptr) {
    problem_ = fmt::format("its reference `{}` leads nowhere", utf8_prefix(reference, kMaxName));
    return;
  }
  add(at, root);
}

const json::Value* Shape::find(std::string_view keyword) const {
  for (auto const* part : parts_) {
    if (auto const* value = part->if_contains(keyword)) return value;
  }
  return nullptr;
}

std::vector<std::string_view> Shape::keywords() const {
  std::vector<std::string_view> all;
  for (auto const* part : parts_) {
    for (auto const& member : *part) all.push_back(member.key());
  }
  return sorted(std::move(all));
}

std::vector<std::string_view> Shape::properties() const {
  std::vector<std::string_view> all;
  for (auto const* part : parts_) {
    auto const* properties = json::find_object(*part, "properties");
    if (properties == nullptr) continue;
    for (auto const& member : *properties) all.push_back(member.key());
  }
  return sorted(std::move(all));
}

const json::Value* Shape::property(std::string_view name) const {
  for (auto const* part : parts_) {
    auto const* properties = json::find_object(*part, "properties");
    auto const* found = properties == nullptr ? nullptr : properties->if_contains(name);
    if (found != nullptr) return found;
  }
  return nullptr;
}

std::vector<std::string_view> Shape::required() const {
  std::vector<std::string_view> all;
  for (auto const* part : parts_) {
    auto const* names = json::find_array(*part, "required");
    if (names == nullptr) continue;
    for (auto const& name : *names) {
      if (name.is_string()) all.push_back(json::view(name.get_string()));
    }
  }
  return sorted(std::move(all));
}

const json::Value* Shape::next_union(std::size_t* part) const {
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    for (std::string_view const keyword : {"anyOf", "oneOf"}) {
      auto const* all = parts_[i]->if_contains(keyword);
      auto const is_open = all != nullptr && all->is_array() && !all->get_array().empty() &&
                           std::ranges::find(taken_apart_, all) == taken_apart_.end();
      *part = i;
      if (is_open) return all;
    }
  }
  return nullptr;
}

std::vector<Shape> Shape::branches() const {
  std::vector<Shape> done;
  std::vector<Shape> open{*this};
  while (!open.empty()) {
    auto shape = std::move(open.back());
    open.pop_back();
    std::size_t part = 0;
    auto const* all = shape.next_union(&part);
    if (all == nullptr) {
      done.push_back(std::move(shape));
      continue;
    }
    if (done.size() + open.size() + all->get_array().size() > kMaxBranches) {
      shape.problem_ = fmt::format("it has more than {} alternatives", kMaxBranches);
      done.push_back(std::move(shape));
      return done;
    }
    shape.taken_apart_.push_back(all);
    // From the back, so that they come out in order.
    auto const& alternatives = all->get_array();
    for (auto i = alternatives.size(); i-- > 0;) {
      auto& branch = open.emplace_back(shape);
      branch.add(&alternatives[i], root_);
    }
  }
  return done;
}

std::vector<Shape> Shape::by_type() const {
  std::vector<Shape> shapes;
  for (auto const one : each_of(types())) shapes.emplace_back(*this).only_ = one;
  return shapes;
}

std::optional<std::vector<const json::Value*>> Shape::values() const {
  std::vector<const json::Value*> values;
  if (auto const* one = find("const")) {
    values.push_back(one);
    return values;
  }
  auto const* list = find("enum");
  if (list == nullptr || !list->is_array()) return std::nullopt;
  for (auto const& value : list->get_array()) {
    if ((type_of(value) & only_) != 0) values.push_back(&value);
  }
  return values;
}

Types Shape::types() const {
  auto types = only_;
  for (auto const* part : parts_) {
    auto const* type = part->if_contains("type");
    if (type == nullptr) continue;
    auto named = types_named(*type);
    if (auto const* list = type->if_array()) {
      for (auto const& name : *list) named = static_cast<Types>(named | types_named(name));
    }
    types = static_cast<Types>(types & named);
  }
  auto const values = this->values();
  if (!values) return types;
  Types of_values = 0;
  for (auto const* value : *values) {
    of_values = static_cast<Types>(of_values | (type_of(*value) & types));
  }
  return of_values;
}

}  // namespace davit::release

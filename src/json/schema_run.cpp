#include "json/schema_run.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "json/schema_explain.h"
#include "json/uri.h"

namespace davit::json {
namespace {

// Subschemas within each other. A value of the greatest depth that `parse` takes can go through 8
// at each level; the stack needed is under 1 MB even without optimisation.
constexpr std::size_t kMaxNesting = 512;

constexpr std::size_t kMaxReasons = 16;  // alternatives whose errors are looked at

}  // namespace

bool Runner::accepts(const Value& value) {
  return run(program_.root, value, nullptr) && steps_ > 0;
}

std::vector<SchemaError> Runner::validate(const Value& value, std::size_t max_errors) {
  if (accepts(value)) return {};
  auto const* why = steps_ > 0  ? "does not match the schema"
                    : too_deep_ ? "needs too many nested steps to check, the schema may refer to "
                                  "itself without end"
                                : "needs too many steps to check, a smaller value may pass";
  std::vector<SchemaError> errors;
  errors_ = &errors;
  max_errors_ = std::max<std::size_t>(max_errors, 1);
  steps_ = program_.max_steps;
  run(program_.root, value, nullptr);
  // Explaining costs more than checking, so the budget may end before there is anything to say.
  if (errors.empty()) errors.push_back({"", "", why});
  return errors;
}

void Runner::report(SchemaError error) {
  for (auto const& [key, index] : path_) {
    if (index) {
      error.pointer += fmt::format("/{}", *index);
    } else {
      append_pointer_token(error.pointer, shortened(key));
    }
  }
  errors_->push_back(std::move(error));
}

bool Runner::run(NodeIndex index, const Value& value, Marks marks) {
  auto const& node = program_.nodes[index];
  if (!spend(1)) return false;
  auto const type = type_of(value);
  if ((node.types & type) == 0) return fail([&] { return explain_types(node.types, value); });
  return node.first == node.last || run_rules(node, value, type, marks);
}

bool Runner::run_rules(const Node& node, const Value& value, Types type, Marks marks) {
  if (depth_ == kMaxNesting) {
    too_deep_ = true;
    steps_ = 0;
    return false;
  }
  ++depth_;
  auto const* outer = scope_;
  Scope const scope{outer, node.resource};
  if (!program_.dynamic_anchors.empty() && (outer == nullptr || outer->resource != node.resource)) {
    scope_ = &scope;
  }
  bool holds = false;
  if (node.has_unevaluated) {
    Evaluated own(size_of(value));
    holds = spend(own.size() / 64) && run_each(node, value, type, &own);
    if (holds && marks != nullptr) marks->add(own);
  } else {
    holds = run_each(node, value, type, marks);
  }
  scope_ = outer;
  --depth_;
  return holds;
}

bool Runner::run_each(const Node& node, const Value& value, Types type, Marks marks) {
  bool holds = true;
  for (auto i = node.first; i < node.last; ++i) {
    auto const& applied = program_.rules[i];
    if ((applied.applies & type) == 0) continue;
    auto const visit = [&](auto const& rule) { return check(rule, value, marks); };
    if (std::visit(visit, applied.rule)) continue;
    holds = false;
    if (enough() || node.has_unevaluated) break;
  }
  return holds;
}

bool Runner::run_child(NodeIndex node, const Value& value, Step step) {
  if (!explaining()) return run(node, value, nullptr);
  path_.push_back(step);
  auto const holds = run(node, value, nullptr);
  path_.pop_back();
  return holds;
}

bool Runner::attempt(
    NodeIndex node, const Value& value, Marks marks, std::vector<SchemaError>* reasons
) {
  auto* const errors = std::exchange(errors_, explaining() ? reasons : nullptr);
  auto const most = std::exchange(max_errors_, reasons == nullptr ? 0 : reasons->size() + 1);
  bool holds = false;
  if (marks == nullptr) {
    holds = run(node, value, nullptr);
  } else {
    Evaluated own(marks->size());
    holds = spend(own.size() / 64) && run(node, value, &own);
    if (holds) marks->add(own);
  }
  errors_ = errors;
  max_errors_ = most;
  return holds;
}

bool Runner::check(const Reference& rule, const Value& value, Marks marks) {
  return run(rule.node, value, marks);
}

bool Runner::check(const DynamicReference& rule, const Value& value, Marks marks) {
  auto const& anchors = program_.dynamic_anchors[rule.anchor];
  auto node = rule.node;
  for (auto const* scope = scope_; scope != nullptr; scope = scope->outer) {
    if (!spend(1)) return false;
    auto const at =
        std::ranges::lower_bound(anchors, scope->resource, {}, &DynamicAnchor::value_type::first);
    if (at != anchors.end() && at->first == scope->resource) node = at->second;
  }
  return run(node, value, marks);
}

bool Runner::check(const AllOf& rule, const Value& value, Marks marks) {
  bool holds = true;
  for (auto const node : rule.nodes) {
    holds &= run(node, value, marks);
    if (!holds && enough()) break;
  }
  return holds;
}

bool Runner::check(const AnyOf& rule, const Value& value, Marks marks) {
  std::vector<SchemaError> reasons;
  bool holds = false;
  for (auto const node : rule.nodes) {
    holds |= attempt(node, value, marks, reasons.size() < kMaxReasons ? &reasons : nullptr);
    if (holds && marks == nullptr) break;  // with marks, every branch that holds counts
  }
  return holds || fail([&] { return explain_no_match("anyOf", rule.nodes.size(), reasons); });
}

bool Runner::check(const OneOf& rule, const Value& value, Marks marks) {
  std::vector<SchemaError> reasons;
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
    auto* const wanted = reasons.size() < kMaxReasons ? &reasons : nullptr;
    if (!attempt(rule.nodes[i], value, marks, wanted)) continue;
    if (first) return fail([&] { return explain_two_matches(*first, i); });
    first = i;
  }
  return first || fail([&] { return explain_no_match("oneOf", rule.nodes.size(), reasons); });
}

bool Runner::check(const Not& rule, const Value& value, Marks /*marks*/) {
  return !attempt(rule.node, value, nullptr) || fail([] { return explain_not(); });
}

bool Runner::check(const Condition& rule, const Value& value, Marks marks) {
  auto const next = attempt(rule.test, value, marks) ? rule.then : rule.otherwise;
  return next == kNoNode || run(next, value, marks);
}

}  // namespace davit::json

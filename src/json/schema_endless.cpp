#include <utility>
#include <vector>

#include "json/schema_compile.h"

namespace davit::json {
namespace {

using Nodes = std::vector<NodeIndex>;

// The nodes that a rule applies to the very value it is asked about. A dynamic reference is left to
// the bound on nesting while checking, for where it leads is not known before.
struct SameValue {
  Nodes& out;

  void add(NodeIndex node) {
    if (node != kNoNode) out.push_back(node);
  }
  void operator()(const Reference& rule) { add(rule.node); }
  void operator()(const AllOf& rule) {
    out.insert(out.end(), rule.nodes.begin(), rule.nodes.end());
  }
  void operator()(const AnyOf& rule) {
    out.insert(out.end(), rule.nodes.begin(), rule.nodes.end());
  }
  void operator()(const OneOf& rule) {
    out.insert(out.end(), rule.nodes.begin(), rule.nodes.end());
  }
  void operator()(const Not& rule) { add(rule.node); }
  void operator()(const Condition& rule) {
    add(rule.test);
    add(rule.then);
    add(rule.otherwise);
  }
  void operator()(const DependentSchemas& rule) {
    for (auto const& [name, node] : rule.schemas) add(node);
  }
  void operator()(const auto& /*goes into the value, or applies nothing*/) {}
};

Nodes same_value(const SchemaProgram& program, NodeIndex node) {
  Nodes out;
  auto const& at = program.nodes[node];
  for (auto i = at.first; i < at.last; ++i) std::visit(SameValue{out}, program.rules[i].rule);
  return out;
}

}  // namespace

std::optional<NodeIndex> find_endless(const SchemaProgram& program) {
  enum class State : std::uint8_t { fresh, open, done };
  std::vector<State> states(program.nodes.size(), State::fresh);
  std::vector<std::pair<NodeIndex, Nodes>> path;  // each with what is still to be visited
  for (NodeIndex start = 0; start < program.nodes.size(); ++start) {
    if (states[start] != State::fresh) continue;
    states[start] = State::open;
    path.emplace_back(start, same_value(program, start));
    while (!path.empty()) {
      auto& [node, rest] = path.back();
      if (rest.empty()) {
        states[node] = State::done;
        path.pop_back();
        continue;
      }
      auto const next = rest.back();
      rest.pop_back();
      if (states[next] == State::open) return next;
      if (states[next] == State::done) continue;
      states[next] = State::open;
      path.emplace_back(next, same_value(program, next));
    }
  }
  return std::nullopt;
}

}  // namespace davit::json

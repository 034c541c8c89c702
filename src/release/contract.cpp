#include "release/contract.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "release/contract_schema.h"

namespace davit::release {
namespace {

struct WeightRow {
  Weight weight;
  std::string_view name;
  char mark;
};
constexpr WeightRow kWeights[] = {
    {Weight::cosmetic, "cosmetic", '~'},
    {Weight::additive, "additive", '+'},
    {Weight::breaking, "breaking", '!'},
};

const WeightRow& row_of(Weight weight) {
  return *std::ranges::find(kWeights, weight, &WeightRow::weight);
}

using Tools = std::map<std::string_view, const json::Value*>;

// By name; of two with the same name the first.
Tools by_name(const json::Array& tools, Budget& budget) {
  Tools all;
  for (auto const& tool : tools) {
    auto const name = json::find_string(tool, "name");
    if (name && budget.take()) all.emplace(*name, &tool);
  }
  return all;
}

// The hints as a client takes them: MCP 2025-11-25, schema, "ToolAnnotations", with their defaults.
// What a read-only tool says of its writing means nothing.
struct Hints {
  bool reads_only = false;
  bool destroys = true;
  bool repeats_well = false;
  bool is_open = true;
};

Hints hints_of(const json::Value& tool) {
  Hints hints;
  hints.reads_only = json::find_bool(tool, "annotations.readOnlyHint").value_or(false);
  hints.destroys =
      !hints.reads_only && json::find_bool(tool, "annotations.destructiveHint").value_or(true);
  hints.repeats_well =
      hints.reads_only || json::find_bool(tool, "annotations.idempotentHint").value_or(false);
  hints.is_open = json::find_bool(tool, "annotations.openWorldHint").value_or(true);
  return hints;
}

struct HintRow {
  bool Hints::* hint;
  bool is_worse;  // its value that clients have to be more careful with
  std::string_view became_worse;
  std::string_view became_better;
};
constexpr HintRow kHints[] = {
    {&Hints::reads_only,
     false,
     "no longer only reads (readOnlyHint)",
     "only reads now (readOnlyHint)"},
    {&Hints::destroys,
     true,
     "may destroy now (destructiveHint)",
     "no longer destroys (destructiveHint)"},
    {&Hints::repeats_well,
     false,
     "may no longer be repeated safely (idempotentHint)",
     "may be repeated safely now (idempotentHint)"},
    {&Hints::is_open,
     true,
     "reaches the outside now (openWorldHint)",
     "no longer reaches the outside (openWorldHint)"},
};

// MCP 2025-11-25, schema, "ToolExecution".
std::string_view task_support(const json::Value& tool) {
  return json::find_string(tool, "execution.taskSupport").value_or("forbidden");
}

class Comparison {
 public:
  void run(const json::Array& before, const json::Array& after) {
    auto const old_tools = by_name(before, budget_);
    auto const new_tools = by_name(after, budget_);
    for (auto const& [name, tool] : old_tools) {
      auto const place = new_tools.find(name);
      if (place == new_tools.end()) {
        add(Weight::breaking, name, "the tool is gone");
      } else if (!same(*tool, *place->second, budget_)) {
        compare_tool(name, *tool, *place->second);
      }
    }
    for (auto const& [name, tool] : new_tools) {
      if (!old_tools.contains(name)) add(Weight::additive, name, "the tool is new");
    }
    if (order_of(before, new_tools) != order_of(after, old_tools)) {
      add(Weight::cosmetic, "", "the tools come in another order");
    }
    if (budget_.changes == 0) {
      changes_.push_back({Weight::breaking, "", "there are more changes than are listed here"});
    }
  }

  std::vector<Change> take() {
    std::ranges::sort(changes_, [](const Change& a, const Change& b) {
      return std::tie(b.weight, a.tool, a.what) < std::tie(a.weight, b.tool, b.what);
    });
    auto const rest = std::ranges::unique(changes_);
    changes_.erase(rest.begin(), rest.end());
    return std::move(changes_);
  }

 private:
  // The names of those that the other list has, too.
  static std::vector<std::string_view> order_of(const json::Array& tools, const Tools& others) {
    std::vector<std::string_view> names;
    std::set<std::string_view> seen;
    for (auto const& tool : tools) {
      auto const name = json::find_string(tool, "name");
      if (name && others.contains(*name) && seen.insert(*name).second) names.push_back(*name);
    }
    return names;
  }

  void add(Weight weight, std::string_view tool, std::string what) {
    if (budget_.changes == 0) return;
    --budget_.changes;
    changes_.push_back({weight, shown(tool), std::move(what)});
  }

  void compare_tool(std::string_view name, const json::Value& before, const json::Value& after) {
    auto const count = changes_.size();
    compare_hints(name, before, after);
    compare_tasks(name, before, after);
    auto const none = json::Value(json::Object());
    auto const schema = [&none](const json::Value& tool, const char* member) {
      auto const* found = json::find(tool, member);
      return found == nullptr ? &none : found;
    };
    append(name, Direction::input, *schema(before, "inputSchema"), *schema(after, "inputSchema"));
    auto const* old_output = json::find(before, "outputSchema");
    auto const* new_output = json::find(after, "outputSchema");
    if (old_output != nullptr && new_output != nullptr) {
      append(name, Direction::output, *old_output, *new_output);
    } else if (new_output != nullptr) {
      add(Weight::additive, name, "it promises the form of its result now (outputSchema)");
    } else if (old_output != nullptr) {
      add(Weight::breaking, name, "it no longer promises the form of its result (outputSchema)");
    }
    for (auto const* member : {"title", "description", "annotations.title", "icons"}) {
      auto const* was = json::find(before, member);
      auto const* is = json::find(after, member);
      if (was == nullptr && is == nullptr) continue;
      if (was != nullptr && is != nullptr && same(*was, *is, budget_)) continue;
      add(Weight::cosmetic, name, fmt::format("its {} changed", member));
    }
    if (changes_.size() == count) add(Weight::cosmetic, name, "it is written differently");
  }

  void compare_hints(std::string_view name, const json::Value& before, const json::Value& after) {
    auto const was = hints_of(before);
    auto const is = hints_of(after);
    for (auto const& row : kHints) {
      if (was.*row.hint == is.*row.hint) continue;
      auto const is_worse = is.*row.hint == row.is_worse;
      add(is_worse ? Weight::breaking : Weight::additive,
          name,
          std::string(is_worse ? row.became_worse : row.became_better));
    }
  }

  void compare_tasks(std::string_view name, const json::Value& before, const json::Value& after) {
    auto const was = task_support(before);
    auto const is = task_support(after);
    if (was == is) return;
    // Who called it as a task, or not as one, still has to be able to.
    add(is == "optional" ? Weight::additive : Weight::breaking,
        name,
        fmt::format("calling it as a task is {} now, and was {}", shown(is), shown(was)));
  }

  void append(
      std::string_view name,
      Direction direction,
      const json::Value& before,
      const json::Value& after
  ) {
    for (auto& change : compare_schemas(direction, before, after, budget_)) {
      changes_.push_back({change.weight, shown(name), std::move(change.what)});
    }
  }

  Budget budget_;
  std::vector<Change> changes_;
};

}  // namespace

std::string_view to_string(Weight weight) { return row_of(weight).name; }

std::vector<Change> compare_tools(const json::Array& before, const json::Array& after) {
  Comparison comparison;
  comparison.run(before, after);
  return comparison.take();
}

bool is_breaking(const std::vector<Change>& changes) {
  return std::ranges::any_of(changes, [](const Change& change) {
    return change.weight == Weight::breaking;
  });
}

std::string to_text(const std::vector<Change>& changes) {
  if (changes.empty()) return "no changes\n";
  std::string out;
  for (auto const& change : changes) {
    out += row_of(change.weight).mark;
    out += ' ';
    if (!change.tool.empty()) out += change.tool + ": ";
    out += change.what + '\n';
  }
  return out;
}

json::Value to_json(const std::vector<Change>& changes) {
  json::Array list;
  for (auto const& change : changes) {
    json::Object one{{"weight", to_string(change.weight)}, {"what", change.what}};
    if (!change.tool.empty()) one["tool"] = change.tool;
    list.push_back(std::move(one));
  }
  return list;
}

}  // namespace davit::release

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "rollout/stages.h"
#include "rollout/transitions.h"

namespace davit::rollout {
namespace {

// What leads from one stage to another: the words of all rows that do so for the same reason.
struct Label {
  std::string_view when;
  std::string words;
};
using Edges = std::map<std::pair<Stage, Stage>, std::vector<Label>>;

void add_label(std::vector<Label>& labels, std::string_view when, std::string_view word) {
  auto const label = std::ranges::find(labels, when, &Label::when);
  if (label == labels.end()) {
    labels.push_back({when, std::string(word)});
  } else {
    label->words += fmt::format(", {}", word);
  }
}

Edges make_edges() {
  Edges edges;
  for (auto const& row : rows()) {
    for (auto const from : row.from) {
      for (auto const& [to, when] : row.ways) add_label(edges[{from, to}], when, row.word);
    }
  }
  return edges;
}

// In the language of Mermaid a label has neither a colon nor a semicolon.
std::string arrows() {
  std::string text;
  for (auto const& [stages, labels] : make_edges()) {
    text += fmt::format("  {} --> {}: ", to_string(stages.first), to_string(stages.second));
    for (std::size_t i = 0; i < labels.size(); ++i) {
      auto const& [when, words] = labels[i];
      text += fmt::format("{}{}", i == 0 ? "" : "<br/>", words);
      if (!when.empty()) text += fmt::format(" ({})", when);
    }
    text += '\n';
  }
  return text;
}

struct Class {
  std::string_view name;
  std::string_view style;
  std::vector<Stage> stages;
};

std::string classes() {
  using enum Stage;
  const Class all[] = {
      {"traffic", "fill:#dbeafe,stroke:#2563eb,color:#111", {shifting, trimming, baking, retiring}},
      {"back", "fill:#fef3c7,stroke:#d97706,color:#111", {restoring, shifting_back, removing}},
      {"good", "fill:#dcfce7,stroke:#16a34a,color:#111", {done}},
      {"bad", "fill:#fee2e2,stroke:#dc2626,color:#111", {refused, rolled_back, failed}},
  };
  std::string text;
  for (auto const& [name, style, stages] : all) {
    text += fmt::format("  classDef {} {}\n", name, style);
    std::string list;
    for (auto const stage : stages)
      list += fmt::format("{}{}", list.empty() ? "" : ",", to_string(stage));
    text += fmt::format("  class {} {}\n", list, name);
  }
  return text;
}

std::string to_list(const std::vector<Way>& ways) {
  std::string text;
  for (auto const& [to, when] : ways) {
    text += fmt::format("{}`{}`", text.empty() ? "" : "; ", to_string(to));
    if (!when.empty()) text += fmt::format(" ({})", when);
  }
  return text.empty() ? "stays, and begins its work again" : text;
}

std::string_view whose(const StageRow& row) {
  return row.whose == StageRow::Whose::green ? "green" : "blue";
}

std::string action_of(const StageRow& row) {
  if (row.whose == StageRow::Whose::nobody) return "";
  if (row.percent_means.empty()) return fmt::format("`{}` {}", to_string(row.act), whose(row));
  return fmt::format("`{}` {} {}", to_string(row.act), whose(row), row.percent_means);
}

}  // namespace

std::string to_mermaid() {
  auto text = std::string("stateDiagram-v2\n  direction TB\n  [*] --> planned\n");
  text += arrows();
  for (auto const& row : stage_rows()) {
    if (is_end(row.stage)) text += fmt::format("  {} --> [*]\n", row.name);
  }
  return text + classes();
}

std::string stages_to_markdown() {
  std::string text = "| Stage | What it is | Action | Time |\n| --- | --- | --- | --- |\n";
  for (auto const& row : stage_rows()) {
    text += fmt::format(
        "| `{}` | {} | {} | {} |\n", row.name, row.means, action_of(row), row.limit_means
    );
  }
  return text;
}

std::string rows_to_markdown() {
  std::string text = "| Stage | Event | Leads to |\n| --- | --- | --- |\n";
  for (auto const& stage : stage_rows()) {
    for (auto const& row : rows()) {
      if (std::ranges::find(row.from, stage.stage) == row.from.end()) continue;
      text += fmt::format("| `{}` | {} | {} |\n", stage.name, row.word, to_list(row.ways));
    }
  }
  return text;
}

}  // namespace davit::rollout

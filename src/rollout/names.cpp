#include <algorithm>

#include "rollout/stages.h"

namespace davit::rollout {

std::string_view to_string(Stage stage) { return row_of(stage).name; }

std::optional<Stage> parse_stage(std::string_view name) {
  auto const all = stage_rows();
  auto const row = std::ranges::find(all, name, &StageRow::name);
  if (row == all.end()) return std::nullopt;
  return row->stage;
}

bool is_end(Stage stage) {
  return stage == Stage::done || stage == Stage::refused || stage == Stage::rolled_back ||
         stage == Stage::failed;
}

std::string_view to_string(Act act) {
  constexpr std::string_view kNames[] = {"start", "gate", "shift", "trim"};
  return kNames[static_cast<std::size_t>(act)];
}

std::string_view to_string(Event::Kind kind) {
  constexpr std::string_view kNames[] = {
      "begin", "succeeded", "failed", "bad", "resume", "roll_back", "tick", "recover"
  };
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace davit::rollout

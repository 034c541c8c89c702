// The table of the machine: which event leads from which stage to which.
#pragma once

#include <span>

#include "rollout/rollout.h"

namespace davit::rollout {

// Answers the stage to enter: the same stage begins its work again, none stays as it is. It gets
// outcomes of the action under way only, and a tick only when the stage is late.
using Handler = std::optional<Stage> (*)(State& state, const Event& event);

struct Way {
  Stage to;
  std::string_view when;  // in words; empty: else, or always
};

struct Row {
  std::vector<Stage> from;
  Event::Kind kind;
  std::string_view word;  // for the event, in the picture
  Handler handler;
  std::vector<Way> ways;  // out of the stage; a test sees to it that they are all, and all taken
};

std::span<const Row> rows();
// Null when the event changes nothing in this stage.
const Row* find_row(Stage stage, Event::Kind kind);

// How often an action of a rollback is tried.
inline constexpr int kMaxTries = 5;

// The tables of docs/rollout.md, in Markdown.
std::string stages_to_markdown();
std::string rows_to_markdown();

}  // namespace davit::rollout

// Picture: a release and the tasks as a terminal shows them. Pure: texts out of what is known.
#pragma once

#include <string>

#include "app/local/view.h"

namespace davit::app {

struct Place;

struct Look {
  std::size_t width = 80;  // no line is longer
  std::size_t height = 0;  // rows of the terminal; 0: as many as need be
  bool is_coloured = false;
  const Place* place = nullptr;  // where the commands that are named find the same
};
// A line with commands in it, as that says.
std::string in_hints(std::string line, const Look& look);

// "9 s", "1:05", "2:03:04", "3 d 4 h".
std::string to_text(std::chrono::milliseconds duration);

// The live block of a release: stages, traffic, tasks, what it waits for and how long yet. Empty
// without a release.
std::string draw_release(const View& view, const Look& look);

// The remarks that came since, a line each.
std::string tell_remarks(const View* before, const View& after);

// What changed between two views of a release, the remarks included, a line each, for where nothing
// can be redrawn; empty when nothing did that a person would note.
std::string tell_change(const View* before, const View& after);

// How it ended, and what to do next: the last words of a command.
std::string tell_end(const rollout::State& state);

// `davit status`. Where it has more lines than fit, the note comes before the tasks, which are cut.
std::string draw_status(const View& view, const Look& look);

}  // namespace davit::app

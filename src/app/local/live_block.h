// LiveBlock: a few lines on standard error that are redrawn in place.
#pragma once

#include <string>
#include <string_view>

#include "app/local/picture.h"

namespace davit::app {

// The look of standard error as it is now: its terminal may have been resized. NO_COLOR is
// respected (no-color.org).
Look look_of_errors();
// The same of standard output, which scrolls: it has no height; wide without a terminal, so that
// nothing is cut.
Look look_of_output();

// Whether there is a terminal on standard error on which a block can be redrawn.
bool can_redraw();

class LiveBlock {
 public:
  // In the place of what was drawn before. No line may be wider than the look said.
  void draw(std::string_view text);
  // What `draw` writes to a terminal that looks so.
  std::string next(std::string_view text, const Look& look);
  // Takes the block away.
  void clear();

 private:
  std::string drawn_;
};

// At most `count` lines.
std::string_view first_lines(std::string_view text, std::size_t count);

// What to write to have `after` in the place of `before` on a terminal of `width` columns, which
// may have become narrower since: then lines take several rows.
std::string redraw(std::string_view before, std::string_view after, std::size_t width);

}  // namespace davit::app

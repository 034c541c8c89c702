#include "app/local/live_block.h"

#include <algorithm>
#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "app/paint.h"
#include "app/terminal.h"
#include "base/strings.h"

namespace davit::app {
namespace {

constexpr std::size_t kNarrowest = 20;

Look look_of(int descriptor) {
  if (::isatty(descriptor) != 1) return {.width = 10'000};
  winsize size{};
  Look look;
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    look.width = size.ws_col;
    look.height = size.ws_row;
  }
  look.width = std::max(look.width, kNarrowest);
  look.is_coloured = has_colours(descriptor);
  return look;
}

std::size_t rows_of(std::string_view text, std::size_t width) {
  std::size_t rows = 0;
  for (auto const line : split(text, '\n')) {
    auto const columns = columns_of(line);
    rows += columns == 0 ? 1 : (columns + width - 1) / width;
  }
  // The piece behind the last newline.
  return rows - 1;
}

}  // namespace

Look look_of_errors() { return look_of(STDERR_FILENO); }
Look look_of_output() {
  auto look = look_of(STDOUT_FILENO);
  look.height = 0;
  return look;
}

bool can_redraw() { return is_drawable(STDERR_FILENO); }

// ECMA-48: CPL goes up to the beginning of a line, ED erases to the end of the display, EL to that
// of the line, before its text: at the right edge it would take the last character away. Line by
// line, so that nothing flickers. DECAWM is off meanwhile: what a terminal draws wider than we
// think is cut, and takes no row of its own.
std::string redraw(std::string_view before, std::string_view after, std::size_t width) {
  std::string out = "\x1b[?7l";
  if (!before.empty()) out += fmt::format("\x1b[{}F", rows_of(before, width));
  auto lines = split(after, '\n');
  lines.pop_back();
  for (auto const line : lines) out.append("\x1b[K").append(line).append("\n");
  return out += "\x1b[J\x1b[?7h";
}

std::string_view first_lines(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  for (; count > 0 && end < text.size(); --count) {
    auto const next = text.find('\n', end);
    end = next == text.npos ? text.size() : next + 1;
  }
  return text.substr(0, end);
}

std::string LiveBlock::next(std::string_view text, const Look& look) {
  // What has left the screen at its top cannot be redrawn; the cursor has a row, too.
  if (look.height > 1) text = first_lines(text, look.height - 1);
  auto out = redraw(drawn_, text, look.width);
  drawn_ = text;
  return out;
}

void LiveBlock::draw(std::string_view text) {
  auto const out = next(text, look_of_errors());
  std::fwrite(out.data(), 1, out.size(), stderr);
  std::fflush(stderr);
}

void LiveBlock::clear() {
  if (!drawn_.empty()) draw("");
}

}  // namespace davit::app

#include "app/local/live_block.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "app/local/paint.h"
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
  auto const* no_colour = std::getenv("NO_COLOR");
  auto const* terminal = std::getenv("TERM");
  look.is_coloured = (no_colour == nullptr || *no_colour == '\0') && terminal != nullptr &&
                     std::string_view(terminal) != "dumb";
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
Look look_of_output() { return look_of(STDOUT_FILENO); }

// ECMA-48: CPL goes up to the beginning of a line, ED erases to the end of the display, EL to that
// of the line. Line by line, so that nothing flickers.
std::string redraw(std::string_view before, std::string_view after, std::size_t width) {
  std::string out;
  if (!before.empty()) out += fmt::format("\x1b[{}F", rows_of(before, width));
  auto lines = split(after, '\n');
  if (!after.empty()) lines.pop_back();
  for (auto const line : lines) {
    if (!after.empty()) out.append(line).append("\x1b[K\n");
  }
  return out += "\x1b[J";
}

std::string_view first_lines(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  for (; count > 0 && end < text.size(); --count) {
    auto const next = text.find('\n', end);
    end = next == text.npos ? text.size() : next + 1;
  }
  return text.substr(0, end);
}

void LiveBlock::draw(std::string_view text) {
  auto const look = look_of_errors();
  // What has left the screen at its top cannot be redrawn; the cursor has a row, too.
  if (look.height > 1) text = first_lines(text, look.height - 1);
  auto const out = redraw(drawn_, text, look.width);
  std::fwrite(out.data(), 1, out.size(), stderr);
  std::fflush(stderr);
  drawn_ = text;
}

void LiveBlock::clear() {
  if (!drawn_.empty()) draw("");
}

}  // namespace davit::app

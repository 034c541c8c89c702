#include "app/paint.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "app/terminal.h"

namespace davit::app {
namespace {

// ECMA-48, 8.3.117 (SGR); yellow is hard to read on white, but means "look" everywhere.
std::string_view code_of(Ink ink) {
  switch (ink) {
    case Ink::plain: return "0";
    case Ink::bold: return "1";
    case Ink::dim: return "2";
    case Ink::red: return "31";
    case Ink::green: return "32";
    case Ink::yellow: return "33";
    case Ink::cyan: return "36";
  }
  return "0";
}

constexpr char kEscape = '\x1b';

// Of the sequence that begins here: up to its letter.
std::size_t sequence_size(std::string_view text) {
  auto const end = text.find('m');
  return end == std::string_view::npos ? text.size() : end + 1;
}

// A colour, or a character, and the columns it takes.
Character next_piece(std::string_view text) {
  if (text.front() == kEscape) return {.bytes = sequence_size(text), .columns = 0};
  return first_character(text);
}

}  // namespace

std::size_t columns_of(std::string_view line) {
  std::size_t columns = 0;
  while (!line.empty()) {
    auto const piece = next_piece(line);
    columns += piece.columns;
    line.remove_prefix(piece.bytes);
  }
  return columns;
}

std::string paint(std::string_view text, Ink ink, bool is_coloured) {
  if (!is_coloured || ink == Ink::plain || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code_of(ink), text);
}

std::string fit(std::string_view line, std::size_t width) {
  if (columns_of(line) <= width) return std::string(line);
  auto const room = width > 2 ? width - 2 : 0;
  std::string out;
  std::size_t columns = 0;
  auto has_colour = false;
  for (std::size_t i = 0; i < line.size();) {
    auto const piece = next_piece(line.substr(i));
    columns += piece.columns;
    if (columns > room) break;
    has_colour = has_colour || line[i] == kEscape;
    out += line.substr(i, piece.bytes);
    i += piece.bytes;
  }
  out += std::string_view("..").substr(0, std::min<std::size_t>(2, width));
  if (has_colour) out += "\x1b[0m";
  return out;
}

namespace {

// Where a line that is too long for `room` is broken, and the colour that is on there.
struct Break {
  std::size_t end = 0;   // of what stays in the line
  std::size_t next = 0;  // where it goes on
  std::string colour;
};

// A number and its unit stay together.
bool is_before_unit(std::string_view line, std::size_t blank) {
  return blank + 2 == line.size() || (blank + 2 < line.size() && line[blank + 2] == ' ');
}

// At the last blank that fits, if there is one behind `first` columns.
Break break_of(
    std::string_view line, std::size_t room, std::size_t first, const std::string& colour
) {
  Break hard{.colour = colour};
  std::optional<Break> at_blank;
  for (std::size_t columns = 0; hard.end < line.size();) {
    auto const rest = line.substr(hard.end);
    auto const piece = next_piece(rest);
    if (rest.front() == ' ' && columns > first && !is_before_unit(line, hard.end)) {
      at_blank = Break{.end = hard.end, .next = hard.end + 1, .colour = hard.colour};
    }
    columns += piece.columns;
    if (columns > room) break;
    if (rest.front() == kEscape) {
      auto const sequence = rest.substr(0, piece.bytes);
      hard.colour = sequence == "\x1b[0m" ? std::string_view() : sequence;
    }
    hard.end += piece.bytes;
  }
  hard.next = hard.end;
  return at_blank.value_or(hard);
}

}  // namespace

std::string wrap(std::string_view line, std::size_t width, std::size_t indent, std::size_t most) {
  std::string out;
  std::string colour;
  auto room = width;
  auto first = indent;
  for (std::size_t lines = 1; lines < most && columns_of(line) > room; ++lines) {
    auto const found = break_of(line, room, first, colour);
    if (found.next == 0) break;
    colour = found.colour;
    out.append(line.substr(0, found.end)).append(colour.empty() ? "" : "\x1b[0m").append("\n");
    out.append(indent, ' ').append(colour);
    line.remove_prefix(found.next);
    room = width > indent ? width - indent : 1;
    first = 0;
  }
  return out + fit(line, room);
}

std::string bar(int percent, std::size_t cells) {
  auto const share = static_cast<std::size_t>(std::clamp(percent, 0, 100));
  auto filled = (cells * share + 50) / 100;
  // What is neither nothing nor all does not look so.
  if (share > 0 && filled == 0) filled = 1;
  if (share < 100 && filled == cells && cells > 0) filled = cells - 1;
  return '[' + std::string(filled, '#') + std::string(cells - filled, '-') + ']';
}

}  // namespace davit::app

#include "app/local/paint.h"

#include <algorithm>

#include <fmt/format.h>

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

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

}  // namespace

std::size_t columns_of(std::string_view line) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < line.size();) {
    if (line[i] == kEscape) {
      i += sequence_size(line.substr(i));
      continue;
    }
    if (begins_character(line[i])) ++columns;
    ++i;
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
    if (line[i] == kEscape) {
      auto const size = sequence_size(line.substr(i));
      out += line.substr(i, size);
      has_colour = true;
      i += size;
      continue;
    }
    if (begins_character(line[i]) && columns++ == room) break;
    out += line[i++];
  }
  out += std::string_view("..").substr(0, std::min<std::size_t>(2, width));
  if (has_colour) out += "\x1b[0m";
  return out;
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

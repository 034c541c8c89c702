// Paint: colours of a terminal, and lines that fit into it.
#pragma once

#include <string>
#include <string_view>

namespace davit::app {

enum class Ink { plain, bold, dim, red, green, yellow, cyan };

std::string paint(std::string_view text, Ink ink, bool is_coloured);

// Without what only sets colours.
std::size_t columns_of(std::string_view line);

// At most `width` columns: what is too long ends in "..". Colours count nothing, and are ended.
std::string fit(std::string_view line, std::size_t width);

// In lines of at most `width` columns, broken at blanks where there are some, at most `most` of
// them; those behind the first begin with `indent` blanks. What is too long ends in "..".
std::string wrap(std::string_view line, std::size_t width, std::size_t indent, std::size_t most);

// "[####------]", of `cells` between the brackets.
std::string bar(int percent, std::size_t cells);

}  // namespace davit::app

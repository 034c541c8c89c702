// What a person reads: JSON values as indented text, tables, and whether a terminal is there at
// all.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"

namespace davit::app {

// True when standard output, or standard error, is a terminal.
bool is_terminal_out();
bool is_terminal_err();
// Columns of the terminal on standard output; 100 when that is not known.
std::size_t terminal_columns();
// Whether what is a terminal on this descriptor obeys ECMA-48: TERM is set, and not to "dumb".
bool is_drawable(int descriptor);
// The same, and NO_COLOR does not ask for none (no-color.org).
bool has_colours(int descriptor);

// Writes it. Unlike fmt::print it does not throw when nobody reads any more (`| head -1`): the
// stream keeps the error, and `report` makes an exit code of it.
void print(std::string_view text, std::FILE* stream = stdout);
// Sends off what was printed on standard output. False when that cannot be written any more.
bool flush_output();
// True when standard output is a pipe whose reader has gone.
bool has_no_reader();

// Columns that a text takes: combining marks take none, wide characters of East Asia and emoji two.
std::size_t width_of(std::string_view text);
// Its first character, and the columns that this one takes.
struct Character {
  std::size_t bytes = 0;
  std::size_t columns = 0;
};
Character first_character(std::string_view text);

// "key: value" lines, nested by two blanks, texts of several lines as blocks, a dash for each
// element of a list. Control characters that could drive a terminal are shown as '?'.
std::string to_readable(const json::Value& value);

// A text that came from elsewhere, without what could drive a terminal.
std::string printable(std::string_view text);
// The same, with blanks for line ends and tabs.
std::string on_a_line(std::string_view text);

// Rows with aligned columns, two blanks between; the last column is cut at `columns`.
using Rows = std::vector<std::vector<std::string>>;
std::string to_table(const Rows& rows, std::size_t columns);
// The same without some columns, so many of `spare`, in this order, that what is left fits.
std::string to_fitting_table(Rows rows, std::vector<std::string_view> spare, std::size_t columns);

}  // namespace davit::app

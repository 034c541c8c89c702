// What a person reads: JSON values as indented text, tables, and whether a terminal is there at
// all.
#pragma once

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

// "key: value" lines, nested by two blanks, texts of several lines as blocks, a dash for each
// element of a list. Control characters that could drive a terminal are shown as '?'.
std::string to_readable(const json::Value& value);

// A text that came from elsewhere, without what could drive a terminal.
std::string printable(std::string_view text);

// Rows with aligned columns, two blanks between; the last column is cut at `columns`.
std::string to_table(const std::vector<std::vector<std::string>>& rows, std::size_t columns);

}  // namespace davit::app

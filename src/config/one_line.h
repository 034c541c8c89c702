// What stands in a file, in messages about it.
#pragma once

#include <string>
#include <string_view>

namespace davit::config {

// A text from elsewhere as a part of one line: well-formed UTF-8, and a `?` for each character that
// controls something, so that it neither forges a line nor drives a terminal nor turns text around.
std::string on_one_line(std::string_view text);

}  // namespace davit::config

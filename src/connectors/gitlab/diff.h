// Diff: hunks as GitLab returns them, counted, and with the line numbers that a comment needs.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace davit::connectors::gitlab {

struct DiffCounts {
  int added = 0;
  int removed = 0;
};

DiffCounts count_lines(std::string_view diff);

// Each line with its old and new number: "  12   13  context", "  13      -removed", "       14
// +new". Ends before `max_bytes`, with a line that says so.
std::string with_line_numbers(std::string_view diff, std::size_t max_bytes);

}  // namespace davit::connectors::gitlab
